// SPDX-License-Identifier: Apache-2.0
// Pictures: decode, change, encode. And streams that are copied.
#include <fmt/format.h>

#include <cmath>

#include "video/track.hpp"

namespace signmark::video {
namespace {

/// Puts the record into keyframes of H.264 and HEVC.
class SeiWriter {
 public:
  SeiWriter(const std::string& record, std::optional<NalFraming> framing) {
    if (record.empty() || !framing) return;
    framing_ = *framing;
    unit_ = make_sei(record, framing_.hevc);
  }
  void apply(AVPacket& packet) const {
    if (!unit_.empty() && (packet.flags & AV_PKT_FLAG_KEY) != 0)
      insert_sei(packet, framing_, unit_);
  }

 private:
  NalFraming framing_;
  Bytes unit_;
};

class CopyTrack final : public Track {
 public:
  CopyTrack(int out, const AVStream& stream, SeiWriter sei, const AVOutputFormat& writer)
      : out_(out), base_(stream.time_base), sei_(std::move(sei)) {
    const AVCodecParameters& codec = *stream.codecpar;
    if (is_sound(stream) && priming_in(writer, codec.codec_id) == Priming::subtracted)
      shift_ = av_rescale_q(codec.initial_padding, {1, codec.sample_rate}, base_);
  }
  Status push(AVPacket* packet, Output& output) override {
    if (packet == nullptr) return {};
    if (is_encrypted(*packet)) return encrypted(packet->stream_index);
    sei_.apply(*packet);
    if (packet->pts != AV_NOPTS_VALUE) packet->pts += shift_;
    if (packet->dts != AV_NOPTS_VALUE) packet->dts += shift_;
    return output.write(*packet, out_, base_);
  }

 private:
  int out_;
  AVRational base_;
  SeiWriter sei_;
  std::int64_t shift_ = 0;  ///< what readers of the container subtract
};

struct FilmParts {
  Decoder decoder;
  Painter painter;
  FilmEncoder encoder;
};

class FilmTrack final : public Track {
 public:
  FilmTrack(const Job& job, const AVStream& stream, FilmParts parts, SeiWriter sei, int out)
      : context_(job.context),
        parts_(std::move(parts)),
        sei_(std::move(sei)),
        base_(stream.time_base),
        out_(out),
        index_(stream.index) {
    const double rate = av_q2d(parts_.encoder.codec().framerate);
    if (stream.nb_frames > 0) {
      total_ = static_cast<std::uint64_t>(stream.nb_frames);
    } else if (job.seconds > 0) {
      total_ = static_cast<std::uint64_t>(std::lround(job.seconds * rate));
    }
    step_ = std::max<std::int64_t>(1, std::llround(1 / (rate * av_q2d(base_))));
  }

  Status push(AVPacket* packet, Output& output) override {
    SIGNMARK_TRY(
        parts_.decoder.push(packet, [&](const AVFrame& frame) { return change(frame, output); }));
    if (packet != nullptr) return {};
    if (done_ == 0)
      return fail("video.decode",
                  fmt::format("stream {} has no frame that can be decoded", index_));
    return encode(nullptr, output);
  }

  void add_to(Report& report) const override {
    if (parts_.decoder.broken() > 0)
      report.notes.push_back(fmt::format("{} broken packets of stream {} were skipped",
                                         parts_.decoder.broken(), index_));
    if (report.overlay.width == 0) report.overlay = parts_.painter.overlay();
    if (!report.picture) report.picture = parts_.painter.report();
  }

 private:
  /// Display times ascend, whatever the file says.
  std::int64_t next_time(const AVFrame& frame) {
    std::int64_t time = frame.best_effort_timestamp;
    if (time == AV_NOPTS_VALUE) time = done_ == 0 ? 0 : last_ + step_;
    if (done_ == 0) first_ = time;
    if (done_ > 0 && time <= last_) time = last_ + 1;
    last_ = time;
    return time;
  }

