// SPDX-License-Identifier: Apache-2.0
// Lays the mark into a stream.
#include <algorithm>
#include <cmath>

#include "audio/decode.hpp"
#include "audio/fingerprint.hpp"
#include "audio/gains.hpp"
#include "audio/layout.hpp"
#include "audio/limiter.hpp"
#include "audio/series.hpp"

namespace signmark::audio {
namespace {

constexpr double kShortestSeconds = 4, kSignedSeconds = 32;
// Energy of the signed frame's soft values, in noise variances, that lets it be read back with
// 1.5 dB to spare (README.md).
constexpr double kSignedNeeds = 2 * 1.1 * signal::SignedFrame::kBits;

/// Frames of samples in, the mark alone out: frame by frame gains on the spectrum, overlapped.
class DeltaMaker {
 public:
  DeltaMaker(const Shape& shape, image::RobustStrength strength)
      : length_(window_length(shape.rate)),
        rate_(shape.rate),
        fourier_(length_),
        window_(hann(length_, true)),
        rule_(shape.rate, length_, strength),
        power_(static_cast<std::size_t>(length_) / 2 + 1),
        gains_(power_.size()) {}

  [[nodiscard]] std::size_t length() const { return static_cast<std::size_t>(length_); }

  /// Replaces the pairs (each `length` samples) by the windowed mark of frame number `frame`, which
  /// is centred at frame * length / 2. False: there is none.
  bool make(std::vector<std::vector<Complex>>& pairs, std::uint64_t frame,
            const std::vector<float>& first, const std::vector<float>& others) {
    std::fill(power_.begin(), power_.end(), 0.0F);
    for (auto& pair : pairs) {
      for (std::size_t i = 0; i < length(); ++i) pair[i] *= window_[i];
      fourier_.forward(pair);
      for (std::size_t k = 0; k < power_.size(); ++k)
        power_[k] += (std::norm(pair[k]) + std::norm(pair[(length() - k) % length()])) / 2;
    }
    const double seconds = static_cast<double>(frame) * length_ / 2 / rate_;
    const auto slot = static_cast<std::uint64_t>(seconds / kSlotSeconds);
    const auto& pattern = slot < kSlots ? first : others;
    const auto cells =
        std::span(pattern).subspan(cell_of(static_cast<int>(slot % kSlots), 0), kBands);
    if (!rule_.frame(power_, cells, gains_)) return false;
    for (auto& pair : pairs) synthesise(pair);
    return true;
  }

 private:
  void synthesise(std::vector<Complex>& pair) {
    for (std::size_t k = 0; k < length(); ++k) pair[k] *= gains_[std::min(k, length() - k)];
    fourier_.inverse(pair);
    for (std::size_t i = 0; i < length(); ++i) pair[i] *= window_[i];
  }

  int length_, rate_;
  Fourier fourier_;
  std::vector<float> window_;
  GainRule rule_;
  std::vector<float> power_, gains_;
};

/// The signs of one or two keys in the same cells.
struct Patterns {
  std::vector<float> first, others;
};

Patterns make_patterns(const image::RobustRequest& request, const signal::IdFrame& id,
                       const signal::SignedFrame* signed_frame) {
  const Codes codes;
  Patterns patterns{std::vector<float>(kCells), std::vector<float>(kCells)};
  const float share = 1 / std::sqrt(static_cast<float>(request.keys.size()));
  for (const auto& key : request.keys) {
    const Layout layout = build_layout(key.key.first<32>());
    const auto id_word = codes.id.encode(signal::pack(id, layout.check_key));
    const auto signed_word =
        signed_frame == nullptr
            ? signal::Bits{}
            : codes.signed_frame.encode(signal::pack(*signed_frame, layout.check_key));
    const auto signs = pattern_of(layout, id_word, signed_word);
    for (std::size_t i = 0; i < signs.size(); ++i) {
      const float value = share * static_cast<float>(signs[i]);
      patterns.others[i] += value;
      patterns.first[i] += layout.cells[i].role == Role::flag ? -value : value;
    }
  }
  return patterns;
}

class Marker final : public SoundMarker {
 public:
  Marker(const Shape& shape, const image::RobustRequest& request, double seconds)
      : shape_(shape), request_(request), maker_(shape, request.strength), limiter_(shape) {
    for (int c = 0; c < shape.channels; ++c)
      if ((shape.untouched >> c & 1U) == 0) marked_.push_back(static_cast<std::size_t>(c));
    const std::size_t half = maker_.length() / 2;
    input_.resize(static_cast<std::size_t>(shape.channels), std::vector<float>(half));
    delta_.resize(input_.size(), std::vector<float>(half));
    frame_.resize((marked_.size() + 1) / 2, std::vector<Complex>(maker_.length()));
    decide(seconds);
  }

