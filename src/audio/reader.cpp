// SPDX-License-Identifier: Apache-2.0
// Looks for marks in a stream, window by window.
#include <algorithm>
#include <cmath>

#include "audio/hear.hpp"
#include "audio/tracker.hpp"
#include "signal/statistics.hpp"

namespace signmark::audio {
namespace {

constexpr double kWindowLength = 40;                   // seconds looked at as a whole
constexpr double kOverlap = kSuperFrameSeconds + 0.2;  // so that every super-frame is whole once
constexpr double kShortest = 3;                        // seconds; less is not looked at
constexpr std::size_t kCandidates = 6, kStageCandidates = 5;
constexpr int kSearched = 3, kSearchEvery = 4;  // windows
constexpr std::size_t kPitchesAtOnce = 13;
constexpr double kTempoStep = 0.004, kPitchStep = 1.0 / 48;

/// What may be moved at a place that one stage of the search has found.
struct Stage {
  bool with_tempo, with_pitch;
};
constexpr Stage kResampled{true, true}, kTempo{true, false}, kPitch{false, true};

std::vector<double> tempi() {
  std::vector<double> values;
  const int most = static_cast<int>(std::floor(std::log(1.26) / kTempoStep));
  for (int i = -most; i <= most; ++i) values.push_back(std::exp(i * kTempoStep));
  return values;
}

std::vector<double> pitches(double semitones) {
  std::vector<double> values;
  const int most = static_cast<int>(std::lround(semitones / 12 / kPitchStep));
  for (int i = -most; i <= most; ++i) values.push_back(std::exp2(i * kPitchStep));
  return values;
}

class Reader final : public SoundReader {
 public:
  Reader(const Shape& shape, const std::vector<image::RobustKey>& keys,
         const ListenOptions& options)
      : shape_(shape), options_(options), mapper_(shape), logs_(mapper_.empty()), listener_(logs_) {
    for (const auto& key : keys) trackers_.emplace_back(key, codes_);
  }

  Status push(const Block& block) override {
    samples_ += block.samples;
    mapper_.push(block, [this](std::span<const float> row) { add(row); });
    return {};
  }

  Result<SoundFinding> finish(const Context& context) override {
    mapper_.finish([this](std::span<const float> row) { add(row); });
    SIGNMARK_TRY(context.report("listen", samples_, samples_));
    if (logs_.steps() * kStepSeconds >= kShortest) look();
    SoundFinding finding;
    if (options_.notice) finding.notices = listener_.finish();
    finding.seconds = static_cast<double>(samples_) / shape_.rate;
    for (const KeyTracker& tracker : trackers_) {
      for (FoundSound& found : tracker.found()) finding.marks.push_back(std::move(found));
      finding.hypotheses += tracker.hypotheses();
    }
    for (FoundSound& found : finding.marks) {
      found.to_seconds = std::min(found.to_seconds, finding.seconds);
      found.mark.false_positive_log10 = signal::false_accept_log10(
          found.mark.id_z, finding.hypotheses, signal::IdFrame::kInfoBits);
    }
    return finding;
  }

 private:
  void add(std::span<const float> row) {
    if (options_.notice) listener_.push(row);
    logs_.values.insert(logs_.values.end(), row.begin(), row.end());
    if (logs_.steps() * kStepSeconds < kWindowLength) return;
    look();
    // The end of this window is the beginning of the next.
    const int kept = static_cast<int>(kOverlap / kStepSeconds);
    const int gone = logs_.steps() - kept;
    logs_.values.erase(logs_.values.begin(),
                       logs_.values.begin() + static_cast<std::ptrdiff_t>(gone) * logs_.bins);
    base_ += gone;
    fresh_ = kept;
  }

  void look() {
    const Levels levels(logs_);
    const Window window = window_of(levels, Over::silence);
    bool found = look_at(window);
    if (!found) found = look_at(window_of(levels, Over::noise));
    const bool turn = windows_ < kSearched || windows_ % kSearchEvery == 0;
    if (!found && options_.search && turn) search(window);
    ++windows_;
  }

  [[nodiscard]] Window window_of(const Levels& levels, Over over) const {
    return {logs_, BandSums(features(logs_, over)), levels, static_cast<double>(base_),
            static_cast<double>(fresh_)};
  }

  /// Unchanged, and as marks were changed that were read before.
  bool look_at(const Window& window) {
    bool found = look_for(window, window.bands.at(1), 1);
    for (const auto& [tempo, pitch] : changed_places())
      found |= look_for(window, window.bands.at(pitch), tempo, pitch);
    return found;
  }

  /// Tempi and pitches at which a mark was read before.
  [[nodiscard]] std::vector<std::pair<double, double>> changed_places() const {
    std::vector<std::pair<double, double>> places;
    for (const KeyTracker& tracker : trackers_)
      for (const Track& track : tracker.tracks())
        if (track.id && (track.place.tempo != 1 || track.place.pitch != 1))
          places.emplace_back(track.place.tempo, track.place.pitch);
    std::sort(places.begin(), places.end());
    places.erase(std::unique(places.begin(), places.end()), places.end());
    return places;
  }

