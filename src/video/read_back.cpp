// SPDX-License-Identifier: Apache-2.0
// What counts is what the new file gives back.
#include <algorithm>
#include <limits>

#include "base/file.hpp"
#include "video/change.hpp"

namespace signmark::video {
namespace {

/// What all keys of a request came to.
struct Margins {
  bool id = true, signed_frame = true;
  double id_db = std::numeric_limits<double>::max();
  double signed_db = std::numeric_limits<double>::max();
};

/// The clearest mark of that key with the right id; nullptr if it was not read.
const image::RobustMark* clearest(const Finding& finding, TimedMark::In in, const std::string& key,
                                  std::uint64_t content_id) {
  const image::RobustMark* best = nullptr;
  for (const TimedMark& found : finding.marks) {
    const image::RobustMark& mark = found.mark;
    if (found.in != in || mark.key != key || !mark.has_id || mark.content_id != content_id)
      continue;
    if (best == nullptr || (mark.has_signed && !best->has_signed) ||
        (mark.has_signed == best->has_signed && mark.id_margin_db > best->id_margin_db))
      best = &mark;
  }
  return best;
}

Margins weigh(const Finding& finding, TimedMark::In in, const image::RobustRequest& request) {
  Margins margins;
  for (const image::RobustKey& key : request.keys) {
    const image::RobustMark* mark = clearest(finding, in, key.name, request.content_id);
    margins.id = margins.id && mark != nullptr;
    margins.signed_frame = margins.signed_frame && mark != nullptr && mark->has_signed;
    if (mark == nullptr) continue;
    margins.id_db = std::min(margins.id_db, mark->id_margin_db);
    if (mark->has_signed) margins.signed_db = std::min(margins.signed_db, mark->signed_margin_db);
  }
  return margins;
}

constexpr const char* kLostSigned = "it could not be read back from the encoded file";

Status judge_picture(const Margins& margins, PictureReport& report) {
  if (!margins.id)
    return fail("video.mark.margin", "the mark cannot be read back from the encoded pictures", {},
                "use a lower --crf, a longer film, or --strength strong");
  report.id_margin_db = margins.id_db;
  if (report.signed_frame && !margins.signed_frame) {
    report.signed_frame = false;
    report.why_no_signed_frame = kLostSigned;
  }
  if (report.signed_frame) report.signed_margin_db = margins.signed_db;
  return {};
}

Status judge_sound(const Margins& margins, audio::SoundReport& report) {
  if (!report.id_frame) {
    report.signed_frame = false;  // too short or too quiet: `why_not` says so
    return {};
  }
  if (!margins.id)
    return fail("audio.mark.margin", "the mark cannot be read back from the encoded sound", {},
                "use a higher bit rate, a longer sound, or --strength strong");
  report.id_margin_db = margins.id_db;
  if (report.signed_frame && !margins.signed_frame) {
    report.signed_frame = false;
    report.why_not = kLostSigned;
  }
  if (report.signed_frame) report.signed_margin_db = margins.signed_db;
  return {};
}

}  // namespace

Status read_back(const Context& context, const std::filesystem::path& out,
                 std::string_view format_mime, const Changes& changes, Report& report) {
  Lookup lookup;
  lookup.notice = false;
  if (report.picture && changes.picture != nullptr) lookup.picture_keys = changes.picture->keys;
  if (report.sound && changes.sound != nullptr) lookup.sound_keys = changes.sound->keys;
  if (lookup.picture_keys.empty() && lookup.sound_keys.empty()) return {};
  SIGNMARK_TRY(context.report("read back", 0, 1));
  SIGNMARK_ASSIGN(const MappedFile file, MappedFile::open(out, context.limits));
  SIGNMARK_ASSIGN(const Finding finding, find_marks(context, file.bytes(), format_mime, lookup));
  if (!lookup.picture_keys.empty())
    SIGNMARK_TRY(
        judge_picture(weigh(finding, TimedMark::In::picture, *changes.picture), *report.picture));
  if (!lookup.sound_keys.empty())
    SIGNMARK_TRY(judge_sound(weigh(finding, TimedMark::In::sound, *changes.sound), *report.sound));
  return {};
}

}  // namespace signmark::video