  Status push(const Block& block, const Sink& sink) override {
    for (std::size_t c = 0; c < input_.size(); ++c)
      input_[c].insert(input_[c].end(), block.channels[c], block.channels[c] + block.samples);
    came_ += block.samples;
    if (fingerprinter_) {
      fingerprinter_->push(block);
      if (!fingerprinter_->complete()) return {};
      SIGNMARK_TRY(begin());
    } else if (patterns_.first.empty()) {
      SIGNMARK_TRY(begin());
    }
    return run(sink);
  }

  Status finish(const Sink& sink) override {
    if (patterns_.first.empty()) SIGNMARK_TRY(begin());
    // Silence behind the end pushes everything out that came in.
    for (auto& channel : input_) channel.resize(channel.size() + 2 * maker_.length());
    SIGNMARK_TRY(run(sink));
    return limiter_.finish(sink);
  }

  std::size_t latency() const override { return maker_.length(); }

  SoundReport report() const override {
    SoundReport report = report_;
    report.seconds = static_cast<double>(came_) / shape_.rate;
    report.snr_db = delta_energy_ > 0 ? 10 * std::log10(energy_ / delta_energy_) : 0;
    const double marked = static_cast<double>(marked_frames_ * maker_.length()) / 2 / shape_.rate;
    report.id_frame = marked >= kShortestSeconds;
    if (!report.id_frame)
      report.why_not = "less than 4 seconds of sound are loud enough to carry the id frame";
    return report;
  }

 private:
  /// Whether a signed frame may go in.
  void decide(double seconds) {
    if (!request_.sign) return;
    if (shape_.live) {
      report_.why_not = "a live sound leaves no time to look at what a signed frame is bound to";
      return;
    }
    if (seconds < kSignedSeconds) {
      report_.why_not = seconds < 0 ? "a signed frame needs a sound of known duration"
                                    : "the sound is too short for a signed frame";
      return;
    }
    seconds_ = seconds;
    fingerprinter_.emplace(shape_);
  }

  Status begin() {
    signal::IdFrame id = id_frame();
    signal::SignedFrame signed_frame;
    if (signed_fits()) {
      id.with_signed = report_.signed_frame = true;
      signed_frame.content_id = request_.content_id;
      signed_frame.issuer_hint = request_.issuer_hint;
      signed_frame.time = static_cast<std::uint32_t>(request_.time);
      signed_frame.fingerprint = report_.fingerprint = fingerprinter_->value().bits;
      SIGNMARK_ASSIGN(signed_frame.signature, request_.sign(signal::packed_fields(signed_frame)));
    }
    fingerprinter_.reset();
    patterns_ = make_patterns(request_, id, id.with_signed ? &signed_frame : nullptr);
    return {};
  }

  /// Whether the sound is long enough for a signed frame, judged by how well its first super-frame
  /// carries.
  bool signed_fits() {
    if (!fingerprinter_) return false;
    double carried = 0;
    if (fingerprinter_->complete()) {
      const double z = strength();
      carried = z * z * kSignedShare * seconds_ / kSuperFrameSeconds;
    }
    if (carried < kSignedNeeds)
      report_.why_not =
          "the sound is too short for a signed frame, given how little its first seconds carry";
    return carried >= kSignedNeeds;
  }

  /// Lays the id frame alone into what has come in, and reads it back: the statistic of the first
  /// super-frame.
  [[nodiscard]] double strength() const {
    image::RobustRequest alone = request_;
    alone.sign = nullptr;
    Marker probe(shape_, alone, -1);
    LogMapper mapper(shape_);
    Map logs = mapper.empty();
    const LogMapper::Row row = [&](std::span<const float> r) {
      logs.values.insert(logs.values.end(), r.begin(), r.end());
    };
    const Sink sink = [&](const Block& block) -> Status {
      mapper.push(block, row);
      return {};
    };
    std::vector<const float*> channels;  // without the half window before the start
    for (const auto& channel : input_) channels.push_back(channel.data() + maker_.length() / 2);
    if (!probe.push({channels, static_cast<std::size_t>(came_)}, sink) || !probe.finish(sink))
      return 0;
    const Place place{1, 1, 0, 0, 1, 0};
    const Series series = make_series(features(logs), 1);
    const Layout layout = build_layout(request_.keys[0].key.first<32>());
    IdReading word;
    word.whole = true;
    signal::IdFrame id = id_frame();
    word.coded = Codes().id.encode(signal::pack(id, layout.check_key));
    return agreement_with(layout, fold(series, place, 0, series.steps()), word);
  }

