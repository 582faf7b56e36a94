// SPDX-License-Identifier: Apache-2.0
// What marking does to film and sound: one call of the video room, which writes a new file.
#include <fmt/format.h>

#include "base/text.hpp"
#include "pipeline/pixels.hpp"
#include "pipeline/tile_record.hpp"

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

/// What the streams get. Views what it is made of.
struct Plans {
  std::optional<CarrierKeys> film_keys, sound_keys;
  image::RobustRequest film, sound;
  video::Changes changes;
};

Status plan_mark(const Context& context, const MarkOptions& options, const MarkMedium& medium,
                 std::uint64_t content_id, std::optional<CarrierKeys>& keys,
                 image::RobustRequest& request) {
  SIGNMARK_ASSIGN(keys, CarrierKeys::to_mark(options, medium.key));
  request = robust_request(context, options, *keys, medium, content_id);
  return {};
}

/// Films carry mark and label in their pictures, and in their sound only when that is asked for;
/// sound files carry both in the sound.
Status plan_changes(const Context& context, const MarkOptions& options, const Laying& laying,
                    const container::Inventory& inventory, Plans& plans) {
  const bool film = inventory.video_tracks > 0;
  const TimedMarkOptions& timed = options.timed;
  video::Changes& changes = plans.changes;
  if (options.layers.robust && film) {
    SIGNMARK_TRY(
        plan_mark(context, options, kFilm, laying.content_id, plans.film_keys, plans.film));
    changes.picture = &plans.film;
  }
  if (options.layers.robust && inventory.sound_tracks > 0 && (!film || timed.film_sound)) {
    SIGNMARK_TRY(
        plan_mark(context, options, kSound, laying.content_id, plans.sound_keys, plans.sound));
    changes.sound = &plans.sound;
  }
  if (options.layers.visible && film) {
    changes.label = &options.visible;
    changes.label_time = timed.label_time;
  }
  if (options.layers.visible && inventory.sound_tracks > 0 && (!film || timed.film_notice))
    changes.notice = &timed.notice;
  if (timed.sei) changes.sei = laying.record_json;
  return {};
}

void note_left_out(const video::Report& report, Media& media) {
  if (report.sound && !report.sound->id_frame && !report.sound->why_not.empty())
    media.left_out.push_back("robust: no mark in the sound: " + report.sound->why_not);
  for (const std::string& note : report.notes) media.left_out.push_back("streams: " + note);
}

/// The plans of a raw stream of pictures or of sound, and its content id.
Result<std::string> plan_pipe(const Context& context, const MarkOptions& options, bool pictures,
                              Plans& plans) {
  Laying laying;
  SIGNMARK_ASSIGN(laying.content_id, chosen_content_id(context, options));
  container::Inventory inventory;
  (pictures ? inventory.video_tracks : inventory.sound_tracks) = 1;
  if (options.layers.visible)
    SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  SIGNMARK_TRY(plan_changes(context, options, laying, inventory, plans));
  if (!options.layers.robust && !options.layers.visible)
    return fail("pipeline.layers", "a raw stream takes the layers robust and visible only", {},
                "leave --layers out, or name one of them");
  return id_text(laying.content_id);
}

}  // namespace

Result<PipeReport> pipe_pictures(const Context& context, int in, int out,
                                 const MarkOptions& options) {
  Plans plans;
  PipeReport report;
  SIGNMARK_ASSIGN(report.content_id, plan_pipe(context, options, true, plans));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(report.streams, room->pipe_pictures(context, in, out, plans.changes));
  return report;
}

Result<PipeReport> pipe_sound(const Context& context, int in, int out,
                              const video::VideoRoom::PcmShape& shape, const MarkOptions& options) {
  Plans plans;
  PipeReport report;
  SIGNMARK_ASSIGN(report.content_id, plan_pipe(context, options, false, plans));
  SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
  SIGNMARK_ASSIGN(report.streams, room->pipe_sound(context, in, out, shape, plans.changes));
  return report;
}

Status change_timed(const Context& context, const MarkOptions& options, const Laying& laying,
                    Media& media) {
  Plans plans;
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
