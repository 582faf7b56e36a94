// SPDX-License-Identifier: Apache-2.0
// What binds a mark to its picture: marks lifted onto other pictures (image-mark.md 6.3), and the
// map of unmarked patches (section 11).
#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <opencv2/imgproc.hpp>

#include "image/mark/content.hpp"
#include "image/mark/tamper.hpp"
#include "marking.hpp"
#include "modes.hpp"
#include "runner.hpp"
#include "steps.hpp"

namespace signmark::bench {
namespace {

using Content = image::RobustMark::Content;

/// The mark whose signed frame was read, if any.
const image::FoundMark* signed_mark(const image::Detection& found) {
  const auto best = std::find_if(found.marks.begin(), found.marks.end(),
                                 [](const auto& mark) { return mark.signed_frame.has_value(); });
  return best == found.marks.end() ? nullptr : &*best;
}

// -------------------------------------------------------------------------------------------------
// Transplants

/// How the mark is taken off the picture that carries it.
struct Lift {
  const char* name;
  bool knows_original;
};
constexpr Lift kLifts[] = {{"exact difference", true}, {"denoising estimate", false}};

/// Marked minus unmarked; whoever has only the marked picture smooths it instead.
cv::Mat lifted(const Lift& lift, const Picture& picture, const cv::Mat& marked) {
  cv::Mat smooth, difference;
  if (!lift.knows_original) cv::bilateralFilter(marked, smooth, 5, 12, 2);
  cv::subtract(marked, lift.knows_original ? picture.bgr : smooth, difference, {}, CV_16S);
  return difference;
}

/// The host, brought to the size of the donor by its middle.
cv::Mat fitted(const cv::Mat& host, cv::Size size) {
  const double ratio = std::max(static_cast<double>(size.width) / host.cols,
                                static_cast<double>(size.height) / host.rows);
  cv::Mat scaled;
  cv::resize(host, scaled, {}, ratio, ratio, ratio < 1 ? cv::INTER_AREA : cv::INTER_CUBIC);
  return scaled(cv::Rect({(scaled.cols - size.width) / 2, (scaled.rows - size.height) / 2}, size))
      .clone();
}

struct Transplants {
  int pairs = 0, ids = 0, signatures = 0, differs = 0, not_compared = 0, fits = 0;
};

class TransplantRun {
 public:
  explicit TransplantRun(const Options& options) : marker_(options) {
    for (const auto& file : chosen_files(options))
      if (auto picture = load_chosen(file, options)) pictures_.push_back(std::move(*picture));
  }

  Transplants run(const Lift& lift, int threads) {
    Transplants total;
    for_each_index(pictures_.size(), threads, [&](std::size_t i) {
      const auto& donor = pictures_[i];
      const cv::Mat mark = lifted(lift, donor, marker_.embed(donor, 0).bgr);
      for (const Picture& host : pictures_)
        if (&host != &donor) judge(fitted(host.bgr, donor.bgr.size()), mark, donor, host, total);
    });
    return total;
  }

 private:
  void judge(const cv::Mat& host, const cv::Mat& mark, const Picture& donor, const Picture& onto,
             Transplants& total) {
    cv::Mat forged;
    cv::add(host, mark, forged, {}, CV_8U);
    const auto found = marker_.detect(forged, marker_.carrier_key());
    const auto* carried = signed_mark(found);
    image::ContentCheck check;
    if (carried != nullptr)
      check = image::check_content({luma_of(forged), {}}, carried->map,
                                   carried->signed_frame->fingerprint,
                                   image::build_lattice(marker_.carrier_key()).fingerprint_key);
    const std::lock_guard lock(mutex_);
    ++total.pairs;
    total.ids += found.marks.empty() ? 0 : 1;
    if (carried == nullptr) return;
    ++total.signatures;
    total.differs += check.content == Content::differs ? 1 : 0;
    total.not_compared += check.content == Content::not_compared ? 1 : 0;
    total.fits += check.content == Content::fits ? 1 : 0;
    if (check.content == Content::fits)
      fmt::print("  fits: the mark of {} on {}: {} of {} cells differ, chance 10^{:.1f}\n",
                 donor.name, onto.name, check.wrong, check.compared, check.chance_log10);
  }

