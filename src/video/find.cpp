// SPDX-License-Identifier: Apache-2.0
// Looking for marks: pictures, sound, and records in the coded streams.
#include <fmt/format.h>

#include <algorithm>

#include "video/change.hpp"
#include "video/find_parts.hpp"
#include "video/input.hpp"

namespace signmark::video {
namespace {

/// Neighbouring spans become one.
void merge_spans(std::vector<Span>& spans) {
  std::ranges::sort(spans, {}, &Span::from_seconds);
  std::vector<Span> merged;
  for (const Span& span : spans) {
    if (!merged.empty() && span.from_seconds <= merged.back().to_seconds)
      merged.back().to_seconds = std::max(merged.back().to_seconds, span.to_seconds);
    else
      merged.push_back(span);
  }
  spans = std::move(merged);
}

/// A part that cannot be read is told, and the rest is looked at all the same.
Status tolerate(const Status& status, Finding& finding) {
  if (status) return {};
  if (status.error().code == "base.cancelled") return status;
  finding.unreadable.push_back(status.error());
  return {};
}

}  // namespace

Result<Finding> find_marks(const Context& context, ByteView file, std::string_view format_mime,
                           const Lookup& lookup) {
  SIGNMARK_ASSIGN(const Input input, Input::open(context, file, format_mime));
  Finding finding;
  finding.seconds = std::max(0.0, input.seconds());
  const int film = input.first_film();
  const int sound = input.first_sound();
  finding.has_picture = film >= 0;
  finding.has_sound = sound >= 0;
  if (film < 0 && sound < 0) return fail("video.decode", "the file has neither pictures nor sound");
  const Look look{context, file, format_mime, lookup};
  if (film >= 0)
    SIGNMARK_TRY(tolerate(look_at_pictures(look, static_cast<unsigned>(film), finding), finding));
  if (sound >= 0 && (!lookup.sound_keys.empty() || lookup.notice))
    SIGNMARK_TRY(tolerate(listen(look, static_cast<unsigned>(sound), finding), finding));
  merge_spans(finding.looked_at);
  for (TimedMark& mark : finding.marks) merge_spans(mark.spans);
  return finding;
}

}  // namespace signmark::video