  Status change(const AVFrame& frame, Output& output) {
    const std::int64_t time = next_time(frame);
    const double seconds = seconds_of(time - first_, base_);
    const bool border = parts_.painter.begins_hold(seconds);
    SIGNMARK_ASSIGN(const Owned<AVFrame> changed, parts_.painter.paint(frame, seconds));
    changed->pts = time;
    changed->pkt_dts = AV_NOPTS_VALUE;
    // The source's frame types would bind the encoder.
    changed->pict_type = border ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE;
    changed->key_frame = border ? 1 : 0;
    if (frame.pkt_duration > 0) durations_[time] = frame.pkt_duration;
    ++done_;
    SIGNMARK_TRY(context_.report("pictures", done_, std::max(total_, done_)));
    return encode(changed.get(), output);
  }

  Status encode(AVFrame* frame, Output& output) {
    return parts_.encoder.push(frame, [&](AVPacket& packet) {
      sei_.apply(packet);
      restore_duration(packet);
      return output.write(packet, out_, parts_.encoder.time_base());
    });
  }

  /// How long a picture stands, which only the source knows where the rate varies.
  void restore_duration(AVPacket& packet) {
    const auto known = durations_.find(packet.pts);
    if (known == durations_.end()) return;
    packet.duration = known->second;
    durations_.erase(known);
  }

  const Context& context_;
  FilmParts parts_;
  SeiWriter sei_;
  AVRational base_;
  int out_, index_;
  std::uint64_t done_ = 0, total_ = 0;
  std::int64_t first_ = 0, last_ = 0, step_ = 1;
  std::map<std::int64_t, std::int64_t> durations_;  ///< of pictures inside the encoder
};

AVRational frame_rate_of(const AVStream& stream) {
  AVRational rate = stream.avg_frame_rate;
  if (rate.num <= 0 || rate.den <= 0) rate = stream.r_frame_rate;
  if (rate.num <= 0 || rate.den <= 0 || av_q2d(rate) > 1000) rate = {25, 1};
  return rate;
}

}  // namespace

Result<std::unique_ptr<Track>> make_film_track(const Job& job, const AVStream& stream,
                                               Output& output, std::vector<std::string>& notes) {
  const auto index = static_cast<unsigned>(stream.index);
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(job.context, stream, Effort::whole));
  SIGNMARK_ASSIGN(const Owned<AVFrame> first, first_frame(job.context, job.file, job.mime, index));
  SIGNMARK_ASSIGN(Painter painter, Painter::make(job.changes, stream, *first, job.seconds));
  const FilmSource source{&stream, first.get(), frame_rate_of(stream), job.bit_rates[index],
                          is_high_dynamic_range(*first)};
  SIGNMARK_ASSIGN(FilmEncoder encoder,
                  FilmEncoder::open(source, job.options, output.writer(), notes));
  SIGNMARK_TRY(output.add_encoded(stream, encoder.codec(), notes));
  // Encoders of libav give Annex B; writers convert it.
  SeiWriter sei(job.changes.sei, nal_framing(encoder.codec().codec_id, {}));
  return std::make_unique<FilmTrack>(
      job, stream, FilmParts{std::move(decoder), std::move(painter), std::move(encoder)},
      std::move(sei), output.last());
}

std::unique_ptr<Track> make_copy_track(const AVStream& stream, const std::string& record,
                                       Output& output, std::vector<std::string>& notes) {
  if (!output.add_copy(stream, notes)) return nullptr;
  const AVCodecParameters& codec = *stream.codecpar;
  const ByteView extra(codec.extradata, static_cast<std::size_t>(codec.extradata_size));
  const auto framing =
      is_film(stream) ? nal_framing(codec.codec_id, extra) : std::optional<NalFraming>();
  return std::make_unique<CopyTrack>(output.last(), stream, SeiWriter(record, framing),
                                     output.writer());
}

}  // namespace signmark::video
