// SPDX-License-Identifier: Apache-2.0
// What a film still holds of its mark, whoever reads it: the soft values of all frames at the true
// place, under the true holds, against the true bits. Shows gains in dB where exact payloads show
// only 0 or 1.
#pragma once

#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "image/mark/front_end.hpp"
#include "video/mark/picture.hpp"
#include "video/mark/track.hpp"

namespace signmark::bench {

/// A frame as readers look at it.
struct Still {
  video::Canonical picture;
  double seconds = 0;
};

/// What an attack did to place and time; rows without it have no oracle.
struct Path {
  double extent_x = 1, extent_y = 1;  ///< part of the picture that is left, around its middle
  double from = 0, speed = 1;         ///< time in the marked film: from + speed * time
};

/// Margins in dB over what decoding needs.
struct Margins {
  double id = 0, signed_frame = 0;
};

class Oracle {
 public:
  /// Learns place and bits from the marked film itself; nothing when they cannot be read there.
  static std::optional<Oracle> of(video::KeyTools& tools, const std::vector<Still>& marked) {
    Oracle oracle(tools);
    const video::Views views = views_of(marked);
    video::Decoder decoder;
    std::optional<video::Track> track;
    oracle.size_ = marked.front().picture.luma.size();
    for (std::size_t i = 0; i < views.size() && !track; ++i) {
      video::Sight one(video::Views(1, views[i]));
      for (const auto& placed : video::search(one, tools, oracle.size_, video::Effort::upright))
        if (!track) track = video::Track::start(one.views(), tools, placed, decoder);
    }
    if (!track) return std::nullopt;
    for (const auto& view : views) (void)track->follow(view);
    oracle.with_signed_ = track->read_signed(decoder);
    oracle.pose_ = track->pose();
    oracle.id_ = track->id().coded;
    if (oracle.with_signed_)
      oracle.signed_ = decoder.signed_frame.encode(
          signal::pack(track->signed_frame()->frame, tools.lattice().check_key));
    return oracle;
  }

  [[nodiscard]] Margins margins(const std::vector<Still>& film, const Path& path) const {
    const cv::Size size = film.front().picture.luma.size();
    const double fx = path.extent_x * size_.width / size.width;
    const double fy = path.extent_y * size_.height / size.height;
    const image::Pose pose{pose_.a * fx, pose_.b * fy, pose_.c * fx,
                           pose_.d * fy, pose_.tx,     pose_.ty};
    Sum id, signed_frame;
    for (const auto& view : views_of(film)) {
      const double seconds = path.from + path.speed * (view->from + view->to) / 2;
      const auto hold = static_cast<std::size_t>(seconds / video::kHoldSeconds);
      const auto values =
          image::all_values(view->spectrum, tools_->lattice(),
                            video::pose_of(pose, tools_->shifts(), hold % video::kHoldsInSection));
      const double weight = along(tools_->lattice().id, values.id, id_).first;
      id.add(values.id, weight);
      signed_frame.add(values.signed_frame, weight);
    }
    return {margin(tools_->lattice().id, id.values, id_, signal::IdFrame::kBits),
            with_signed_ ? margin(tools_->lattice().signed_frame, signed_frame.values, signed_,
                                  signal::SignedFrame::kBits)
                         : 0};
  }

 private:
  using Values = image::CarrierValues::Values;
  struct Sum {
    Values values;
    void add(const Values& more, double weight) {
      values.resize(more.size());
      for (std::size_t i = 0; i < more.size(); ++i)
        values[i] += static_cast<float>(weight) * more[i];
    }
  };

  explicit Oracle(video::KeyTools& tools) : tools_(&tools) {}

  /// Means of half seconds, as the reader takes them.
  static video::Views views_of(const std::vector<Still>& film) {
    constexpr double kBatch = 0.5, kSlack = 1e-6;
    video::Views views;
    for (std::size_t i = 0; i < film.size();) {
      const std::size_t first = i;
      cv::Mat sum = film[i++].picture.luma.clone();
      while (i < film.size() && film[i].seconds - film[first].seconds < kBatch - kSlack)
        sum += film[i++].picture.luma;
      sum *= 1.0 / static_cast<double>(i - first);
      const auto& one = film[first].picture;
      views.push_back(std::make_shared<const video::View>(
          video::View{film[first].seconds, film[i - 1].seconds, one.scale_x, one.scale_y,
                      image::Spectrum(image::normalise_bands(sum))}));
    }
    return views;
  }

  /// Sum along the true bits and its noise, which the other half of the complex plane tells.
  static std::pair<double, double> along(const std::vector<image::Carrier>& carriers,
                                         const Values& values, const signal::Bits& bits) {
    double sum = 0, noise = 0;
    for (std::size_t i = 0; i < carriers.size(); ++i) {
      const double shape = carriers[i].shape;
      sum += shape * values[i].real() * (bits[i] != 0 ? -1 : 1);
      noise += shape * shape * values[i].imag() * values[i].imag();
    }
    return {sum / std::sqrt(std::max(noise, 1e-12)), noise};
  }

  static double margin(const std::vector<image::Carrier>& carriers, const Values& values,
                       const signal::Bits& bits, int coded) {
    constexpr double kNeeds = 0.5, kLeast = -20;  // dB
    const double z = along(carriers, values, bits).first;
    return z <= 0 ? kLeast : std::max(kLeast, 10 * std::log10(z * z / (2 * coded)) - kNeeds);
  }

  video::KeyTools* tools_;
  image::Pose pose_;
  cv::Size size_;
  signal::Bits id_, signed_;
  bool with_signed_ = false;
};

}  // namespace signmark::bench
