// SPDX-License-Identifier: Apache-2.0
// Few pictures and much sound for storing; for looking, pictures in quick succession, so that one
// of them is close in time to a stored one.
#include "video/prints.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <opencv2/imgproc.hpp>
#include <set>

#include "audio/prints.hpp"
#include "image/prints.hpp"
#include "video/decoder.hpp"
#include "video/floats.hpp"
#include "video/mark/picture.hpp"
#include "video/paint.hpp"

namespace signmark::video {
namespace {

constexpr double kPictureEvery = 2;     // seconds, of stored pictures
constexpr std::size_t kPictures = 120;  // stored at most
constexpr double kWholeSeconds = 60;    // up to here every picture is decoded
constexpr double kLookEvery = 0.25;
constexpr int kStretches = 4;
constexpr double kStretchSeconds = 12;  // longer than encoders leave between keyframes
constexpr std::size_t kLookPictures = 200;
constexpr int kStill = 6;  // bits: the same picture again
constexpr double kTimeSlack = 0.001;
constexpr int kSmallSide = 256;  // of a picture, roughly

constexpr double kSoundEvery = 1, kSoundStretch = 2;  // seconds: stored, looked through
constexpr std::size_t kSoundPrints = 600, kSoundLooks = 400;

/// The picture's luma, small, as it is shown.
cv::Mat shown(const Luma& luma, const Turn& turn) {
  const int step = std::max(1, std::min(luma.width, luma.height) / kSmallSide);
  cv::Mat small = block_means(luma, step);
  if (std::abs(turn.pixel_aspect - 1) > 0.01) {
    const cv::Mat stored = small;
    cv::resize(stored, small, {}, turn.pixel_aspect, 1, cv::INTER_AREA);
  }
  return image::turned(small, {turn.xx, turn.xy, turn.yx, turn.yy});
}

class PicturePrinter {
 public:
  PicturePrinter(const PrintJob& job, Input input, Decoder decoder, unsigned stream,
                 std::vector<Print>& prints)
      : job_(job),
        input_(std::move(input)),
        decoder_(std::move(decoder)),
        stream_(input_.stream(stream)),
        prints_(prints),
        packet_(new_packet()) {
    if (stream_.start_time != AV_NOPTS_VALUE) start_ = stream_.start_time;
    input_.only(stream);
  }

  Status run() {
    const bool look = job_.use == PrintUse::look;
    const bool whole = job_.seconds <= kWholeSeconds;
    if (whole)
      return take_stretch(0, std::numeric_limits<double>::max(), look ? kLookEvery : kPictureEvery);
    return look ? look_at_stretches() : store_keyframes();
  }

 private:
  Status store_keyframes() {
    const double every = std::max(kPictureEvery, job_.seconds / static_cast<double>(kPictures));
    std::set<std::int64_t> places;
    for (double at = 0; at < job_.seconds; at += every) {
      SIGNMARK_TRY(report());
      if (!seek(at) || !read_packet(true)) continue;
      if (packet_->pos >= 0 && !places.insert(packet_->pos).second) continue;
      const auto sink = [&](const AVFrame& frame) { return take(frame); };
      SIGNMARK_TRY(decoder_.push(packet_.get(), sink));
      SIGNMARK_TRY(decoder_.push(nullptr, sink));
      decoder_.restart();
    }
    return {};
  }

  Status look_at_stretches() {
    for (int i = 0; i < kStretches; ++i) {
      const double from = (job_.seconds - kStretchSeconds) * i / (kStretches - 1);
      SIGNMARK_TRY(take_stretch(from, from + kStretchSeconds, kLookEvery));
    }
    return {};
  }

