// SPDX-License-Identifier: Apache-2.0
// Puts the audible label into a stream: over the programme, or before and after it.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "audio/loudness.hpp"
#include "audio/notice.hpp"

namespace signmark::audio {
namespace {

constexpr double kLoudest = -16, kSoftest = -26;  // LUFS
constexpr double kMeasured = 3;                   // seconds of programme that set the level
constexpr double kRampSeconds = 0.02, kSilenceSeconds = 0.15;
constexpr float kDucked = 0.25118864F;  // -12 dB
constexpr float kHighestPeak = 0.7F;    // of the notice; a ducked programme adds 0.25 at most

class Writer final : public NoticeWriter {
 public:
  Writer(const Shape& shape, const AudibleLabel& label, Notice notice)
      : shape_(shape),
        label_(label),
        notice_(std::move(notice)),
        meter_(shape),
        queue_(static_cast<std::size_t>(shape.channels)),
        ramp_(samples(kRampSeconds)),
        waiting_(label.at_start) {}

  Status push(const Block& block, const Sink& sink) override {
    meter_.push(block);
    for (std::size_t c = 0; c < queue_.size(); ++c)
      queue_[c].insert(queue_[c].end(), block.channels[c], block.channels[c] + block.samples);
    if (waiting_) {
      if (size() < std::max(samples(kMeasured), notice_.size() + ramp_)) return {};
      SIGNMARK_TRY(start(sink));
    }
    const std::size_t held = mixed() && label_.at_end ? notice_.size() + ramp_ : 0;
    return size() > held ? give(size() - held, sink) : Status{};
  }

  Status finish(const Sink& sink) override {
    if (mixed() && waiting_ && size() < notice_.size()) return too_short();
    if (waiting_) SIGNMARK_TRY(start(sink));
    if (!label_.at_end) return give(size(), sink);
    if (!mixed()) {
      SIGNMARK_TRY(give(size(), sink));
      return insert(sink);
    }
    if (gone_ + size() < notice_.size()) return too_short();
    // Where both have no room, the one at the start is enough (clause 5.3: start, end or middle).
    const std::size_t room = label_.at_start ? 2 * (notice_.size() + ramp_) : notice_.size();
    if (gone_ + size() >= room) mix(size() - notice_.size());
    return give(size(), sink);
  }

  static tl::unexpected<Error> too_short() {
    return fail("audio.notice.short", "the programme is shorter than the notice", {},
                "let the notice be inserted before it instead of mixed over it");
  }

 private:
  [[nodiscard]] std::size_t samples(double seconds) const {
    return static_cast<std::size_t>(std::lround(seconds * shape_.rate));
  }
  [[nodiscard]] bool mixed() const { return label_.blend == NoticeBlend::mix; }
  [[nodiscard]] std::size_t size() const { return queue_[0].size(); }
  [[nodiscard]] bool heard(std::size_t channel) const {
    return (shape_.untouched >> channel & 1U) == 0;
  }

  /// Amplitude of the notice: as loud as the programme is here.
  [[nodiscard]] float level() const {
    double channels = 0;
    for (std::size_t c = 0; c < queue_.size(); ++c) channels += heard(c) ? 1 : 0;
    if (channels == 0) return 0;
    const double lufs = std::clamp(meter_.short_term(), kSoftest, kLoudest);
    float highest = 0;
    for (const float s : notice_) highest = std::max(highest, std::abs(s));
    const auto wanted = static_cast<float>(rms_at(lufs) / std::sqrt(channels));
    return std::min(wanted, kHighestPeak / std::max(highest, 1e-6F));
  }

  Status start(const Sink& sink) {
    waiting_ = false;
    if (!mixed()) return insert(sink);
    mix(0);
    return {};
  }

  /// Lays the notice over what waits, from sample `at` of it on.
  void mix(std::size_t at) {
    const float amplitude = level();
    for (std::size_t c = 0; c < queue_.size(); ++c) {
      if (!heard(c)) continue;
      auto& channel = queue_[c];
      const std::size_t from = at - std::min(at, ramp_);
      const std::size_t to = std::min(channel.size(), at + notice_.size() + ramp_);
      for (std::size_t i = from; i < to; ++i) channel[i] *= ducking(i, at);
      for (std::size_t i = 0; i < notice_.size(); ++i) channel[at + i] += amplitude * notice_[i];
    }
  }

  /// Gain of the programme under a notice that begins at `at`.
  [[nodiscard]] float ducking(std::size_t i, std::size_t at) const {
    const std::size_t end = at + notice_.size();
    double part = 1;  // of the full reduction
    if (i < at) part = 1 - static_cast<double>(at - i) / static_cast<double>(ramp_);
    if (i >= end) part = 1 - static_cast<double>(i - end) / static_cast<double>(ramp_);
    // At the very start there is no room for a ramp before the notice.
    if (at == 0) part = std::min(part, static_cast<double>(i) / static_cast<double>(ramp_));
    const double smooth = 0.5 - 0.5 * std::cos(std::numbers::pi * std::clamp(part, 0.0, 1.0));
    return static_cast<float>(1 - (1 - kDucked) * smooth);
  }

  /// The notice by itself, with silence around it.
  Status insert(const Sink& sink) const {
    const std::size_t quiet = samples(kSilenceSeconds);
    std::vector<float> alone(notice_.size() + 2 * quiet), nothing(alone.size());
    const float amplitude = level();
    for (std::size_t i = 0; i < notice_.size(); ++i) alone[quiet + i] = amplitude * notice_[i];
    std::vector<const float*> channels;
    for (std::size_t c = 0; c < queue_.size(); ++c)
      channels.push_back(heard(c) ? alone.data() : nothing.data());
    return sink({channels, alone.size()});
  }

  Status give(std::size_t count, const Sink& sink) {
    if (count == 0) return {};
    std::vector<const float*> channels;
    for (const auto& channel : queue_) channels.push_back(channel.data());
    SIGNMARK_TRY(sink({channels, count}));
    for (auto& channel : queue_)
      channel.erase(channel.begin(), channel.begin() + static_cast<std::ptrdiff_t>(count));
    gone_ += count;
    return {};
  }

  Shape shape_;
  AudibleLabel label_;
  Notice notice_;
  LoudnessMeter meter_;
  std::vector<std::vector<float>> queue_;
  std::size_t ramp_, gone_ = 0;
  bool waiting_;  // for enough of the programme to know how loud the first notice must be
};

}  // namespace

Result<std::unique_ptr<NoticeWriter>> make_notice_writer(const Context& context, const Shape& shape,
                                                         const AudibleLabel& label,
                                                         double seconds) {
  if (shape.rate < 4000 || shape.channels < 1 || shape.channels > 64)
    return fail("audio.mark.shape",
                "a notice needs at least 4000 samples a second and 1 to 64 channels");
  SIGNMARK_ASSIGN(Notice notice, make_notice(context, label, shape.rate));
  if (label.blend == NoticeBlend::mix && seconds >= 0 &&
      seconds * shape.rate < static_cast<double>(notice.size()))
    return Writer::too_short();
  return std::make_unique<Writer>(shape, label, std::move(notice));
}

}  // namespace signmark::audio
