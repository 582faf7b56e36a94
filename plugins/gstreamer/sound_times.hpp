// SPDX-License-Identifier: Apache-2.0
// Which sample belongs to which time stamp, while samples are held back.
#ifndef SIGNMARK_PLUGINS_GSTREAMER_SOUND_TIMES_HPP_
#define SIGNMARK_PLUGINS_GSTREAMER_SOUND_TIMES_HPP_

#include <gst/gst.h>

#include <deque>

namespace signmark_gst {

class SoundTimes {
 public:
  void restart(int rate) {
    rate_ = rate;
    stretches_.clear();
    in_ = out_ = 0;
  }
  // Samples that came in with a buffer.
  void add(const GstBuffer* buffer, guint64 samples) {
    const GstClockTime time = GST_BUFFER_PTS(buffer);
    const bool jumped = GST_BUFFER_IS_DISCONT(buffer) != FALSE || deviates(time);
    if (stretches_.empty() || jumped) stretches_.push_back({in_, time});
    in_ += samples;
  }
  [[nodiscard]] guint64 inside() const { return in_ - out_; }
  // How many of the next samples follow each other without a gap.
  [[nodiscard]] guint64 together() const {
    return stretches_.size() > 1 ? stretches_[1].first - out_ : in_ - out_;
  }
  // Stamps a buffer of the next `samples` (at most `together`).
  void stamp(GstBuffer* buffer, guint64 samples) {
    const Stretch& now = stretches_.front();
    if (out_ == now.first) GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    if (GST_CLOCK_TIME_IS_VALID(now.time)) {
      GST_BUFFER_PTS(buffer) = now.time + length(out_ - now.first);
      GST_BUFFER_DURATION(buffer) = now.time + length(out_ + samples - now.first) -  //
                                    GST_BUFFER_PTS(buffer);
    }
    out_ += samples;
    if (stretches_.size() > 1 && stretches_[1].first == out_) stretches_.pop_front();
  }

 private:
  struct Stretch {
    guint64 first;  // sample
    GstClockTime time;
  };
  [[nodiscard]] GstClockTime length(guint64 samples) const {
    return gst_util_uint64_scale_int(samples, GST_SECOND, rate_);
  }
  // Stamps are rounded, and encoders' worse than ours.
  [[nodiscard]] bool deviates(GstClockTime time) const {
    constexpr GstClockTimeDiff kSlack = 20 * GST_MSECOND;
    if (stretches_.empty() || !GST_CLOCK_TIME_IS_VALID(time)) return false;
    const Stretch& last = stretches_.back();
    if (!GST_CLOCK_TIME_IS_VALID(last.time)) return true;
    const GstClockTimeDiff off = GST_CLOCK_DIFF(last.time + length(in_ - last.first), time);
    return off > kSlack || off < -kSlack;
  }

  int rate_ = 1;
  std::deque<Stretch> stretches_;
  guint64 in_ = 0, out_ = 0;
};

}  // namespace signmark_gst

#endif  // SIGNMARK_PLUGINS_GSTREAMER_SOUND_TIMES_HPP_
