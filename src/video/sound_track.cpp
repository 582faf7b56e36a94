// SPDX-License-Identifier: Apache-2.0
// Sound: decode, notice, mark, encode.
#include <fmt/format.h>

#include <algorithm>

#include "video/floats.hpp"
#include "video/sound_path.hpp"
#include "video/track.hpp"

namespace signmark::video {
namespace {

struct SoundParts {
  Decoder decoder;
  FloatRun run;
  SoundPath path;
  SoundEncoder encoder;
};

class SoundTrack final : public Track {
 public:
  SoundTrack(const Job& job, const AVStream& stream, SoundParts parts, const Output& output)
      : context_(job.context),
        parts_(std::move(parts)),
        out_(output.last()),
        index_(stream.index),
        total_(job.seconds > 0 ? static_cast<std::uint64_t>(job.seconds * 1000) : 0) {
    const AVCodecContext& codec = parts_.encoder.codec();
    const Priming priming = priming_in(output.writer(), codec.codec_id);
    if (priming != Priming::signalled) shift_ = codec.initial_padding;
    // Where they are played the source's own give way, and the sound stays where it was.
    if (priming == Priming::played) skip_ = shift_;
  }

  Status push(AVPacket* packet, Output& output) override {
    const auto to_encoder = [&](const audio::Block& block) { return encode(block, output); };
    const auto to_path = [&](const audio::Block& block) {
      return parts_.path.push(block, to_encoder);
    };
    const auto to_run = [&](const AVFrame& frame) -> Status {
      SIGNMARK_TRY(parts_.run.push(frame, to_path));
      return tell();
    };
    SIGNMARK_TRY(parts_.decoder.push(packet, to_run));
    if (packet != nullptr) return {};
    if (parts_.run.count() == 0)
      return fail("video.decode",
                  fmt::format("stream {} has no sound that can be decoded", index_));
    SIGNMARK_TRY(parts_.path.finish(to_encoder));
    return parts_.encoder.finish([&](AVPacket& made) { return write(made, output); });
  }

  void add_to(Report& report) const override {
    if (parts_.decoder.broken() > 0)
      report.notes.push_back(fmt::format("{} broken packets of stream {} were skipped",
                                         parts_.decoder.broken(), index_));
    const double seconds =
        static_cast<double>(written_) / std::max(1, parts_.encoder.codec().sample_rate);
    if (!report.sound) report.sound = parts_.path.report(seconds);
  }

 private:
  Status tell() {
    const int rate = std::max(1, parts_.encoder.codec().sample_rate);
    const auto done = static_cast<std::uint64_t>(parts_.run.count() * 1000 / rate);
    return context_.report("sound", done, std::max(total_, done));
  }

  Status encode(const audio::Block& block, Output& output) {
    if (written_ == 0 && dropped_ == 0) parts_.encoder.start_at(parts_.run.start() + shift_);
    const auto sink = [&](AVPacket& made) { return write(made, output); };
    const auto drop = static_cast<std::size_t>(
        std::clamp<std::int64_t>(skip_ - dropped_, 0, static_cast<std::int64_t>(block.samples)));
    dropped_ += static_cast<std::int64_t>(drop);
    written_ += static_cast<std::int64_t>(block.samples - drop);
    if (drop == 0) return parts_.encoder.push(block, sink);
    std::vector<const float*> rest;
    for (const float* channel : block.channels) rest.push_back(channel + drop);
    return parts_.encoder.push({rest, block.samples - drop}, sink);
  }

  Status write(AVPacket& packet, Output& output) {
    return output.write(packet, out_, parts_.encoder.codec().time_base);
  }

  const Context& context_;
  SoundParts parts_;
  int out_, index_;
  std::uint64_t total_;
  std::int64_t shift_ = 0, skip_ = 0, dropped_ = 0, written_ = 0;
};

}  // namespace

Result<std::unique_ptr<Track>> make_sound_track(const Job& job, const AVStream& stream,
                                                Output& output, std::vector<std::string>& notes) {
  const auto index = static_cast<unsigned>(stream.index);
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(job.context, stream, Effort::whole));
  SIGNMARK_ASSIGN(const Owned<AVFrame> first, first_frame(job.context, job.file, job.mime, index));
  SIGNMARK_ASSIGN(FloatRun run, FloatRun::open(*first, stream.time_base));
  SIGNMARK_ASSIGN(SoundPath path,
                  SoundPath::make(job.context, shape_of(*first), job.changes, job.seconds));
  const SoundSource source{&stream, first.get(), job.bit_rates[index]};
  SIGNMARK_ASSIGN(SoundEncoder encoder, SoundEncoder::open(source, output.writer(), notes));
  SIGNMARK_TRY(output.add_encoded(stream, encoder.codec(), notes));
  return std::make_unique<SoundTrack>(
      job, stream,
      SoundParts{std::move(decoder), std::move(run), std::move(path), std::move(encoder)}, output);
}

}  // namespace signmark::video
