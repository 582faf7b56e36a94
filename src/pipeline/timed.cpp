// SPDX-License-Identifier: Apache-2.0
// What marking does to film and sound: one call of the video room, which writes a new file.
#include <fmt/format.h>

#include "base/text.hpp"
#include "pipeline/timed_plans.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

/// A file name that is gone when this is: its bytes live on in whoever has mapped them.
class Scratch {
 public:
  Scratch(const Context& context, const fs::path& folder) {
    std::array<Byte, 8> name{};
    context.random->fill(name);
    path_ = (folder.empty() ? fs::path(".") : folder) / fmt::format(".signmark-{}.part", hex(name));
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

void note_left_out(const video::Report& report, Media& media) {
  if (report.sound && !report.sound->id_frame && !report.sound->why_not.empty())
    media.left_out.push_back("robust: no mark in the sound: " + report.sound->why_not);
  for (const std::string& note : report.notes) media.left_out.push_back("streams: " + note);
}

}  // namespace

Result<PipeReport> pipe_pictures(const Context& context, int in, int out,
                                 const MarkOptions& options) {
  TimedPlans plans;
  PipeReport report;
  SIGNMARK_ASSIGN(report.content_id, plan_raw(context, options, true, plans));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(report.streams, room->pipe_pictures(context, in, out, plans.changes));
  return report;
}

Result<PipeReport> pipe_sound(const Context& context, int in, int out,
                              const video::VideoRoom::PcmShape& shape, const MarkOptions& options) {
  TimedPlans plans;
  PipeReport report;
  SIGNMARK_ASSIGN(report.content_id, plan_raw(context, options, false, plans));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(report.streams, room->pipe_sound(context, in, out, shape, plans.changes));
  return report;
}

Status change_timed(const Context& context, const MarkOptions& options, const Laying& laying,
                    Media& media) {
  TimedPlans plans;
  SIGNMARK_TRY(plan_changes(context, options, laying, media.inventory, plans));
  const video::Changes& changes = plans.changes;
  if (changes.picture == nullptr && changes.sound == nullptr && changes.label == nullptr &&
      changes.notice == nullptr && changes.sei.empty())
    return {};
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  const Scratch scratch(context, laying.folder);
  const std::string mime(container::format_info(media.inventory.format).mime);
  SIGNMARK_ASSIGN(video::Report report, room->change(context, media.bytes, mime, changes,
                                                     options.timed.encode, scratch.path()));
  SIGNMARK_ASSIGN(media.mapped, MappedFile::open(scratch.path(), context.limits));
  media.bytes = media.mapped.bytes();
  SIGNMARK_ASSIGN(media.inventory, container::inspect(context, media.bytes));
  media.overlay = std::move(report.overlay);
  note_left_out(report, media);
  media.timed = std::move(report);
  media.changed = true;
  return {};
}

}  // namespace signmark
