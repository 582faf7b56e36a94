// SPDX-License-Identifier: Apache-2.0
// The robust layer of film and sound: marks with the stretches of time that carry them, and audible
// labels.
#include <fmt/format.h>

#include <algorithm>

#include "base/result.hpp"
#include "base/text.hpp"
#include "pipeline/robust_layer.hpp"
#include "pipeline/timed_layer.hpp"

namespace signmark {
namespace {

using video::TimedMark;

struct Keys {
  CarrierKeys film, sound;
};

Result<Keys> keys_to_look(const CarrierSource& carriers) {
  SIGNMARK_ASSIGN(CarrierKeys film, CarrierKeys::to_look(carriers, kFilm.key));
  SIGNMARK_ASSIGN(CarrierKeys sound, CarrierKeys::to_look(carriers, kSound.key));
  return Keys{std::move(film), std::move(sound)};
}

Result<video::Finding> look_into(const Context& context, ByteView file, const Keys& keys,
                                 const VerifyOptions& options, const Examination& look) {
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  video::Lookup lookup;
  lookup.picture_keys = keys.film.keys();
  lookup.sound_keys = keys.sound.keys();
  lookup.deep = options.deep;
  const std::string mime(container::format_info(look.inventory.format).mime);
  return room->find(context, file, mime, lookup);
}

constexpr double kInstant = 0.05;  // seconds: shorter than this a stretch is one picture

std::string spans_text(const std::vector<video::Span>& spans) {
  constexpr std::size_t kShown = 8;
  std::string text;
  for (std::size_t i = 0; i < std::min(kShown, spans.size()); ++i) {
    const video::Span& span = spans[i];
    text += i == 0 ? "" : ", ";
    text += span.to_seconds - span.from_seconds < kInstant
                ? fmt::format("{:.1f} s", span.from_seconds)
                : fmt::format("{:.1f}-{:.1f} s", span.from_seconds, span.to_seconds);
  }
  if (spans.size() > kShown) text += fmt::format(" and {} more", spans.size() - kShown);
  return text;
}

/// Where in time the mark lies, so that a spliced film is told.
void add_time(const TimedMark& mark, double seconds, Finding& finding) {
  double carried = 0;
  for (const video::Span& span : mark.spans) carried += span.to_seconds - span.from_seconds;
  finding.fields.push_back({"time", spans_text(mark.spans)});
  // A film whose few pictures told everything was not looked through.
  if (seconds > 0 && carried >= kInstant)
    finding.fields.push_back(
        {"share of the time", fmt::format("{:.0f} %", std::min(100.0, 100 * carried / seconds))});
  if (mark.speed != 1)
    finding.fields.push_back({"speed", fmt::format("{:.3f} of the original's", mark.speed)});
  if (mark.pitch != 1)
    finding.fields.push_back({"pitch", fmt::format("{:.3f} of the original's", mark.pitch)});
}

void add_marks(const video::Finding& found, TimedMark::In in, const MarkMedium& medium,
               const CarrierKeys& keys, const Trust& trust, UnixTime now, Examination& look) {
  std::vector<image::RobustMark> marks;
  std::vector<const TimedMark*> timed;
  for (const TimedMark& mark : found.marks)
    if (mark.in == in) {
      marks.push_back(mark.mark);
      timed.push_back(&mark);
    }
  std::vector<Judgement> judgements = judge_marks(marks, medium, {look, trust, now});
  for (std::size_t i = 0; i < judgements.size(); ++i)
    add_time(*timed[i], found.seconds, judgements[i].finding);
  std::vector<Finding> findings = findings_of(judgements, medium, keys, look);
  look.findings.insert(look.findings.end(), std::make_move_iterator(findings.begin()),
                       std::make_move_iterator(findings.end()));
  look.robust->marks.insert(look.robust->marks.end(), marks.begin(), marks.end());
}

/// A label that a listener hears; anybody can make such tones, so it proves nothing.
void add_notices(const video::Finding& found, Examination& look) {
  for (const audio::HeardNotice& notice : found.notices) {
    look.trace = true;
    look.findings.push_back(
        {Layer::visible,
         State::present,
         "audible label",
         "the rhythm short long, short short of GB 45438 clause 5.3 is heard",
         {{"time", spans_text({{notice.from_seconds, notice.to_seconds}})},
          {"tone",
           fmt::format("{:.0f} Hz, unit {:.0f} ms", notice.pitch_hz, 1000 * notice.unit_seconds)},
          {"false positive", fmt::format("below 10^{:.1f}", notice.false_positive_log10)}},
         {}});
  }
}

/// Records in SEI messages of the stream: copies that outlive the container.
void add_stream_records(const Context& context, const video::Finding& found, Examination& look) {
  for (const std::string& value : found.sei_records) {
    const auto parsed = label::parse_record(value, label::Place::aigc, context.limits);
    if (!parsed) {
      look.problems.push_back(parsed.error().at("SEI message"));
      continue;
    }
    look.trace = true;
    const label::AigcRecord& record = parsed->record;
    const bool same = look.record && look.record->record.record == record;
    look.findings.push_back({Layer::metadata,
                             State::present,
                             "AIGC record in the stream",
                             same ? "an SEI message repeats the file's record"
                                  : "an SEI message holds a record, unsigned",
                             {{"Label", printable(record.label)},
                              {"ContentProducer", printable(record.content_producer)},
                              {"ProduceID", printable(record.produce_id)}},
                             {}});
  }
}

void add_unreadable(const video::Finding& found, Examination& look) {
  for (const Error& error : found.unreadable) {
    look.problems.push_back(error);
    look.findings.push_back(plain_finding(kFilm, State::unreadable, error.message));
  }
}

}  // namespace

void judge_timed(const Context& context, const video::Finding& found, const TimedKeys& keys,
                 const VerifyOptions& options, Examination& look) {
  const UnixTime now = options.at.value_or(context.clock->now());
  look.robust.emplace();
  look.robust->hypotheses = found.hypotheses;
  if (found.has_picture)
    add_marks(found, TimedMark::In::picture, kFilm, *keys.film, options.trust, now, look);
  if (found.has_sound)
    add_marks(found, TimedMark::In::sound, kSound, *keys.sound, options.trust, now, look);
  add_notices(found, look);
  add_stream_records(context, found, look);
  add_unreadable(found, look);
}

Status examine_timed(const Context& context, ByteView file, const VerifyOptions& options,
                     Examination& look) {
  if (!container::format_info(look.inventory.format).timed) return {};
  const auto keys = keys_to_look(options.carriers);
  if (!keys) return note_failure(keys.error(), kFilm, look);
  const auto found = look_into(context, file, *keys, options, look);
  if (!found) return note_failure(found.error(), kFilm, look);
  judge_timed(context, *found, {&keys->film, &keys->sound}, options, look);
  return {};
}

}  // namespace signmark
