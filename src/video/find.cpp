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

/// Every stream of one kind: another language or another angle may be the one that is marked. What
/// is beyond a number that no honest file reaches is told, not looked at.
template <class IsKind, class LookAt>
Status look_at_each(const Input& input, const IsKind& is_kind, const LookAt& look_at,
                    Finding& finding) {
  constexpr int kMost = 16;
  int count = 0;
  for (unsigned i = 0; i < input.count(); ++i) {
    if (!is_kind(input.stream(i))) continue;
    if (++count <= kMost) {
      SIGNMARK_TRY(tolerate(look_at(i), finding));
      continue;
    }
    finding.unreadable.push_back(Error{
        "video.limit", fmt::format("stream {} and those behind it were not looked at", i), {}, {}});
    return {};
  }
  return {};
}

}  // namespace

Result<Finding> find_marks(const Context& context, ByteView file, std::string_view format_mime,
                           const Lookup& lookup) {
  SIGNMARK_ASSIGN(const Input input, Input::open(context, file, format_mime));
  Finding finding;
  finding.seconds = std::max(0.0, input.seconds());
  finding.has_picture = input.first_film() >= 0;
  finding.has_sound = input.first_sound() >= 0;
  if (!finding.has_picture && !finding.has_sound)
    return fail("video.decode", "the file has neither pictures nor sound");
  const Look look{context, file, format_mime, lookup};
  SIGNMARK_TRY(look_at_each(
      input, is_film, [&](unsigned i) { return look_at_pictures(look, i, finding); }, finding));
  if (!lookup.sound_keys.empty() || lookup.notice)
    SIGNMARK_TRY(look_at_each(
        input, is_sound, [&](unsigned i) { return listen(look, i, finding); }, finding));
  merge_spans(finding.looked_at);
  for (TimedMark& mark : finding.marks) merge_spans(mark.spans);
  return finding;
}

}  // namespace signmark::video
