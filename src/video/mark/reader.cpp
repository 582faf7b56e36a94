// SPDX-License-Identifier: Apache-2.0
// FrameReader: follows the marks that are known, looks for others where none is seen.
#include <algorithm>
#include <cmath>
#include <functional>
#include <list>
#include <set>
#include <utility>

#include "image/mark/front_end.hpp"
#include "signal/statistics.hpp"
#include "video/mark/stills.hpp"
#include "video/mark/torus.hpp"

namespace signmark::video {
namespace {

// Frames that follow each other closely are averaged: the mark stands still, the film moves.
constexpr double kClosely = 0.3, kBatch = 0.5;  // seconds
// While a signed frame is waited for: what encoders leave of a mark changes fast.
constexpr double kBatchFollowed = 0.25;
constexpr std::size_t kSearched = kMostSummed;  // views that are searched together
constexpr int kSearchedAlone = 2;               // views that may be searched one by one
constexpr double kFrame = 0.05;  // seconds: nearer than this no two frames need to be told apart
constexpr double kCovers = 2.5;  // seconds that a view stands for, at most

constexpr double kReadsAtOnce = 4;  // dB of the id frame, so that the signed frame is read, too

/// Frames that will be one view.
struct Batch {
  cv::Mat sum;
  int count = 0;
  double from = 0, to = 0;
  double scale_x = 1, scale_y = 1;
};

class Reader final : public FrameReader {
 public:
  Reader(const std::vector<image::MarkKey>& keys, bool deep);
  Status take(const Luma& frame, double seconds) override;
  [[nodiscard]] bool sees_any() const override { return !tracks_.empty(); }
  Result<Finding> look(const Context& context) override;
  [[nodiscard]] bool satisfied() const override;
  [[nodiscard]] std::vector<double> wanted() const override { return wanted_; }

 private:
  [[nodiscard]] double batch_seconds() const;
  void flush();
  [[nodiscard]] std::shared_ptr<const View> view_of(const Batch& batch, const cv::Mat& part);
  bool seen_at_a_glance(const Batch& batch);
  void place(const std::shared_ptr<const View>& view);
  bool find(Sight& sight, KeyTools& tools, Effort effort);
  bool find_any(Sight& sight, Effort effort);
  void search_unplaced(Effort effort);
  TimedMark describe(const Track& track);
  [[nodiscard]] std::vector<Span> stretches(const std::function<bool(const Span&)>& chosen) const;
  [[nodiscard]] std::vector<Span> spans(const Track& track) const;
  void add_mark(TimedMark mark, std::vector<TimedMark>& marks) const;
  void want(const Track& track);

