// SPDX-License-Identifier: Apache-2.0
// The header of a YUV4MPEG2 stream.
#include "video/y4m.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace signmark::video {
namespace {

constexpr std::string_view kMagic = "YUV4MPEG2";

tl::unexpected<Error> bad(std::string_view token) {
  return fail("video.pipe.syntax", fmt::format("the YUV4MPEG2 header has a bad part \"{}\"", token),
              {}, "use what \"ffmpeg -f yuv4mpegpipe\" writes");
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

/// "30000:1001"; no value when it is unknown ("0:0").
std::optional<double> ratio(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto above = number(text.substr(0, colon));
  const auto below = number(text.substr(colon + 1));
  if (!above || !below || *above == 0 || *below == 0) return std::nullopt;
  return static_cast<double>(*above) / *below;
}

struct Chroma {
  std::string_view name;
  int planes, log2_x, log2_y;
};
constexpr Chroma kChromas[] = {
    {"420", 3, 1, 1}, {"422", 3, 1, 0}, {"444", 3, 0, 0}, {"411", 3, 2, 0}, {"mono", 1, 0, 0}};

/// "420jpeg", "422p10", "mono12", "444alpha".
bool set_chroma(std::string_view text, Y4mHeader& header) {
  const auto* const kind =
      std::ranges::find_if(kChromas, [&](const Chroma& c) { return text.starts_with(c.name); });
  if (kind == std::end(kChromas)) return false;
  header.planes = kind->planes;
  header.log2_x = kind->log2_x;
  header.log2_y = kind->log2_y;
  std::string_view rest = text.substr(kind->name.size());
  if (rest.empty() || rest == "jpeg" || rest == "mpeg2" || rest == "paldv") return true;
  if (rest == "alpha") {
    header.planes = 4;
    return true;
  }
  if (rest.front() == 'p') rest.remove_prefix(1);
  const auto depth = number(rest);
  if (!depth || *depth < 8 || *depth > 16) return false;
  header.depth = *depth;
  return true;
}

bool set_token(std::string_view token, Y4mHeader& header) {
  const std::string_view value = token.substr(1);
  switch (token.front()) {
    case 'W':
      header.width = number(value).value_or(0);
      return header.width > 0;
    case 'H':
      header.height = number(value).value_or(0);
      return header.height > 0;
    case 'F':
      header.frames_per_second = ratio(value).value_or(25);
      return true;
    case 'A':
      header.pixel_aspect = std::clamp(ratio(value).value_or(1), 0.25, 4.0);
      return true;
    case 'I':
      header.interlaced = value == "t" || value == "b" || value == "m";
      return true;
    case 'C':
      return set_chroma(value, header);
    default:
      header.full_range = header.full_range || value == "COLORRANGE=FULL";
      return true;
  }
}

}  // namespace

int Y4mHeader::plane_width(int plane) const {
  return plane == 1 || plane == 2 ? (width + (1 << log2_x) - 1) >> log2_x : width;
}
int Y4mHeader::plane_height(int plane) const {
  return plane == 1 || plane == 2 ? (height + (1 << log2_y) - 1) >> log2_y : height;
}
std::size_t Y4mHeader::plane_size(int plane) const {
  return static_cast<std::size_t>(plane_width(plane)) *
         static_cast<std::size_t>(plane_height(plane)) * static_cast<std::size_t>(sample_bytes());
}
std::size_t Y4mHeader::frame_size() const {
  std::size_t size = 0;
  for (int plane = 0; plane < planes; ++plane) size += plane_size(plane);
  return size;
}

std::vector<Component> Y4mHeader::components() const {
  std::vector<Component> list;
  for (int plane = 0; plane < planes; ++plane) {
    Component part{.plane = plane, .step = sample_bytes(), .depth = depth};
    if (plane == 3) part.kind = Component::Kind::alpha;
    if (plane == 1 || plane == 2) {
      part.kind = Component::Kind::neutral;
      part.log2_x = log2_x;
      part.log2_y = log2_y;
    }
    list.push_back(part);
  }
  return list;
}

Result<Y4mHeader> parse_y4m(std::string_view line, const Limits& limits) {
  if (!line.starts_with(kMagic))
    return fail("video.pipe.syntax", "this is no YUV4MPEG2 stream", {},
                "pipe from \"ffmpeg -f yuv4mpegpipe -strict -1 -\"");
  Y4mHeader header;
  line.remove_prefix(kMagic.size());
  while (!line.empty()) {
    const std::size_t space = line.find(' ');
    const std::string_view token = line.substr(0, space);
    line = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
    if (!token.empty() && !set_token(token, header)) return bad(token);
  }
  const auto width = static_cast<std::uint64_t>(header.width);
  const auto height = static_cast<std::uint64_t>(header.height);
  if (width == 0 || height == 0) return bad("W, H");
  if (std::max(width, height) > limits.image_side || width * height > limits.image_pixels)
    return fail("video.limit", fmt::format("pictures of {} x {} exceed the limit", width, height),
                {}, "raise --limit image-pixels or image-side");
  return header;
}

}  // namespace signmark::video
