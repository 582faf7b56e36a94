// SPDX-License-Identifier: Apache-2.0
// A drawn label laid over the planes of frames.
#include "video/blend.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace signmark::video {
namespace {

constexpr std::uint32_t kOne = 1U << 15;

struct Point {
  int x = 0, y = 0;
};

/// Where a stored (square) pixel is seen.
Point seen_at(Point stored, int width, int height, const Turn& turn) {
  const int left = std::min(0, turn.xx * (width - 1)) + std::min(0, turn.xy * (height - 1));
  const int top = std::min(0, turn.yx * (width - 1)) + std::min(0, turn.yy * (height - 1));
  return {turn.xx * stored.x + turn.xy * stored.y - left,
          turn.yx * stored.x + turn.yy * stored.y - top};
}

int square_width(int width, const Turn& turn) {
  return std::max(1, static_cast<int>(std::lround(width * turn.pixel_aspect)));
}

/// The stored rectangle (square pixels) that shows a seen one. The matrix is orthogonal, so its
/// inverse is its transpose.
struct Box {
  int x = 0, y = 0, width = 0, height = 0;
};
Box stored_box(const Box& seen, int width, int height, const Turn& turn) {
  const Turn back{turn.xx, turn.yx, turn.xy, turn.yy, 1};
  const ViewSize view = view_size(width, height, Turn{turn.xx, turn.xy, turn.yx, turn.yy, 1});
  const auto at = [&](int x, int y) {
    return seen_at({x, y}, static_cast<int>(view.width), static_cast<int>(view.height), back);
  };
  const Point a = at(seen.x, seen.y);
  const Point b = at(seen.x + seen.width - 1, seen.y + seen.height - 1);
  return {std::min(a.x, b.x), std::min(a.y, b.y), std::abs(a.x - b.x) + 1, std::abs(a.y - b.y) + 1};
}

/// Squeezes an overlay of square pixels to the stored width; averages over what one pixel covers.
label::Overlay squeeze(const label::Overlay& square, double aspect, int stored_width) {
  label::Overlay out = square;
  const int first =
      std::clamp(static_cast<int>(std::floor(square.x / aspect)), 0, stored_width - 1);
  const int last = std::clamp(static_cast<int>(std::ceil((square.x + square.width) / aspect)),
                              first + 1, stored_width);
  out.x = static_cast<std::uint32_t>(first);
  out.width = static_cast<std::uint32_t>(last - first);
  out.rgba.assign(std::size_t{4} * out.width * out.height, 0);
  for (std::uint32_t y = 0; y < out.height; ++y)
    for (std::uint32_t x = 0; x < out.width; ++x) {
      const double from = (first + static_cast<double>(x)) * aspect - square.x;
      const int a = std::max(0, static_cast<int>(std::floor(from)));
      const int b =
          std::clamp(static_cast<int>(std::ceil(from + aspect)), 0, static_cast<int>(square.width));
      unsigned alpha = 0;
      unsigned colour = 0;
      for (int i = a; i < b; ++i) {
        const Byte* pixel = &square.rgba[4 * (std::size_t{y} * square.width + i)];
        alpha += pixel[3];
        colour += pixel[0] * pixel[3];
      }
      Byte* pixel = &out.rgba[4 * (std::size_t{y} * out.width + x)];
      if (alpha == 0) continue;
      std::fill_n(pixel, 3, static_cast<Byte>(colour / alpha));
      pixel[3] = static_cast<Byte>(alpha / static_cast<unsigned>(b - a));
    }
  return out;
}

double value_at(const Luma& luma, int x, int y) {
  const auto* row = static_cast<const Byte*>(luma.data) + y * luma.stride;
  double code = 0;
  if (luma.bits == 8) {
    code = row[x];
  } else {
    std::uint16_t word = 0;
    std::memcpy(&word, row + std::ptrdiff_t{2} * x, 2);
    code = std::ldexp(word, 8 - luma.bits);
  }
  return luma.full_range ? code : (code - 16) * 255 / 219;
}

label::LumaStats probe_luma(const Luma& luma, const Turn& turn, const Box& seen) {
  const int width = square_width(luma.width, turn);
  const Box box = stored_box(seen, width, luma.height, turn);
  double sum = 0;
  double squares = 0;
  int count = 0;
  for (int y = std::max(0, box.y); y < std::min(box.y + box.height, luma.height); ++y)
    for (int x = std::max(0, box.x); x < std::min(box.x + box.width, width); ++x) {
      const int column = std::min(static_cast<int>(x / turn.pixel_aspect), luma.width - 1);
      const double value = value_at(luma, column, y);
      sum += value;
      squares += value * value;
      ++count;
    }
  if (count == 0) return {};
  const double mean = sum / count;
  return {mean, std::sqrt(std::max(0.0, squares / count - mean * mean))};
}

/// Code value of the label's light (0..1), of neutral chroma, or of full alpha.
double code_of(double light, const Component& component, const LightScale& scale) {
  const double top = std::ldexp(1.0, component.depth) - 1;
  if (component.kind == Component::Kind::alpha) return top;
  if (component.kind == Component::Kind::neutral) return std::ldexp(1.0, component.depth - 1);
  const double shown = light * scale.white;
  return scale.full_range ? shown * top : (16 + 219 * shown) * std::ldexp(1.0, component.depth - 8);
}

}  // namespace

