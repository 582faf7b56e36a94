// SPDX-License-Identifier: Apache-2.0
#include "pipeline/timed_plans.hpp"

#include "pipeline/tile_record.hpp"

namespace signmark {
namespace {

Status plan_mark(const Context& context, const MarkOptions& options, const MarkMedium& medium,
                 std::uint64_t content_id, std::optional<CarrierKeys>& keys,
                 image::RobustRequest& request) {
  SIGNMARK_ASSIGN(keys, CarrierKeys::to_mark(options, medium.key));
  request = robust_request(context, options, *keys, medium, content_id);
  return {};
}

}  // namespace

Status plan_changes(const Context& context, const MarkOptions& options, const Laying& laying,
                    const container::Inventory& inventory, TimedPlans& plans) {
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

Result<std::string> plan_raw(const Context& context, const MarkOptions& options, bool pictures,
                             TimedPlans& plans) {
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

}  // namespace signmark