  /// Decodes from the keyframe before `from` and takes a picture in `every` seconds until `to`.
  Status take_stretch(double from, double to, double every) {
    if (!seek(from) && from > 0) return {};
    double next = from;
    bool over = false;
    const auto sink = [&](const AVFrame& frame) -> Status {
      const double seconds = time_of(frame);
      over = over || seconds > to || taken_ >= kLookPictures;
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
    return {};
  }

  bool seek(double seconds) {
    return input_.seek(static_cast<unsigned>(stream_.index),
                       start_ + std::llround(seconds / av_q2d(stream_.time_base)));
  }

  bool read_packet(bool key) {
    while (input_.read(*packet_))
      if (packet_->stream_index == stream_.index &&
          (!key || (packet_->flags & AV_PKT_FLAG_KEY) != 0))
        return true;
    return false;
  }

  [[nodiscard]] double time_of(const AVFrame& frame) const {
    return seconds_of(frame.best_effort_timestamp - start_, stream_.time_base);
  }

  Status take(const AVFrame& frame) {
    SIGNMARK_ASSIGN(const Luma luma, luma_of(frame));
    ++taken_;
    const auto ms = static_cast<std::uint32_t>(std::lround(std::max(0.0, time_of(frame)) * 1000));
    const cv::Mat picture = shown(luma, turn_of(stream_, frame));
    const std::vector<Print> found = image::frame_prints(picture, ms, job_.use);
    if (found.empty() || (last_ && print_distance(found[0].bits, *last_) <= kStill)) return {};
    last_ = found[0].bits;
    prints_.insert(prints_.end(), found.begin(), found.end());
    return {};
  }

  Status report() { return job_.context.report("prints", ++steps_, 0); }

  const PrintJob& job_;
  Input input_;
  Decoder decoder_;
  AVStream& stream_;
  std::vector<Print>& prints_;
  Owned<AVPacket> packet_;
  std::int64_t start_ = 0;
  std::optional<PrintBits> last_;
  std::uint64_t steps_ = 0;
  std::size_t taken_ = 0;
};

/// What cannot be decoded has no prints.
Status tolerate(const Status& status) {
  return status || status.error().code == "base.cancelled" ? status : Status{};
}

}  // namespace

Status print_pictures(const PrintJob& job, unsigned stream, std::vector<Print>& prints) {
  SIGNMARK_ASSIGN(Input input, Input::open(job.context, job.file, job.mime));
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(job.context, input.stream(stream), Effort::look));
  return PicturePrinter(job, std::move(input), std::move(decoder), stream, prints).run();
}

Status print_sound(const PrintJob& job, unsigned stream, std::vector<Print>& prints) {
  SIGNMARK_ASSIGN(Input input, Input::open(job.context, job.file, job.mime));
  SIGNMARK_ASSIGN(Decoder decoder, Decoder::open(job.context, input.stream(stream), Effort::whole));
  const AVStream& from = input.stream(stream);
  input.only(stream);
  std::optional<FloatRun> run;
  std::optional<audio::SoundPrinter> printer;
  const auto sink = [&](const AVFrame& frame) -> Status {
    if (!run) {
      SIGNMARK_ASSIGN(run, FloatRun::open(frame, from.time_base));
      printer.emplace(shape_of(frame));
    }
    SIGNMARK_TRY(run->push(frame, [&](const audio::Block& block) -> Status {
      printer->push(block);
      return {};
    }));
    return job.context.report("prints", static_cast<std::uint64_t>(printer->seconds() * 1000), 0);
  };
  const Owned<AVPacket> packet = new_packet();
  Status status;
  while (status && input.read(*packet))
    if (packet->stream_index == from.index) status = decoder.push(packet.get(), sink);
  if (status) status = decoder.push(nullptr, sink);
  if (!printer) return status;
  const double every =
      std::max(kSoundEvery, printer->seconds() / static_cast<double>(kSoundPrints));
  const bool look = job.use == PrintUse::look;
  const auto found =
      printer->finish(job.use, look ? kSoundStretch : every, 0, look ? kSoundLooks : kSoundPrints);
  prints.insert(prints.end(), found.begin(), found.end());
  return status;
}

Result<std::vector<Print>> prints_of(const Context& context, ByteView file,
                                     std::string_view format_mime, PrintUse use) {
  std::vector<Print> prints;
  const auto input = Input::open(context, file, format_mime);
  if (!input) return prints;
  const PrintJob job{context, file, format_mime, use, std::max(0.0, input->seconds())};
  if (const int film = input->first_film(); film >= 0)
    SIGNMARK_TRY(tolerate(print_pictures(job, static_cast<unsigned>(film), prints)));
  if (const int sound = input->first_sound(); sound >= 0)
    SIGNMARK_TRY(tolerate(print_sound(job, static_cast<unsigned>(sound), prints)));
  return prints;
}

}  // namespace signmark::video