  bool look_for(const Window& window, const Series& series, double tempo, double pitch = 1) {
    const SeriesSpectrum spectrum(series);
    bool found = false;
    for (KeyTracker& tracker : trackers_)
      for (Place& place : tracker.pilots().find(
               spectrum, tracker.pilots().pattern(tempo, spectrum.length()), pitch, kCandidates)) {
        tracker.pilots().refine(series, place, false);
        found |= tracker.take(window, series, place);
      }
    return found;
  }

  /// The best places of each key.
  using Places = std::vector<std::vector<Place>>;

  void search(const Window& window) {
    const SeriesSpectrum still(window.bands.at(1));
    Places resampled(trackers_.size()), faster(trackers_.size()), higher(trackers_.size());
    for (const double tempo : tempi()) {
      const SeriesSpectrum moved(window.bands.at(tempo));
      for (std::size_t k = 0; k < trackers_.size(); ++k) {
        const auto pattern = trackers_[k].pilots().pattern(tempo, still.length());
        add_best(k, moved, pattern, tempo, resampled);
        add_best(k, still, pattern, 1, faster);
      }
    }
    if (try_all(window, resampled, kResampled) || try_all(window, faster, kTempo)) return;
    const auto untouched = patterns(1, still.length());
    for (const double pitch : pitches(6)) {
      const SeriesSpectrum moved(window.bands.at(pitch));
      for (std::size_t k = 0; k < trackers_.size(); ++k)
        add_best(k, moved, untouched[k], pitch, higher);
    }
    if (try_all(window, higher, kPitch)) return;
    if (options_.deep && windows_ == 0) search_both(window);
  }

  /// Tempo and pitch that came apart both ways; some pitches at once, since each takes 2 MB.
  void search_both(const Window& window) {
    const std::vector<double> all = pitches(6);
    Places best(trackers_.size());
    for (std::size_t from = 0; from < all.size(); from += kPitchesAtOnce)
      search_both(window, std::span(all).subspan(from, std::min(kPitchesAtOnce, all.size() - from)),
                  best);
    try_all(window, best, kResampled);
  }

  void search_both(const Window& window, std::span<const double> some, Places& best) const {
    std::vector<std::pair<double, SeriesSpectrum>> moved;
    for (const double pitch : some) moved.emplace_back(pitch, window.bands.at(pitch));
    for (const double tempo : tempi()) {
      const auto all = patterns(tempo, moved.front().second.length());
      for (const auto& [pitch, spectrum] : moved)
        for (std::size_t k = 0; k < trackers_.size(); ++k)
          add_best(k, spectrum, all[k], pitch, best);
    }
  }

  [[nodiscard]] std::vector<PilotSearch::Pattern> patterns(double tempo, int length) const {
    std::vector<PilotSearch::Pattern> all;
    for (const KeyTracker& tracker : trackers_)
      all.push_back(tracker.pilots().pattern(tempo, length));
    return all;
  }

  void add_best(std::size_t key, const SeriesSpectrum& spectrum,
                const PilotSearch::Pattern& pattern, double pitch, Places& best) const {
    for (const Place& place : trackers_[key].pilots().find(spectrum, pattern, pitch, 1))
      best[key].push_back(place);
  }

  bool try_all(const Window& window, Places& best, const Stage& stage) {
    bool found = false;
    for (std::size_t k = 0; k < trackers_.size(); ++k)
      found |= try_best(window, trackers_[k], best[k], stage);
    return found;
  }

  bool try_best(const Window& window, KeyTracker& tracker, std::vector<Place>& best,
                const Stage& stage) {
    std::sort(best.begin(), best.end(), [](const Place& a, const Place& b) { return a.z > b.z; });
    best.resize(std::min(best.size(), kStageCandidates));
    for (Place& place : best) {
      const Series series = refined(window, tracker, place, stage);
      if (tracker.take(window, series, place)) return true;
    }
    return false;
  }

  /// The series of the pitch that fits best near a place, which moves there.
  [[nodiscard]] Series refined(const Window& window, const KeyTracker& tracker, Place& place,
                               const Stage& stage) const {
    const Place rough = place;
    Series best;
    place.z = 0;
    for (int i = -2; i <= 2; ++i) {
      Place tried = rough;
      tried.pitch *= 1 + 0.0035 * i;
      if (!stage.with_pitch && i != 0) continue;
      Series series = window.bands.at(tried.pitch);
      tracker.pilots().refine(series, tried, stage.with_tempo);
      if (tried.z <= place.z) continue;
      place = tried;
      best = std::move(series);
    }
    return best;
  }

  Shape shape_;
  ListenOptions options_;
  Codes codes_;
  LogMapper mapper_;
  Map logs_;
  RhythmListener listener_;
  std::vector<KeyTracker> trackers_;
  std::uint64_t samples_ = 0;
  int base_ = 0, fresh_ = 0, windows_ = 0;
};

}  // namespace

Result<std::unique_ptr<SoundReader>> make_sound_reader(const Shape& shape,
                                                       const std::vector<image::RobustKey>& keys,
                                                       const ListenOptions& options) {
  if (shape.rate < 8000 || shape.channels < 1 || shape.channels > 64)
    return fail("audio.mark.shape",
                "a mark needs at least 8000 samples a second and 1 to 64 channels");
  for (const auto& key : keys)
    if (key.key.size() != 32) return fail("audio.mark.shape", "a carrier key has 32 bytes");
  return std::make_unique<Reader>(shape, keys, options);
}

}  // namespace signmark::audio