  std::list<KeyTools> keys_;
  bool deep_;
  Decoder decoder_;
  std::list<Track> tracks_;
  Batch batch_;
  Stills stills_;
  std::vector<Span> taken_;  // of all views
  Views unplaced_;
  std::size_t placed_nowhere_ = 0;
  int alone_ = 0;
  image::BandNormaliser normalise_;
  image::Spectrum::Scratch scratch_;
  cv::Size canonical_, film_;
  double scale_x_ = 1, scale_y_ = 1;
  std::vector<double> wanted_;
  bool satisfied_ = false;
};

Reader::Reader(const std::vector<image::MarkKey>& keys, bool deep) : deep_(deep) {
  for (const image::MarkKey& key : keys) keys_.emplace_back(key);
}

Status Reader::take(const Luma& frame, double seconds) {
  const Canonical picture = canonical(frame);
  satisfied_ = false;
  film_ = {frame.width, frame.height};
  const bool joins = batch_.count > 0 && seconds >= batch_.to && seconds - batch_.to < kClosely &&
                     seconds - batch_.from < batch_seconds() &&
                     picture.luma.size() == batch_.sum.size();
  if (!joins) flush();
  if (!joins || !wanted_.empty()) stills_.keep(picture, seconds, wanted_);
  if (batch_.count == 0)
    batch_ = {picture.luma, 1, seconds, seconds, picture.scale_x, picture.scale_y};
  else
    batch_.sum += picture.luma, ++batch_.count, batch_.to = seconds;
  return {};
}

double Reader::batch_seconds() const {
  const bool waited_for = std::any_of(tracks_.begin(), tracks_.end(), [](const Track& track) {
    return track.id().frame.with_signed && !track.signed_frame();
  });
  return waited_for ? kBatchFollowed : kBatch;
}

std::shared_ptr<const View> Reader::view_of(const Batch& batch, const cv::Mat& part) {
  return std::make_shared<const View>(View{batch.from, batch.to, batch.scale_x, batch.scale_y,
                                           image::Spectrum(normalise_(part), scratch_)});
}

void Reader::flush() {
  if (batch_.count == 0) return;
  Batch batch = std::exchange(batch_, {});
  batch.sum *= 1.0 / batch.count;
  canonical_ = batch.sum.size();
  scale_x_ = batch.scale_x, scale_y_ = batch.scale_y;
  taken_.push_back({batch.from, batch.to});
  if (!seen_at_a_glance(batch)) place(view_of(batch, batch.sum));
}

/// The middle half of a side, with the same centre.
cv::Mat middle_of(const cv::Mat& picture) {
  const auto half = [](int side) { return side / 2 + (side - side / 2) % 2; };
  const cv::Size size(half(picture.cols), half(picture.rows));
  return picture({{(picture.cols - size.width) / 2, (picture.rows - size.height) / 2}, size});
}

/// Marks that are known and read already only need to be seen; for that a quarter of the picture
/// mostly suffices.
bool Reader::seen_at_a_glance(const Batch& batch) {
  const auto known = [](const Track& track) {
    return track.signed_frame() || !track.id().frame.with_signed;
  };
  if (deep_ || tracks_.empty() || !std::ranges::all_of(tracks_, known)) return false;
  const auto view = view_of(batch, middle_of(batch.sum));
  return std::ranges::all_of(tracks_, [&](Track& track) { return track.follow(view); });
}

void Reader::place(const std::shared_ptr<const View>& view) {
  bool placed = false;
  for (Track& track : tracks_) placed = track.follow(view) || placed;
  if (placed) return;
  unplaced_.push_back(view);
  Sight alone(Views(1, view));
  if (find_any(alone, Effort::upright)) return;
  if ((deep_ || alone_ < kSearchedAlone) && (++alone_, find_any(alone, Effort::turned))) return;
  if (unplaced_.size() < kSearched) return;
  search_unplaced(Effort::turned);
  placed_nowhere_ += unplaced_.size();
  unplaced_.clear();
}

bool Reader::find_any(Sight& sight, Effort effort) {
  bool found = false;
  for (KeyTools& tools : keys_) found = find(sight, tools, effort) || found;
  return found;
}

bool Reader::find(Sight& sight, KeyTools& tools, Effort effort) {
  for (const Placed& placed : search(sight, tools, canonical_, effort)) {
    auto track = Track::start(sight.views(), tools, placed, decoder_);
    if (!track) continue;
    std::erase_if(unplaced_, [&](const auto& view) { return track->follow(view); });
    if (track->id().margin_db > kReadsAtOnce) (void)track->read_signed(decoder_);
    tracks_.push_back(std::move(*track));
    return true;
  }
  return false;
}

/// Views that show nothing alone are searched together, until no mark more is found in them.
void Reader::search_unplaced(Effort effort) {
  while (!unplaced_.empty()) {
    Sight sight(unplaced_);  // which shrinks when something is found
    const bool found = (sight.views().size() > 1 && find_any(sight, Effort::upright)) ||
                       find_any(sight, Effort::turned) || find_any(sight, Effort::scaled) ||
                       (effort == Effort::stretched && find_any(sight, effort));
    if (!found || unplaced_.size() == sight.views().size()) return;
  }
}

/// Merges views into stretches of time; a view stands for the time up to the next one.
std::vector<Span> Reader::stretches(const std::function<bool(const Span&)>& chosen) const {
  std::vector<Span> all = taken_;
  std::sort(all.begin(), all.end(),
            [](const Span& a, const Span& b) { return a.from_seconds < b.from_seconds; });
  std::vector<Span> result;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!chosen(all[i])) continue;
    double to = all[i].to_seconds;
    if (i + 1 < all.size())
      to = std::max(to, std::min(all[i + 1].from_seconds, all[i].from_seconds + kCovers));
    if (!result.empty() && result.back().to_seconds >= all[i].from_seconds)
      result.back().to_seconds = std::max(result.back().to_seconds, to);
    else
      result.push_back({all[i].from_seconds, to});
  }
  return result;
}

std::vector<Span> Reader::spans(const Track& track) const {
  std::set<double> seen;
  for (const Track::Seen& one : track.seen()) seen.insert(one.from);
  return stretches([&](const Span& view) { return seen.contains(view.from_seconds); });
}

