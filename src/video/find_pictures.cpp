// SPDX-License-Identifier: Apache-2.0
// Keyframes first, reached by seeking; whole stretches only where they do not suffice
// (video-audio-mark.md 5.6).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "video/decoder.hpp"
#include "video/find_parts.hpp"
#include "video/paint.hpp"
#include "video/sei.hpp"

namespace signmark::video {
namespace {

// Keyframes in all; each a multiple of the one before, so that its places hold the old ones.
constexpr std::size_t kRounds[] = {8, 24};
constexpr double kWholeSeconds = 20;  // up to here a film is decoded whole, if need be
constexpr double kWindowSeconds = 2 * kHoldSeconds;
constexpr int kWindows = 5;
constexpr double kFeedSeconds = 1.0 / 6;  // neighbouring frames tell the same
constexpr int kWantedRounds = 3;
constexpr std::size_t kWantedTimes = 8;
constexpr double kTimeSlack = 0.001;

class PictureSearch {
 public:
  PictureSearch(const Look& look, Input input, Decoder decoder, unsigned stream, Finding& finding)
      : look_(look),
        input_(std::move(input)),
        decoder_(std::move(decoder)),
        stream_(input_.stream(stream)),
        finding_(finding),
        packet_(new_packet()) {
    const AVCodecParameters& codec = *stream_.codecpar;
    framing_ = nal_framing(codec.codec_id,
                           {codec.extradata, static_cast<std::size_t>(codec.extradata_size)});
    if (stream_.start_time != AV_NOPTS_VALUE) start_ = stream_.start_time;
    input_.only(stream);
  }

  Status run() {
    if (!look_.lookup.picture_keys.empty()) {
      SIGNMARK_ASSIGN(reader_, make_frame_reader(look_.lookup.picture_keys, look_.lookup.deep));
    }
    list_keyframes();
    SIGNMARK_TRY(look_at_keyframes());
    if (reader_ == nullptr) return tell_cut_off();
    SIGNMARK_TRY(look_at_wanted());
    if (!reader_->satisfied() && worth_more()) SIGNMARK_TRY(look_at_windows());
    if (look_.lookup.deep) SIGNMARK_TRY(look_at_all());
    finding_.frames_decoded += decoder_.frames();
    keep();
    if (taken_ == 0) return fail("video.decode", "no picture can be decoded");
    return tell_cut_off();
  }

 private:
  [[nodiscard]] double time_of(std::int64_t pts) const {
    return seconds_of(pts - start_, stream_.time_base);
  }
  [[nodiscard]] std::int64_t ticks(double seconds) const {
    return start_ + std::llround(seconds / av_q2d(stream_.time_base));
  }
  [[nodiscard]] double duration() const {
    return finding_.seconds > 0 ? finding_.seconds : kWholeSeconds;
  }

  /// From the index where there is one; else evenly spread times, near which there will be some.
  void list_keyframes() {
    input_.seek(static_cast<unsigned>(stream_.index), start_);  // Matroska reads its index here
    const int count = avformat_index_get_entries_count(&stream_);
    for (int i = 0; i < count; ++i) {
      const AVIndexEntry* entry = avformat_index_get_entry(&stream_, i);
      if ((entry->flags & AVINDEX_KEYFRAME) != 0) keyframes_.push_back(entry->timestamp);
    }
    indexed_ = keyframes_.size() > 1;
    if (indexed_) return;
    keyframes_.clear();
    const auto times = static_cast<int>(std::clamp(duration() / kHoldSeconds, 1.0, 40.0));
    for (int i = 0; i < times; ++i) keyframes_.push_back(ticks(duration() * i / times));
  }

  Status look_at_keyframes() {
    for (const std::size_t round : kRounds) {
      const std::size_t count = std::min(round, keyframes_.size());
      for (std::size_t i = 0; i < count; ++i)
        SIGNMARK_TRY(take_keyframe(keyframes_[i * keyframes_.size() / count]));
      if (reader_ == nullptr) return {};
      // What is not seen at once takes a search of everything together, which is worth it once.
      if (!reader_->sees_any() && count < kRounds[1] && count < keyframes_.size()) continue;
      SIGNMARK_TRY(ask());
      if (reader_->satisfied() || count == keyframes_.size()) return {};
    }
    return {};
  }

  Status take_keyframe(std::int64_t at) {
    if (!visited_.insert(at).second) return {};
    SIGNMARK_TRY(report());
    if (!input_.seek(static_cast<unsigned>(stream_.index), at) || !read_packet(true)) {
      missing_ += indexed_ ? 1 : 0;
      return {};
    }
    if (!packets_.insert(packet_->pos).second && packet_->pos >= 0) return {};
    if (reader_ == nullptr) return {};
    const auto sink = [&](const AVFrame& frame) { return take(frame); };
    SIGNMARK_TRY(decoder_.push(packet_.get(), sink));
    SIGNMARK_TRY(decoder_.push(nullptr, sink));
    decoder_.restart();
    return {};
  }

