// SPDX-License-Identifier: Apache-2.0
// Blending, SEI units and y4m headers, each on its own.
#include <cstring>

#include "support/test_support.hpp"
#include "video/blend.hpp"
#include "video/sei.hpp"
#include "video/y4m.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::code_of;

/// White at full alpha, with one black pixel at its top left.
label::Overlay corner(std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height) {
  label::Overlay overlay;
  overlay.x = x;
  overlay.y = y;
  overlay.width = width;
  overlay.height = height;
  overlay.rgba.assign(std::size_t{4} * width * height, 255);
  std::fill_n(overlay.rgba.begin(), 3, Byte{0});
  return overlay;
}

TEST_CASE("Blending is exact and stays in its rectangle", "[video]") {
  const label::Overlay overlay = corner(2, 4, 4, 2);
  SECTION("limited range, 8 bits, subsampled chroma") {
    const LabelBlender blender(
        overlay,
        {{.plane = 0}, {.kind = Component::Kind::neutral, .plane = 1, .log2_x = 1, .log2_y = 1}},
        {});
    Bytes luma(64, 77);
    Bytes chroma(16, 33);
    blender.blend(0, luma.data(), 8);
    blender.blend(1, chroma.data(), 4);
    for (int i = 0; i < 64; ++i) {
      const bool in = i % 8 >= 2 && i % 8 < 6 && i / 8 >= 4 && i / 8 < 6;
      const int wanted = !in ? 77 : (i == 34 ? 16 : 235);
      CHECK(luma[static_cast<std::size_t>(i)] == wanted);
    }
    for (int i = 0; i < 16; ++i)
      CHECK(chroma[static_cast<std::size_t>(i)] == (i == 9 || i == 10 ? 128 : 33));
  }
  SECTION("full range, 10 bits in words") {
    const LabelBlender blender(overlay, {{.step = 2, .depth = 10}}, {.full_range = true});
    std::vector<std::uint16_t> luma(64, 500);
    blender.blend(0, luma.data(), 16);
    CHECK(luma[34] == 0);
    CHECK(luma[35] == 1023);
    CHECK(luma[33] == 500);
  }
  SECTION("half transparent") {
    label::Overlay half = overlay;
    for (std::size_t i = 3; i < half.rgba.size(); i += 4) half.rgba[i] = 128;
    const LabelBlender blender(half, {{.plane = 0}}, {.full_range = true});
    Bytes luma(64, 100);
    blender.blend(0, luma.data(), 8);
    CHECK(std::abs(luma[35] - (100 * 127 + 255 * 128) / 255) <= 1);
  }
}

TEST_CASE("Overlays turn with the picture", "[video]") {
  const label::Overlay seen = corner(1, 2, 3, 2);
  SECTION("by 180 degrees") {
    const label::Overlay stored = to_stored(seen, 10, 8, {.xx = -1, .yy = -1});
    CHECK(stored.x == 6);
    CHECK(stored.y == 4);
    CHECK(stored.rgba[4 * 5] == 0);  // the black pixel is last
  }
  SECTION("by 90 degrees") {
    // Stored 10 x 8, seen 8 x 10, clockwise: seen (x, y) = (7 - stored y, stored x).
    const label::Overlay stored = to_stored(seen, 10, 8, {.xx = 0, .xy = -1, .yx = 1, .yy = 0});
    CHECK(stored.width == 2);
    CHECK(stored.height == 3);
    CHECK(stored.x == 2);
    CHECK(stored.y == 4);
    CHECK(stored.rgba[4 * 4] == 0);  // left of the lowest row
  }
  SECTION("wide pixels") {
    const ViewSize view = view_size(100, 50, {.pixel_aspect = 1.5});
    CHECK(view.width == 150);
    CHECK(view.height == 50);
    const label::Overlay stored = to_stored(corner(30, 10, 30, 5), 100, 50, {.pixel_aspect = 1.5});
    CHECK(stored.x == 20);
    CHECK(stored.width == 20);
    CHECK(stored.rgba[3] == 255);
  }
}

Owned<AVPacket> packet_of(const Bytes& bytes) {
  Owned<AVPacket> packet = new_packet();
  REQUIRE(av_new_packet(packet.get(), static_cast<int>(bytes.size())) == 0);
  std::memcpy(packet->data, bytes.data(), bytes.size());
  return packet;
}
ByteView view_of(const AVPacket& packet) {
  return {packet.data, static_cast<std::size_t>(packet.size)};
}

