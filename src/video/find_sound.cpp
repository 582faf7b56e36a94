// SPDX-License-Identifier: Apache-2.0
// Sound is listened to whole where it is short, else at its start, in its middle and at its end.
#include <algorithm>
#include <cmath>

#include "video/find_parts.hpp"
#include "video/floats.hpp"

namespace signmark::video {
namespace {

/// Seconds listened to at the start, in the middle, at the end.
struct Portions {
  double start, middle, end;
};
constexpr Portions kOfFilm{30, 20, 10};
constexpr Portions kOfSound{90, 45, 45};

std::vector<Span> windows_of(double seconds, const Portions& portions, bool deep) {
  const double all = portions.start + portions.middle + portions.end;
  if (deep || seconds <= all) return {{0, HUGE_VAL}};
  const double middle = (seconds - portions.middle) / 2;
  return {
      {0, portions.start}, {middle, middle + portions.middle}, {seconds - portions.end, HUGE_VAL}};
}

class SoundSearch {
 public:
  SoundSearch(const Look& look, Input input, Decoder decoder, unsigned stream, Finding& finding)
      : look_(look),
        input_(std::move(input)),
        decoder_(std::move(decoder)),
        stream_(input_.stream(stream)),
        finding_(finding),
        packet_(new_packet()) {
    if (stream_.start_time != AV_NOPTS_VALUE) start_ = stream_.start_time;
    input_.only(stream);
  }

  Status run() {
    const Portions& portions = finding_.has_picture ? kOfFilm : kOfSound;
    for (const Span& window : windows_of(finding_.seconds, portions, look_.lookup.deep))
      SIGNMARK_TRY(hear(window));
    if (input_.cut_off() || decoder_.broken() > 0)
      finding_.unreadable.push_back(
          Error{"video.decode", "parts of the sound are missing or broken", {}, {}});
    if (heard_ == 0) return fail("video.decode", "no sound can be decoded");
    return {};
  }

 private:
  Status hear(const Span& window) {
    run_.reset();
    reader_.reset();
    over_ = false;
    if (window.from_seconds > 0) {
      const std::int64_t at =
          start_ + std::llround(window.from_seconds / av_q2d(stream_.time_base));
      if (!input_.seek(static_cast<unsigned>(stream_.index), at)) return {};
      decoder_.restart();
    }
    const auto sink = [&](const AVFrame& frame) { return take(frame, window.to_seconds); };
    while (!over_ && input_.read(*packet_))
      if (packet_->stream_index == stream_.index) SIGNMARK_TRY(decoder_.push(packet_.get(), sink));
    if (!over_) SIGNMARK_TRY(decoder_.push(nullptr, sink));
    return conclude();
  }

  Status take(const AVFrame& frame, double until) {
    if (over_) return {};
    if (!run_) {
      SIGNMARK_ASSIGN(run_, FloatRun::open(frame, stream_.time_base));
      rate_ = frame.sample_rate;
      const audio::ListenOptions options{
          .search = true, .deep = look_.lookup.deep, .notice = look_.lookup.notice};
      SIGNMARK_ASSIGN(reader_,
                      audio::make_sound_reader(shape_of(frame), look_.lookup.sound_keys, options));
    }
    SIGNMARK_TRY(
        run_->push(frame, [&](const audio::Block& block) { return reader_->push(block); }));
    heard_ += static_cast<std::uint64_t>(frame.nb_samples);
    over_ = offset() + static_cast<double>(run_->count()) / rate_ >= until;
    return look_.context.report("sound", heard_ * 1000 / static_cast<std::uint64_t>(rate_), 0);
  }

  /// Where the run begins, seconds from the start of the stream.
  [[nodiscard]] double offset() const {
    return static_cast<double>(run_->start()) / rate_ - seconds_of(start_, stream_.time_base);
  }

  Status conclude() {
    if (reader_ == nullptr) return {};
    SIGNMARK_ASSIGN(const audio::SoundFinding found, reader_->finish(look_.context));
    finding_.hypotheses += found.hypotheses;
    for (const audio::FoundSound& mark : found.marks) add_mark(mark, offset(), finding_.marks);
    for (audio::HeardNotice notice : found.notices) {
      notice.from_seconds += offset();
      notice.to_seconds += offset();
      finding_.notices.push_back(notice);
    }
    return {};
  }

  const Look& look_;
  Input input_;
  Decoder decoder_;
  AVStream& stream_;
  Finding& finding_;
  Owned<AVPacket> packet_;
  std::optional<FloatRun> run_;
  std::unique_ptr<audio::SoundReader> reader_;
  std::int64_t start_ = 0;
  std::uint64_t heard_ = 0;
  int rate_ = 1;
  bool over_ = false;
};

}  // namespace

void add_mark(const audio::FoundSound& found, double offset, std::vector<TimedMark>& marks) {
  const Span span{found.from_seconds + offset, found.to_seconds + offset};
  const auto same = std::ranges::find_if(marks, [&](const TimedMark& known) {
    return known.in == TimedMark::In::sound && known.mark.key == found.mark.key &&
           known.mark.has_id == found.mark.has_id && known.mark.content_id == found.mark.content_id;
  });
  if (same == marks.end()) {
    marks.push_back({TimedMark::In::sound, found.mark, {span}, found.speed, found.pitch});
    return;
  }
  same->spans.push_back(span);
  const bool better = (found.mark.has_signed && !same->mark.has_signed) ||
                      (found.mark.has_signed == same->mark.has_signed &&
                       found.mark.id_margin_db > same->mark.id_margin_db);
  if (better) same->mark = found.mark;
}

Status listen(const Look& look, Input input, unsigned stream, Finding& finding) {
  SIGNMARK_ASSIGN(Decoder decoder,
                  Decoder::open(look.context, input.stream(stream), Effort::whole));
  return SoundSearch(look, std::move(input), std::move(decoder), stream, finding).run();
}

}  // namespace signmark::video