TimedMark Reader::describe(const Track& track) {
  image::FoundMark found;
  found.key = track.tools().name();
  const image::Pose& pose = track.pose();
  found.map = {pose.a * scale_x_, pose.b * scale_y_, pose.c * scale_x_,
               pose.d * scale_y_, pose.tx,           pose.ty};
  const double determinant = found.map.a * found.map.d - found.map.b * found.map.c;
  found.scale = 1 / std::sqrt(std::abs(determinant));
  found.mirrored = determinant < 0;
  found.rotation_degrees = std::atan2(found.map.b, found.map.a) * 180 / CV_PI;
  found.pilot_z = track.pilot_z();
  found.id = track.id().frame;
  found.id_z = track.id().z;
  found.id_margin_db = track.id().margin_db;
  found.id_bits_corrected = track.id().corrected;
  found.where = {0, 0, film_.width, film_.height};
  if (const auto& reading = track.signed_frame()) {
    found.signed_frame = reading->frame;
    found.signed_z = reading->z;
    found.signed_margin_db = reading->margin_db;
    found.signed_bits_corrected = reading->corrected;
  }
  found.false_positive_log10 =
      signal::false_accept_log10(found.id_z, decoder_.hypotheses, signal::IdFrame::kInfoBits);
  TimedMark mark;
  mark.mark = image::to_mark(found);
  mark.spans = spans(track);
  if (!track.signed_frame()) return mark;
  const Stills::Comparison comparison = stills_.compare(track);
  mark.mark.content = comparison.content;
  mark.mark.cells_compared = comparison.compared;
  mark.mark.cells_wrong = comparison.wrong;
  return mark;
}

/// The latest time at which the section may have begun, for its first picture; and while that is
/// not sure, times around the border of its first two holds, which tell.
void Reader::want(const Track& track) {
  constexpr int kTimes = 5;
  const Span start = track.section_start();
  if (!track.phases_known() || start.to_seconds < 0) return;
  wanted_.push_back(start.to_seconds);
  const double unsure = start.to_seconds - start.from_seconds;
  for (int i = 1; i < kTimes && unsure > kFrame; ++i)
    wanted_.push_back(start.from_seconds + unsure * i / kTimes + kHoldSeconds);
}

/// One mark is listed once: the reading with the signed frame, or the stronger one.
void Reader::add_mark(TimedMark mark, std::vector<TimedMark>& marks) const {
  const auto known = std::find_if(marks.begin(), marks.end(), [&](const TimedMark& m) {
    return m.mark.key == mark.mark.key && m.mark.content_id == mark.mark.content_id;
  });
  if (known == marks.end()) {
    marks.push_back(std::move(mark));
    return;
  }
  std::vector<Span> spans = known->spans;
  spans.insert(spans.end(), mark.spans.begin(), mark.spans.end());
  std::sort(spans.begin(), spans.end(),
            [](const Span& a, const Span& b) { return a.from_seconds < b.from_seconds; });
  std::vector<Span> merged;
  for (const Span& span : spans) {
    if (!merged.empty() && span.from_seconds <= merged.back().to_seconds)
      merged.back().to_seconds = std::max(merged.back().to_seconds, span.to_seconds);
    else
      merged.push_back(span);
  }
  const auto rank = [](const TimedMark& m) {
    return std::pair(m.mark.has_signed, m.mark.id_margin_db);
  };
  if (rank(mark) > rank(*known)) *known = std::move(mark);
  known->spans = std::move(merged);
}

Result<Finding> Reader::look(const Context& context) {
  SIGNMARK_TRY(context.report("robust mark", 0, 1));
  flush();
  search_unplaced(tracks_.empty() || deep_ ? Effort::stretched : Effort::turned);
  Finding finding;
  finding.has_picture = true;
  wanted_.clear();
  satisfied_ = !tracks_.empty() && unplaced_.empty() && placed_nowhere_ == 0;
  for (Track& track : tracks_) {
    SIGNMARK_TRY(context.report("robust mark", 0, 1));
    const bool complete = track.read_signed(decoder_) || !track.id().frame.with_signed;
    track.read_margin(decoder_);
    TimedMark mark = describe(track);
    const bool compared =
        !mark.mark.has_signed || mark.mark.content != image::RobustMark::Content::not_compared;
    if (!compared) want(track);
    satisfied_ = satisfied_ && complete && compared;
    add_mark(std::move(mark), finding.marks);
  }
  finding.hypotheses = decoder_.hypotheses;
  finding.looked_at = stretches([](const Span&) { return true; });
  finding.frames_decoded = taken_.size();
  return finding;
}

bool Reader::satisfied() const { return satisfied_; }

}  // namespace

Result<std::unique_ptr<FrameReader>> make_frame_reader(const std::vector<image::RobustKey>& keys,
                                                       bool deep) {
  SIGNMARK_ASSIGN(const auto marks, image::mark_keys(keys));
  return std::make_unique<Reader>(marks, deep);
}

}  // namespace signmark::video