TEST_CASE("SEI units go before the first slice and come back", "[video]") {
  const std::string record =
      std::string("{\"a\":\"") + std::string(3, '\0') + "\1" + std::string(300, 'x') + "\"}";
  SECTION("H.264, start codes") {
    const Bytes access = {0, 0, 0, 1, 9, 0x10, 0, 0, 1, 0x67, 1, 2, 0, 0, 1, 0x65, 7, 7, 7};
    const NalFraming framing{false, 0};
    auto packet = packet_of(access);
    REQUIRE(insert_sei(*packet, framing, make_sei(record, false)));
    CHECK(read_sei(view_of(*packet), framing) == std::vector{record});
    CHECK(packet->data[4] == 9);
    CHECK(packet->data[9] == 0x67);
    CHECK(packet->data[packet->size - 4] == 0x65);
  }
  SECTION("H.264 and HEVC, lengths") {
    for (const bool hevc : {false, true}) {
      const Byte entry = hevc ? 19 << 1 : 0x65;
      const Bytes access = {0, 0, 0, 3, entry, 1, 7};
      const NalFraming framing{hevc, 4};
      auto packet = packet_of(access);
      REQUIRE(insert_sei(*packet, framing, make_sei(record, hevc)));
      CHECK(read_sei(view_of(*packet), framing) == std::vector{record});
      CHECK(std::equal(access.begin(), access.end(), packet->data + packet->size - 7));
    }
  }
  SECTION("not before other pictures") {
    auto packet = packet_of({0, 0, 1, 0x41, 7, 7});
    CHECK(!insert_sei(*packet, {false, 0}, make_sei(record, false)));
    CHECK(packet->size == 6);
  }
  SECTION("broken lengths do no harm") {
    CHECK(read_sei(Bytes{0xff, 0xff, 0xff, 0xff, 6, 5}, {false, 4}).empty());
    CHECK(read_sei(Bytes{0, 0, 1, 6, 5, 200, 1}, {false, 0}).empty());
    CHECK(read_sei(Bytes{0, 0, 1}, {true, 0}).empty());
  }
  SECTION("framing by extradata") {
    CHECK(nal_framing(AV_CODEC_ID_H264, Bytes{1, 100, 0, 30, 0xff, 0xe1})->length_bytes == 4);
    CHECK(nal_framing(AV_CODEC_ID_H264, Bytes{0, 0, 0, 1, 0x67})->length_bytes == 0);
    CHECK(!nal_framing(AV_CODEC_ID_VP9, {}));
  }
}

TEST_CASE("y4m headers", "[video]") {
  const Limits limits;
  const auto parsed =
      parse_y4m("YUV4MPEG2 W64 H48 F30000:1001 Ip A4:3 C422p10 XCOLORRANGE=FULL", limits);
  REQUIRE_OK(parsed);
  CHECK(parsed->frames_per_second == Approx(29.97).margin(0.001));
  CHECK(parsed->depth == 10);
  CHECK(parsed->log2_y == 0);
  CHECK(parsed->full_range);
  CHECK(parsed->frame_size() == std::size_t{2} * (64 * 48 + 2 * 32 * 48));
  CHECK(parse_y4m("YUV4MPEG2 W5 H3 Cmono16", limits)->frame_size() == 30);
  CHECK(parse_y4m("YUV4MPEG2 W5 H3 C444alpha", limits)->planes == 4);
  CHECK(parse_y4m("YUV4MPEG2 W5 H3", limits)->frame_size() == 15 + 2 * 6);
  for (const char* bad : {"RIFF", "YUV4MPEG2 W0 H2", "YUV4MPEG2 W2", "YUV4MPEG2 W2 H2 C420p99",
                          "YUV4MPEG2 W2 H2 Cxyz", "YUV4MPEG2 W-2 H2"})
    CHECK(code_of(parse_y4m(bad, limits)) == "video.pipe.syntax");
  CHECK(code_of(parse_y4m("YUV4MPEG2 W99999 H2", limits)) == "video.limit");
}

}  // namespace
}  // namespace signmark::video::test