  /// The next packet of the stream; with `key`: the next keyframe. Collects records on the way.
  bool read_packet(bool key) {
    while (input_.read(*packet_)) {
      const bool is_key = (packet_->flags & AV_PKT_FLAG_KEY) != 0;
      if (packet_->stream_index != stream_.index || (key && !is_key)) continue;
      if ((packet_->flags & AV_PKT_FLAG_CORRUPT) != 0) ++missing_;
      if (is_key && framing_) collect_records();
      return true;
    }
    return false;
  }

  void collect_records() {
    const ByteView bytes(packet_->data, static_cast<std::size_t>(packet_->size));
    for (std::string& record : read_sei(bytes, *framing_))
      if (std::ranges::find(finding_.sei_records, record) == finding_.sei_records.end() &&
          finding_.sei_records.size() < 16)
        finding_.sei_records.push_back(std::move(record));
  }

  Status take(const AVFrame& frame) {
    SIGNMARK_ASSIGN(const Luma luma, luma_of(frame));
    const double seconds = time_of(frame.best_effort_timestamp);
    finding_.looked_at.push_back({seconds, seconds});
    ++taken_;
    return reader_->take(luma, seconds);
  }

  Status ask() {
    SIGNMARK_ASSIGN(known_, reader_->look(look_.context));
    return {};
  }

  /// Decodes from the keyframe before `from` and feeds frames until `to`, `every` seconds.
  Status take_stretch(double from, double to, double every) {
    if (!input_.seek(static_cast<unsigned>(stream_.index), ticks(from))) return {};
    double next = from;
    bool over = false;
    const auto sink = [&](const AVFrame& frame) -> Status {
      const double seconds = time_of(frame.best_effort_timestamp);
      over = over || seconds > to;
      if (over || seconds + kTimeSlack < next) return {};
      next = seconds + every;
      return take(frame);
    };
    while (!over && read_packet(false)) {
      SIGNMARK_TRY(report());
      SIGNMARK_TRY(decoder_.push(packet_.get(), sink));
    }
    if (!over) SIGNMARK_TRY(decoder_.push(nullptr, sink));
    decoder_.restart();
    finding_.looked_at.push_back({from, std::min(to, duration())});
    return {};
  }

  /// The first pictures of sections, which signed frames are compared with.
  Status look_at_wanted() {
    std::set<double> done;
    for (int round = 0; round < kWantedRounds; ++round) {
      bool any = false;
      for (const double time : reader_->wanted()) {
        if (done.size() >= kWantedTimes || !done.insert(time).second) continue;
        any = true;
        SIGNMARK_TRY(take_stretch(time, time, 1));
      }
      if (!any) return {};
      SIGNMARK_TRY(ask());
    }
    return {};
  }

  /// Many keyframes without a trace of a mark say enough.
  [[nodiscard]] bool worth_more() const {
    return look_.lookup.deep || !known_.marks.empty() || taken_ < kRounds[1];
  }

  [[nodiscard]] std::vector<Span> windows() const {
    if (duration() <= kWholeSeconds) return {{0, duration()}};
    std::vector<Span> list;
    for (const TimedMark& mark : known_.marks)
      for (const Span& span : mark.spans)
        if (list.size() < kWindows)
          list.push_back({span.from_seconds, span.from_seconds + kWindowSeconds});
    for (int i = 0; list.size() < kWindows; ++i) {
      const double from = (duration() - kWindowSeconds) * i / (kWindows - 1);
      list.push_back({from, from + kWindowSeconds});
    }
    return list;
  }

  Status look_at_windows() {
    for (const Span& window : windows()) {
      SIGNMARK_TRY(take_stretch(window.from_seconds, window.to_seconds, kFeedSeconds));
      SIGNMARK_TRY(ask());
      if (reader_->satisfied()) break;
    }
    return look_at_wanted();
  }

  Status look_at_all() {
    SIGNMARK_TRY(take_stretch(0, std::numeric_limits<double>::max(), 0));
    SIGNMARK_TRY(ask());
    return look_at_wanted();
  }

  Status report() {
    ++steps_;
    return look_.context.report("pictures", steps_, 0);
  }

  void keep() {
    for (TimedMark& mark : known_.marks) {
      mark.in = TimedMark::In::picture;
      finding_.marks.push_back(std::move(mark));
    }
    finding_.hypotheses += known_.hypotheses;
  }

  Status tell_cut_off() {
    if (missing_ > 0 || input_.cut_off())
      finding_.unreadable.push_back(
          Error{"video.decode", "parts of the pictures are missing: the file is cut off", {}, {}});
    return {};
  }

  const Look& look_;
  Input input_;
  Decoder decoder_;
  AVStream& stream_;
  Finding& finding_;
  Owned<AVPacket> packet_;
  std::optional<NalFraming> framing_;
  std::unique_ptr<FrameReader> reader_;
  Finding known_;
  std::vector<std::int64_t> keyframes_;
  std::set<std::int64_t> visited_, packets_;
  std::int64_t start_ = 0;
  std::uint64_t taken_ = 0, steps_ = 0;
  int missing_ = 0;
  bool indexed_ = false;
};

}  // namespace

Status look_at_pictures(const Look& look, Input input, unsigned stream, Finding& finding) {
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(look.context, input.stream(stream), Effort::look));
  return PictureSearch(look, std::move(input), std::move(decoder), stream, finding).run();
}

}  // namespace signmark::video
