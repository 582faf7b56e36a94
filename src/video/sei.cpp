// SPDX-License-Identifier: Apache-2.0
// SEI user data: ITU-T H.264 (7.3.1, D.1.6) and H.265 (7.3.1.2, D.2.7). libav's own filter for it
// writes once only and cannot take colons.
#include "video/sei.hpp"

#include <algorithm>
#include <array>
#include <cstring>

namespace signmark::video {
namespace {

/// Fixed for all versions: "signmark AIGC", UUID version 8 (RFC 9562).
constexpr std::array<Byte, 16> kUuid = {0x73, 0x69, 0x67, 0x6e, 0x6d, 0x61, 0x8b, 0x20,
                                        0xa1, 0x6b, 0x41, 0x49, 0x47, 0x43, 0x00, 0x01};
constexpr Byte kUserDataUnregistered = 5;
constexpr std::size_t kMaxRecord = 1U << 16;

int type_of(Byte first, bool hevc) { return hevc ? (first >> 1) & 0x3f : first & 0x1f; }
std::size_t header_size(bool hevc) { return hevc ? 2 : 1; }
bool is_sei(int type, bool hevc) { return hevc ? type == 39 : type == 6; }
/// Access unit delimiter and parameter sets, which come first.
bool is_head(int type, bool hevc) {
  return hevc ? type >= 32 && type <= 35 : type == 7 || type == 8 || type == 9;
}
/// IDR, or any random access picture of HEVC (BLA, IDR, CRA).
bool is_entry(int type, bool hevc) { return hevc ? type >= 16 && type <= 21 : type == 5; }

struct Unit {
  std::size_t start = 0;  ///< of the framing
  ByteView bytes;
};

std::size_t find_start_code(ByteView packet, std::size_t from) {
  for (std::size_t i = from; i + 3 <= packet.size(); ++i)
    if (packet[i] == 0 && packet[i + 1] == 0 && packet[i + 2] == 1) return i;
  return packet.size();
}

std::vector<Unit> annex_b_units(ByteView packet) {
  std::vector<Unit> units;
  std::size_t code = find_start_code(packet, 0);
  while (code < packet.size()) {
    const std::size_t body = code + 3;
    const std::size_t next = find_start_code(packet, body);
    // A fourth zero belongs to the start code behind it.
    const bool four = code > 0 && packet[code - 1] == 0;
    units.push_back({four ? code - 1 : code, packet.subspan(body, next - body)});
    code = next;
  }
  return units;
}

std::vector<Unit> length_units(ByteView packet, std::size_t length_bytes) {
  std::vector<Unit> units;
  for (std::size_t at = 0; at + length_bytes <= packet.size();) {
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) size = size << 8 | packet[at + i];
    if (size > packet.size() - at - length_bytes) break;
    units.push_back({at, packet.subspan(at + length_bytes, size)});
    at += length_bytes + size;
  }
  return units;
}

std::vector<Unit> units_of(ByteView packet, const NalFraming& framing) {
  return framing.length_bytes == 0
             ? annex_b_units(packet)
             : length_units(packet, static_cast<std::size_t>(framing.length_bytes));
}

/// Emulation prevention (7.4.1.1): no 00 00 0x inside a unit.
Bytes escape(ByteView plain) {
  Bytes out;
  int zeros = 0;
  for (const Byte byte : plain) {
    if (zeros >= 2 && byte <= 3) {
      out.push_back(3);
      zeros = 0;
    }
    out.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return out;
}

Bytes unescape(ByteView coded) {
  Bytes out;
  int zeros = 0;
  for (const Byte byte : coded) {
    if (zeros >= 2 && byte == 3) {
      zeros = 0;
      continue;
    }
    out.push_back(byte);
    zeros = byte == 0 ? zeros + 1 : 0;
  }
  return out;
}

/// A number of type or size: FF counts 255 and goes on.
bool take_number(ByteView& left, std::size_t& value) {
  value = 0;
  while (!left.empty()) {
    const Byte byte = left.front();
    left = left.subspan(1);
    value += byte;
    if (byte != 0xff) return true;
  }
  return false;
}

void collect(ByteView unit, bool hevc, std::vector<std::string>& records) {
  if (unit.size() > 2 * kMaxRecord) return;
  const Bytes plain = unescape(unit.subspan(header_size(hevc)));
  ByteView left = plain;
  std::size_t type = 0;
  std::size_t size = 0;
  // The last byte holds the stop bit.
  while (left.size() > 1 && take_number(left, type) && take_number(left, size) &&
         size <= left.size()) {
    const ByteView payload = left.first(size);
    left = left.subspan(size);
    if (type == kUserDataUnregistered && size > kUuid.size() &&
        std::ranges::equal(payload.first(kUuid.size()), kUuid))
      records.emplace_back(as_text(payload.subspan(kUuid.size())));
  }
}

Bytes framed(ByteView unit, const NalFraming& framing) {
  Bytes out;
  if (framing.length_bytes == 0) out = {0, 0, 0, 1};
  for (int i = framing.length_bytes - 1; i >= 0; --i)
    out.push_back(static_cast<Byte>(unit.size() >> (8 * i)));
  out.insert(out.end(), unit.begin(), unit.end());
  return out;
}

}  // namespace

std::optional<NalFraming> nal_framing(AVCodecID codec, ByteView extradata) {
  if (codec != AV_CODEC_ID_H264 && codec != AV_CODEC_ID_HEVC) return std::nullopt;
  const bool hevc = codec == AV_CODEC_ID_HEVC;
  // avcC and hvcC begin with version 1; Annex B extradata with a start code.
  const std::size_t at = hevc ? 21 : 4;
  if (extradata.size() <= at || extradata[0] != 1) return NalFraming{hevc, 0};
  return NalFraming{hevc, (extradata[at] & 3) + 1};
}

Bytes make_sei(std::string_view record, bool hevc) {
  Bytes payload(kUuid.begin(), kUuid.end());
  payload.insert(payload.end(), record.begin(), record.end());
  Bytes plain = {kUserDataUnregistered};
  for (std::size_t left = payload.size();; left -= 0xff) {
    plain.push_back(static_cast<Byte>(std::min<std::size_t>(left, 0xff)));
    if (left < 0xff) break;
  }
  plain.insert(plain.end(), payload.begin(), payload.end());
  plain.push_back(0x80);  // rbsp_trailing_bits
  Bytes unit = hevc ? Bytes{39 << 1, 1} : Bytes{6};
  const Bytes body = escape(plain);
  unit.insert(unit.end(), body.begin(), body.end());
  return unit;
}

bool insert_sei(AVPacket& packet, const NalFraming& framing, ByteView unit) {
  const ByteView bytes(packet.data, static_cast<std::size_t>(packet.size));
  const std::vector<Unit> units = units_of(bytes, framing);
  const auto type = [&](const Unit& u) {
    return u.bytes.empty() ? -1 : type_of(u.bytes[0], framing.hevc);
  };
  if (std::ranges::none_of(units, [&](const Unit& u) { return is_entry(type(u), framing.hevc); }))
    return false;
  const auto place =
      std::ranges::find_if(units, [&](const Unit& u) { return !is_head(type(u), framing.hevc); });
  const std::size_t at = place->start;
  const Bytes added = framed(unit, framing);
  const int old_size = packet.size;
  if (av_grow_packet(&packet, static_cast<int>(added.size())) < 0) return false;
  std::memmove(packet.data + at + added.size(), packet.data + at,
               static_cast<std::size_t>(old_size) - at);
  std::ranges::copy(added, packet.data + at);
  return true;
}

std::vector<std::string> read_sei(ByteView packet, const NalFraming& framing) {
  std::vector<std::string> records;
  for (const Unit& unit : units_of(packet, framing))
    if (unit.bytes.size() > header_size(framing.hevc) &&
        is_sei(type_of(unit.bytes[0], framing.hevc), framing.hevc))
      collect(unit.bytes, framing.hevc, records);
  return records;
}

}  // namespace signmark::video
