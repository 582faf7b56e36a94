// SPDX-License-Identifier: Apache-2.0
// Looking for marks: pictures, sound, and records in the coded streams.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>
#include <utility>

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

/// Every stream of one kind: another language or another angle may be the one that is marked.
template <class IsKind>
std::vector<unsigned> streams_of(const Input& input, const IsKind& is_kind) {
  std::vector<unsigned> streams;
  for (unsigned i = 0; i < input.count(); ++i)
    if (is_kind(input.stream(i))) streams.push_back(i);
  return streams;
}

/// What is beyond a number that no honest file reaches is told, not looked at.
template <class LookAt>
Status look_at_each(std::span<const unsigned> streams, const LookAt& look_at, Finding& finding) {
  constexpr std::size_t kMost = 16;
  for (const unsigned stream : streams.first(std::min(kMost, streams.size())))
    SIGNMARK_TRY(tolerate(look_at(stream), finding));
  if (streams.size() > kMost)
    finding.unreadable.push_back(
        Error{"video.limit",
              fmt::format("stream {} and those behind it were not looked at", streams[kMost]),
              {},
              {}});
  return {};
}

}  // namespace

Result<Finding> find_marks(const Context& context, ByteView file, std::string_view format_mime,
                           const Lookup& lookup) {
  SIGNMARK_ASSIGN(Input input, Input::open(context, file, format_mime));
  Finding finding;
  finding.seconds = std::max(0.0, input.seconds());
  const auto films = streams_of(input, is_film), sounds = streams_of(input, is_sound);
  finding.has_picture = !films.empty();
  finding.has_sound = !sounds.empty();
  if (!finding.has_picture && !finding.has_sound)
    return fail("video.decode", "the file has neither pictures nor sound");
  const Look look{context, file, format_mime, lookup};
  std::optional<Input> fresh = std::move(input);  // opening costs as much as some keyframes
  const auto opened = [&]() -> Result<Input> {
    if (!fresh) return Input::open(context, file, format_mime);
    return *std::exchange(fresh, std::nullopt);
  };
  const auto at_pictures = [&](unsigned stream) -> Status {
    SIGNMARK_ASSIGN(Input own, opened());
    return look_at_pictures(look, std::move(own), stream, finding);
  };
  const auto at_sound = [&](unsigned stream) -> Status {
    SIGNMARK_ASSIGN(Input own, opened());
    return listen(look, std::move(own), stream, finding);
  };
  SIGNMARK_TRY(look_at_each(films, at_pictures, finding));
  if (!lookup.sound_keys.empty() || lookup.notice)
    SIGNMARK_TRY(look_at_each(sounds, at_sound, finding));
  merge_spans(finding.looked_at);
  for (TimedMark& mark : finding.marks) merge_spans(mark.spans);
  return finding;
}

}  // namespace signmark::video
