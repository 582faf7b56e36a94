// SPDX-License-Identifier: Apache-2.0
// Rounded plates, rings around letters, and alpha arithmetic.
#include "label/visible_draw.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace signmark::label {
namespace {

using Plane = std::vector<float>;  // one value a pixel of the overlay, 0..1

struct Size {
  int width = 0, height = 0;
  [[nodiscard]] std::size_t area() const { return static_cast<std::size_t>(width) * height; }
};

Plane padded_text(const Mask& text, Padding padding, Size size) {
  Plane plane(size.area());
  for (int y = 0; y < text.height; ++y)
    for (int x = 0; x < text.width; ++x)
      plane[static_cast<std::size_t>(y + padding.y) * size.width + x + padding.x] =
          static_cast<float>(text.at(x, y)) / 255.0F;
  return plane;
}

/// Signed distance of a pixel's middle to a rounded rectangle's edge, negative inside.
double distance_to_plate(int x, int y, Size size, double radius) {
  const double dx = std::abs(x + 0.5 - size.width / 2.0) - (size.width / 2.0 - radius);
  const double dy = std::abs(y + 0.5 - size.height / 2.0) - (size.height / 2.0 - radius);
  return std::hypot(std::max(dx, 0.0), std::max(dy, 0.0)) + std::min(std::max(dx, dy), 0.0) -
         radius;
}

Plane plate(Size size, double radius) {
  Plane plane(size.area());
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      plane[static_cast<std::size_t>(y) * size.width + x] =
          static_cast<float>(std::clamp(0.5 - distance_to_plate(x, y, size, radius), 0.0, 1.0));
  return plane;
}

/// A hollow plate of the given thickness, for the edge.
Plane plate_edge(Size size, double radius, double thickness) {
  Plane plane(size.area());
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x) {
      const double d = distance_to_plate(x, y, size, radius);
      plane[static_cast<std::size_t>(y) * size.width + x] = static_cast<float>(
          std::min(std::clamp(0.5 - d, 0.0, 1.0), std::clamp(d + thickness + 0.5, 0.0, 1.0)));
    }
  return plane;
}

/// Lower envelope of parabolas over one row or column: exact squared distances (Felzenszwalb and
/// Huttenlocher, 2012). `f` holds the squared distances so far and receives the new ones.
class DistancePass {
 public:
  explicit DistancePass(int length) : f_(length), vertex_(length), bound_(length + 1) {}
  double& operator[](int i) { return f_[i]; }

  void run() {
    const int n = static_cast<int>(f_.size());
    int last = 0;
    vertex_[0] = 0;
    bound_[0] = -kFar;
    bound_[1] = kFar;
    for (int q = 1; q < n; ++q) {
      double s = meet(q, vertex_[last]);
      while (last > 0 && s <= bound_[last]) s = meet(q, vertex_[--last]);
      vertex_[++last] = q;
      bound_[last] = s;
      bound_[last + 1] = kFar;
    }
    std::vector<double> result(n);
    for (int q = 0, k = 0; q < n; ++q) {
      while (bound_[k + 1] < q) ++k;
      const double d = q - vertex_[k];
      result[q] = d * d + f_[vertex_[k]];
    }
    f_ = std::move(result);
  }

  static constexpr double kFar = 1e12;  // beyond any squared distance in a picture

 private:
  [[nodiscard]] double meet(int q, int v) const {
    return ((f_[q] + double(q) * q) - (f_[v] + double(v) * v)) / (2.0 * q - 2.0 * v);
  }
  std::vector<double> f_;
  std::vector<int> vertex_;
  std::vector<double> bound_;
};

/// Coverage of everything within `radius` pixels of the letters.
Plane ring(const Plane& text, Size size, double radius) {
  std::vector<double> squared(size.area());
  DistancePass column(size.height), row(size.width);
  for (int x = 0; x < size.width; ++x) {
    for (int y = 0; y < size.height; ++y)
      column[y] =
          text[static_cast<std::size_t>(y) * size.width + x] >= 0.5F ? 0 : DistancePass::kFar;
    column.run();
    for (int y = 0; y < size.height; ++y)
      squared[static_cast<std::size_t>(y) * size.width + x] = column[y];
  }
  Plane plane(size.area());
  for (int y = 0; y < size.height; ++y) {
    const std::size_t start = static_cast<std::size_t>(y) * size.width;
    for (int x = 0; x < size.width; ++x) row[x] = squared[start + x];
    row.run();
    for (int x = 0; x < size.width; ++x)
      plane[start + x] = static_cast<float>(std::clamp(radius + 0.5 - std::sqrt(row[x]), 0.0, 1.0));
  }
  return plane;
}

/// What has been painted so far: a grey and its opacity.
struct Paint {
  double grey = 0, alpha = 0;
  /// Lays another paint over this one.
  void over(double top_grey, double top_alpha) {
    const double under = alpha * (1 - top_alpha), total = top_alpha + under;
    if (total > 0) grey = (top_grey * top_alpha + grey * under) / total;
    alpha = total;
  }
};

}  // namespace

double outline_radius(int text_height) { return std::max(1.5, 0.075 * text_height); }

Bytes compose(const Mask& text, Padding padding, int text_height, const Style& style) {
  constexpr double kEdgeAlpha = 0.5;
  const Size size{text.width + 2 * padding.x, text.height + 2 * padding.y};
  const Plane letters = padded_text(text, padding, size);
  const double corner = 0.28 * std::min<double>(text_height, size.height);
  const Plane behind = style.backing == Backing::plate
                           ? plate(size, corner)
                           : ring(letters, size, outline_radius(text_height));
  const Plane edge = style.border ? plate_edge(size, corner, std::max(1.0, text_height / 14.0))
                                  : Plane(size.area());
  Bytes rgba;
  rgba.reserve(size.area() * 4);
  for (std::size_t i = 0; i < size.area(); ++i) {
    Paint paint;
    paint.over(style.behind, behind[i] * style.behind_alpha);
    paint.over(style.text, edge[i] * kEdgeAlpha);
    paint.over(style.text, letters[i]);
    const Byte grey = static_cast<Byte>(std::lround(paint.grey));
    rgba.insert(rgba.end(), {grey, grey, grey, static_cast<Byte>(std::lround(paint.alpha * 255))});
  }
  return rgba;
}

}  // namespace signmark::label
