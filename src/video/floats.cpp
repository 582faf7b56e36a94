// SPDX-License-Identifier: Apache-2.0
// Decoded sound as one unbroken run of planar float samples.
#include "video/floats.hpp"

#include <algorithm>
#include <utility>

namespace signmark::video {
namespace {

// Containers that count milliseconds jitter by one; encoders' own delays stay below this.
constexpr double kTolerated = 0.03;  // seconds
constexpr std::int64_t kLongestGap = 3600;

/// Samples that count. An encoder's last frame is padded, and the container tells by a shorter
/// duration, which libav's decoders do not heed.
std::size_t meant_samples(const AVFrame& frame, AVRational time_base) {
  const auto samples = static_cast<std::size_t>(frame.nb_samples);
  if (time_base.num != 1 || time_base.den != frame.sample_rate || frame.pkt_duration <= 0)
    return samples;
  return std::min(samples, static_cast<std::size_t>(frame.pkt_duration));
}

}  // namespace

audio::Shape shape_of(const AVFrame& first) {
  audio::Shape shape{.rate = first.sample_rate, .channels = first.ch_layout.nb_channels};
  const AVChannelLayout layout = layout_of(first);
  for (int i = 0; i < std::min(shape.channels, 64); ++i) {
    const AVChannel channel =
        av_channel_layout_channel_from_index(&layout, static_cast<unsigned>(i));
    if (channel == AV_CHAN_LOW_FREQUENCY || channel == AV_CHAN_LOW_FREQUENCY_2)
      shape.untouched |= std::uint64_t{1} << i;
  }
  return shape;
}

Result<FloatRun> FloatRun::open(const AVFrame& first, AVRational time_base) {
  FloatRun run;
  run.time_base_ = time_base;
  run.rate_ = first.sample_rate;
  run.channels_ = first.ch_layout.nb_channels;
  run.format_ = first.format;
  if (run.rate_ <= 0 || run.channels_ <= 0 || run.channels_ > 64)
    return fail("video.unsupported", "sound of this shape cannot be changed");
  run.planes_.resize(static_cast<std::size_t>(run.channels_));
  SIGNMARK_ASSIGN(run.resampler_,
                  Resampler::open(run.rate_, layout_of(first),
                                  static_cast<AVSampleFormat>(first.format), AV_SAMPLE_FMT_FLTP));
  return run;
}

Status FloatRun::emit(std::size_t from, std::size_t samples, const audio::Sink& sink) {
  if (samples == 0) return {};
  std::vector<const float*> channels;
  for (const std::vector<float>& plane : planes_) channels.push_back(plane.data() + from);
  count_ += static_cast<std::int64_t>(samples);
  return sink({channels, samples});
}

Status FloatRun::fill_gap(std::int64_t samples, const audio::Sink& sink) {
  constexpr std::int64_t kChunk = 4096;
  for (std::int64_t left = samples; left > 0; left -= kChunk) {
    const auto some = static_cast<std::size_t>(std::min(left, kChunk));
    for (std::vector<float>& plane : planes_) plane.assign(some, 0.0F);
    SIGNMARK_TRY(emit(0, some, sink));
  }
  return {};
}

/// What a frame held beyond its duration was sound after all: another frame follows.
Status FloatRun::emit_tail(const audio::Sink& sink) {
  if (tail_.empty()) return {};
  planes_ = std::exchange(tail_, {});
  return emit(0, planes_.front().size(), sink);
}

Status FloatRun::push(const AVFrame& frame, const audio::Sink& sink) {
  if (frame.sample_rate != rate_ || frame.ch_layout.nb_channels != channels_ ||
      frame.format != format_)
    return fail("video.unsupported", "rate or channels of the sound change within the stream", {},
                "convert the sound to one shape first");
  SIGNMARK_TRY(emit_tail(sink));
  std::int64_t skip = 0;
  if (frame.best_effort_timestamp != AV_NOPTS_VALUE) {
    const std::int64_t at = av_rescale_q(frame.best_effort_timestamp, time_base_, {1, rate_});
    if (!started_) start_ = at;
    const std::int64_t gap = at - (start_ + count_);
    const auto tolerated = static_cast<std::int64_t>(kTolerated * rate_);
    if (gap > tolerated && gap < kLongestGap * rate_) SIGNMARK_TRY(fill_gap(gap, sink));
    if (gap < -tolerated) skip = std::min<std::int64_t>(-gap, frame.nb_samples);
  }
  started_ = true;
  const auto samples = static_cast<std::size_t>(frame.nb_samples);
  std::vector<std::uint8_t*> to;
  for (std::vector<float>& plane : planes_) {
    plane.resize(samples);
    to.push_back(reinterpret_cast<std::uint8_t*>(plane.data()));
  }
  SIGNMARK_TRY(resampler_->convert(frame.extended_data, to.data(), frame.nb_samples));
  const std::size_t from = static_cast<std::size_t>(skip);
  const std::size_t meant = std::max(from, meant_samples(frame, time_base_));
  if (meant < samples) {
    for (std::vector<float>& plane : planes_)
      tail_.emplace_back(plane.begin() + static_cast<std::ptrdiff_t>(meant), plane.end());
  }
  return emit(from, meant - from, sink);
}

}  // namespace signmark::video