ViewSize view_size(int width, int height, const Turn& turn) {
  const int wide = square_width(width, turn);
  return {static_cast<std::uint32_t>(turn.xx != 0 ? wide : height),
          static_cast<std::uint32_t>(turn.xx != 0 ? height : wide)};
}

label::Overlay to_stored(const label::Overlay& seen, int width, int height, const Turn& turn) {
  const int wide = square_width(width, turn);
  const Box from{static_cast<int>(seen.x), static_cast<int>(seen.y), static_cast<int>(seen.width),
                 static_cast<int>(seen.height)};
  const Box box = stored_box(from, wide, height, turn);
  label::Overlay out;
  out.x = static_cast<std::uint32_t>(box.x);
  out.y = static_cast<std::uint32_t>(box.y);
  out.width = static_cast<std::uint32_t>(box.width);
  out.height = static_cast<std::uint32_t>(box.height);
  out.glyph_height = seen.glyph_height;
  out.rgba.resize(seen.rgba.size());
  for (int y = 0; y < box.height; ++y)
    for (int x = 0; x < box.width; ++x) {
      const Point at = seen_at({box.x + x, box.y + y}, wide, height, turn);
      const std::size_t pixel =
          static_cast<std::size_t>(at.y - from.y) * seen.width + (at.x - from.x);
      std::memcpy(&out.rgba[4 * (static_cast<std::size_t>(y) * out.width + x)],
                  &seen.rgba[4 * pixel], 4);
    }
  return wide == width ? out : squeeze(out, turn.pixel_aspect, width);
}

Result<label::Overlay> draw_for(const label::VisibleLabel& label, const Luma& luma,
                                const Turn& turn) {
  const ViewSize view = view_size(luma.width, luma.height, turn);
  return label::draw_label(
      label, view.width, view.height,
      [&](std::uint32_t x, std::uint32_t y, std::uint32_t width, std::uint32_t height) {
        return probe_luma(luma, turn,
                          {static_cast<int>(x), static_cast<int>(y), static_cast<int>(width),
                           static_cast<int>(height)});
      });
}

LabelBlender::LabelBlender(const label::Overlay& stored, const std::vector<Component>& components,
                           const LightScale& scale) {
  for (const Component& component : components)
    patches_.push_back(make_patch(stored, component, scale));
}

LabelBlender::Patch LabelBlender::make_patch(const label::Overlay& stored,
                                             const Component& component, const LightScale& scale) {
  const int cell_x = 1 << component.log2_x;
  const int cell_y = 1 << component.log2_y;
  Patch patch;
  patch.component = component;
  patch.x = static_cast<int>(stored.x) / cell_x;
  patch.y = static_cast<int>(stored.y) / cell_y;
  patch.width = (static_cast<int>(stored.x + stored.width) + cell_x - 1) / cell_x - patch.x;
  patch.height = (static_cast<int>(stored.y + stored.height) + cell_y - 1) / cell_y - patch.y;
  const std::size_t cells = static_cast<std::size_t>(patch.width) * patch.height;
  std::vector<double> alpha(cells);
  std::vector<double> value(cells);
  const double share = 1.0 / (255.0 * cell_x * cell_y);
  for (std::uint32_t y = 0; y < stored.height; ++y)
    for (std::uint32_t x = 0; x < stored.width; ++x) {
      const Byte* pixel = &stored.rgba[4 * (std::size_t{y} * stored.width + x)];
      const auto column = static_cast<std::size_t>((stored.x + x) / cell_x - patch.x);
      const auto row = static_cast<std::size_t>((stored.y + y) / cell_y - patch.y);
      const double part = pixel[3] * share;
      alpha[row * patch.width + column] += part;
      // Labels are neutral greys: one channel tells the light.
      value[row * patch.width + column] += part * code_of(pixel[0] / 255.0, component, scale);
    }
  for (std::size_t i = 0; i < cells; ++i) {
    patch.keep.push_back(static_cast<std::uint16_t>(kOne - std::lround(alpha[i] * kOne)));
    patch.add.push_back(static_cast<std::uint32_t>(std::lround(value[i] * kOne)) + kOne / 2);
  }
  return patch;
}

void LabelBlender::blend(int plane, void* data, std::ptrdiff_t stride) const {
  for (const Patch& patch : patches_) {
    if (patch.component.plane != plane) continue;
    const Component& part = patch.component;
    for (int y = 0; y < patch.height; ++y) {
      auto* at = static_cast<Byte*>(data) + (patch.y + y) * stride + part.offset +
                 static_cast<std::ptrdiff_t>(patch.x) * part.step;
      const std::size_t row = static_cast<std::size_t>(y) * patch.width;
      for (std::size_t i = row; i < row + patch.width; ++i, at += part.step) {
        if (part.depth == 8) {
          *at = static_cast<Byte>((*at * patch.keep[i] + patch.add[i]) / kOne);
          continue;
        }
        std::uint16_t word = 0;
        std::memcpy(&word, at, 2);
        const std::uint32_t mixed = ((word >> part.shift) * patch.keep[i] + patch.add[i]) / kOne;
        word = static_cast<std::uint16_t>(mixed << part.shift);
        std::memcpy(at, &word, 2);
      }
    }
  }
}

}  // namespace signmark::video