  [[nodiscard]] signal::IdFrame id_frame() const {
    signal::IdFrame id;
    id.content_id = request_.content_id;
    std::copy_n(request_.issuer_hint.begin(), id.issuer_hint.size(), id.issuer_hint.begin());
    return id;
  }

  Status run(const Sink& sink) {
    const std::size_t length = maker_.length(), half = length / 2;
    std::size_t at = 0;
    for (; at + length <= input_[0].size(); at += half) {
      lay(at);
      SIGNMARK_TRY(emit(at, half, sink));
      for (auto& channel : delta_) {
        std::copy(channel.begin() + static_cast<std::ptrdiff_t>(half), channel.end(),
                  channel.begin());
        std::fill(channel.end() - static_cast<std::ptrdiff_t>(half), channel.end(), 0.0F);
      }
      ++frames_;
    }
    for (auto& channel : input_)
      channel.erase(channel.begin(), channel.begin() + static_cast<std::ptrdiff_t>(at));
    return {};
  }

  /// Adds the mark of the frame that begins at `at` to the delta.
  void lay(std::size_t at) {
    const std::size_t length = maker_.length();
    for (auto& channel : delta_) channel.resize(length);
    for (std::size_t m = 0; m < marked_.size(); ++m) {
      const float* samples = input_[marked_[m]].data() + at;
      auto& pair = frame_[m / 2];
      for (std::size_t i = 0; i < length; ++i)
        pair[i] = m % 2 == 0 ? Complex(samples[i], 0) : Complex(pair[i].real(), samples[i]);
    }
    if (!maker_.make(frame_, frames_, patterns_.first, patterns_.others)) return;
    ++marked_frames_;
    for (std::size_t m = 0; m < marked_.size(); ++m) {
      const auto& pair = frame_[m / 2];
      auto& delta = delta_[marked_[m]];
      for (std::size_t i = 0; i < length; ++i)
        delta[i] += m % 2 == 0 ? pair[i].real() : pair[i].imag();
    }
  }

  /// Gives samples [at, at + count), which no later frame changes, without those before the start
  /// and behind the end.
  Status emit(std::size_t at, std::size_t count, const Sink& sink) {
    if (frames_ == 0) return {};  // half a window before the start
    const std::uint64_t left = came_ - gone_;
    count = static_cast<std::size_t>(std::min<std::uint64_t>(count, left));
    std::vector<const float*> own, delta;
    for (std::size_t c = 0; c < input_.size(); ++c) {
      own.push_back(input_[c].data() + at);
      delta.push_back(delta_[c].data());
      for (std::size_t i = 0; i < count; ++i) {
        energy_ += static_cast<double>(own[c][i]) * own[c][i];
        delta_energy_ += static_cast<double>(delta[c][i]) * delta[c][i];
      }
    }
    gone_ += count;
    return limiter_.push({own, count}, {delta, count}, sink);
  }

  Shape shape_;
  image::RobustRequest request_;
  DeltaMaker maker_;
  Limiter limiter_;
  std::optional<Fingerprinter> fingerprinter_;  // while the first super-frame is collected
  Patterns patterns_;
  std::vector<std::size_t> marked_;
  std::vector<std::vector<float>> input_, delta_;
  std::vector<std::vector<Complex>> frame_;
  std::uint64_t frames_ = 0, marked_frames_ = 0, came_ = 0, gone_ = 0;
  double seconds_ = 0, energy_ = 0, delta_energy_ = 0;
  SoundReport report_;
};

Status check(const Shape& shape, const image::RobustRequest& request) {
  if (shape.rate < 8000 || shape.channels < 1 || shape.channels > 64)
    return fail("audio.mark.shape",
                "a mark needs at least 8000 samples a second and 1 to 64 channels");
  if (request.keys.empty() || request.keys.size() > 2)
    return fail("audio.mark.shape", "one or two carrier keys are needed");
  for (const auto& key : request.keys)
    if (key.key.size() != 32) return fail("audio.mark.shape", "a carrier key has 32 bytes");
  return {};
}

}  // namespace

Result<std::unique_ptr<SoundMarker>> make_sound_marker(const Context& /*context*/,
                                                       const Shape& shape,
                                                       const image::RobustRequest& request,
                                                       double seconds) {
  SIGNMARK_TRY(check(shape, request));
  return std::make_unique<Marker>(shape, request, seconds);
}

}  // namespace signmark::audio