  Marker marker_;
  std::vector<Picture> pictures_;
  std::mutex mutex_;
};

}  // namespace

int run_transplant(const Options& options) {
  TransplantRun run(options);
  fmt::print("== marks lifted onto other pictures; `fits` would be believed\n");
  std::string table = fmt::format("{:<20} {:>6} {:>6} {:>11} {:>8} {:>13} {:>5}\n", "lifted by",
                                  "pairs", "ids", "signatures", "differs", "not compared", "fits");
  for (const Lift& lift : kLifts) {
    const Transplants t = run.run(lift, options.threads);
    table += fmt::format("{:<20} {:>6} {:>6} {:>11} {:>8} {:>13} {:>5}\n", lift.name, t.pairs,
                         t.ids, t.signatures, t.differs, t.not_compared, t.fits);
  }
  fmt::print("{}", table);
  return 0;
}

// -------------------------------------------------------------------------------------------------
// Tamper map

namespace {

constexpr int kPatches = 3;
constexpr double kPatchSide = 0.18;  // of the picture's mean side

/// A marked picture with unmarked patches of itself, and where they are.
struct Edited {
  cv::Mat bgr, truth;
};

Edited with_patches(const Picture& picture, const cv::Mat& marked, std::uint64_t seed) {
  Edited edited{marked.clone(), cv::Mat::zeros(marked.size(), CV_8U)};
  cv::RNG random(seed_of("patches", picture.name, seed));
  const int side =
      static_cast<int>(kPatchSide * std::sqrt(static_cast<double>(picture.bgr.total())));
  for (int i = 0; i < kPatches; ++i) {
    const cv::Rect where(random.uniform(0, marked.cols - side),
                         random.uniform(0, marked.rows - side), side, side);
    picture.bgr(where).copyTo(edited.bgr(where));
    edited.truth(where) = 255;
  }
  return edited;
}

struct MapScore {
  int pictures = 0;
  double auc = 0, iou = 0, false_alarms = 0, unknowable = 0;
};

/// Blocks of one map against the truth.
class Scorer {
 public:
  void add(image::TamperMap::Block block, float presence, bool edited) {
    using Block = image::TamperMap::Block;
    ++blocks_;
    if (block == Block::unknowable) {
      ++unknowable_;
      return;
    }
    ranked_.push_back({presence, edited});
    const bool altered = block == Block::altered;
    both_ += altered && edited ? 1 : 0;
    either_ += altered || edited ? 1 : 0;
    false_alarms_ += altered && !edited ? 1 : 0;
  }

  void add_to(MapScore& score) {
    std::sort(ranked_.begin(), ranked_.end());
    double edited = 0, intact = 0, above = 0;
    for (const auto& [presence, is_edited] : ranked_) {
      if (is_edited)
        ++edited;
      else
        ++intact, above += edited;
    }
    if (edited == 0 || intact == 0) return;
    ++score.pictures;
    score.auc += above / (edited * intact);
    score.iou += both_ / std::max(1.0, either_);
    score.false_alarms += false_alarms_ / intact;
    score.unknowable += unknowable_ / blocks_;
  }

 private:
  std::vector<std::pair<float, bool>> ranked_;
  double blocks_ = 0, unknowable_ = 0, both_ = 0, either_ = 0, false_alarms_ = 0;
};

void score_map(const cv::Mat& bgr, const cv::Mat& truth, const Marker& marker,
               const image::FoundMark& mark, MapScore& score) {
  const image::LumaPicture luma{luma_of(bgr), {}};
  const auto lattice = image::build_lattice(marker.carrier_key());
  const auto map = image::tamper_map(luma, mark, lattice, {});
  if (!map) return;
  const auto presence = image::presence_of_mark(luma, mark, lattice);
  Scorer scorer;
  for (int row = 0; row < map->rows; ++row)
    for (int column = 0; column < map->columns; ++column) {
      const cv::Rect block =
          cv::Rect(column * map->block, row * map->block, map->block, map->block) &
          cv::Rect({}, truth.size());
      scorer.add(map->blocks[static_cast<std::size_t>(row * map->columns + column)],
                 presence.found.at<float>(row, column), cv::mean(truth(block))[0] > 127);
    }
  scorer.add_to(score);
}

}  // namespace

int run_tamper(const Options& options) {
  const Marker marker(options);
  const Step steps[] = {nothing(), jpeg(80), jpeg(50)};
  MapScore scores[std::size(steps)];
  for (const auto& file : chosen_files(options)) {
    const auto picture = load_chosen(file, options);
    if (!picture) continue;
    const Edited edited = with_patches(*picture, marker.embed(*picture, 0).bgr, options.seed);
    for (std::size_t i = 0; i < std::size(steps); ++i) {
      cv::RNG random(options.seed);
      const cv::Mat bgr = steps[i].run(edited.bgr, random);
      const auto found = marker.detect(bgr, marker.carrier_key());
      if (!found.marks.empty() && found.marks.front().id)
        score_map(bgr, edited.truth, marker, found.marks.front(), scores[i]);
    }
  }
  fmt::print(
      "== tamper map: {} unmarked patches of {} of the side\n{:<12} {:>8} {:>6} {:>6} {:>13} "
      "{:>11}\n",
      kPatches, kPatchSide, "saved as", "pictures", "AUC", "IoU", "false alarms", "unknowable");
  for (std::size_t i = 0; i < std::size(steps); ++i) {
    const MapScore& s = scores[i];
    const double n = std::max(1, s.pictures);
    fmt::print("{:<12} {:>8} {:>6.3f} {:>6.2f} {:>13.4f} {:>11.3f}\n", steps[i].name, s.pictures,
               s.auc / n, s.iou / n, s.false_alarms / n, s.unknowable / n);
  }
  return 0;
}

}  // namespace signmark::bench
