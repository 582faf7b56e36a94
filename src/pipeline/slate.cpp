// SPDX-License-Identifier: Apache-2.0
// The picture that stands for one that could not be marked.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/result.hpp"
#include "signmark/streams.hpp"

namespace signmark {
namespace {

using video::FrameLayout;

// Red of ITU-R BT.601 in limited range, of 8 bits.
constexpr int kLuma = 81, kBlueness = 90, kRedness = 240;

void fill_row(Byte* row, int count, int bits, std::initializer_list<int> values) {
  for (int i = 0; i < count; ++i)
    for (const int value : values) {
      if (bits == 8) {
        *row++ = static_cast<Byte>(value);
        continue;
      }
      const auto word = static_cast<std::uint16_t>(value << (bits - 8));
      std::memcpy(row, &word, sizeof word);
      row += sizeof word;
    }
}

void fill(const video::FilmForm& form, const video::FramePlanes& planes, int plane, int width,
          int height, std::initializer_list<int> values) {
  const auto at = static_cast<std::size_t>(plane);
  if (planes.data.at(at) == nullptr) return;
  for (int y = 0; y < height; ++y)
    fill_row(static_cast<Byte*>(planes.data.at(at)) + y * planes.stride.at(at), width, form.bits,
             values);
}

void fill_chroma(const video::FilmForm& form, const video::FramePlanes& planes) {
  const int across = form.layout == FrameLayout::i444 ? form.width : (form.width + 1) / 2;
  const bool halved = form.layout == FrameLayout::i420 || form.layout == FrameLayout::nv12;
  const int down = halved ? (form.height + 1) / 2 : form.height;
  if (form.layout == FrameLayout::nv12) {
    fill(form, planes, 1, across, down, {kBlueness, kRedness});
    return;
  }
  fill(form, planes, 1, across, down, {kBlueness});
  fill(form, planes, 2, across, down, {kRedness});
}

/// White words over a packed picture.
void write_words(const video::FilmForm& form, const video::FramePlanes& planes,
                 std::string_view reason) {
  label::VisibleLabel words;
  words.text = fmt::format("AI-generated picture withheld, it could not be marked: {}", reason);
  words.corner = label::Corner::top_left;
  const auto drawn = label::draw_label(
      words, static_cast<std::uint32_t>(form.width), static_cast<std::uint32_t>(form.height),
      [](std::uint32_t, std::uint32_t, std::uint32_t, std::uint32_t) {
        return label::LumaStats{kLuma, 0};
      });
  if (!drawn) return;
  for (std::uint32_t y = 0; y < drawn->height; ++y) {
    Byte* row = static_cast<Byte*>(planes.data[0]) +
                static_cast<std::ptrdiff_t>(drawn->y + y) * planes.stride[0] +
                std::ptrdiff_t{4} * drawn->x;
    const Byte* from = &drawn->rgba[std::size_t{4} * y * drawn->width];
    for (std::uint32_t x = 0; x < drawn->width; ++x, row += 4, from += 4)
      for (int c = 0; c < 3; ++c)
        row[c] = static_cast<Byte>((row[c] * (255 - from[3]) + from[c] * from[3]) / 255);
  }
}

}  // namespace

Status paint_slate(const video::FilmForm& form, const video::FramePlanes& planes,
                   std::string_view reason) {
  if (planes.data[0] == nullptr || form.width < 1 || form.height < 1 || form.bits < 8 ||
      form.bits > 16)
    return fail("video.form", "there is no such picture");
  if (form.layout == FrameLayout::rgba || form.layout == FrameLayout::bgra) {
    const bool rgba = form.layout == FrameLayout::rgba;
    fill(form, planes, 0, form.width, form.height, {rgba ? 255 : 0, 0, rgba ? 0 : 255, 255});
    write_words(form, planes, reason);
    return {};
  }
  fill(form, planes, 0, form.width, form.height, {kLuma});
  if (form.layout != FrameLayout::grey) fill_chroma(form, planes);
  return {};
}

}  // namespace signmark
