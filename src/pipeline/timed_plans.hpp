// SPDX-License-Identifier: Apache-2.0
// What marking does to the streams of a film or a sound, before any of them is opened.
#pragma once

#include "pipeline/pixels.hpp"

namespace signmark {

/// What the streams get. `changes` views the rest, so that it stays where it was made.
struct TimedPlans {
  TimedPlans() = default;
  TimedPlans(const TimedPlans&) = delete;
  TimedPlans& operator=(const TimedPlans&) = delete;

  std::optional<CarrierKeys> film_keys, sound_keys;
  image::RobustRequest film, sound;
  video::Changes changes;
};

/// Films carry mark and label in their pictures, and in their sound only when that is asked for;
/// sound files carry both in the sound. `options` must outlive the plans. Errors:
/// `pipeline.carrier`, those of the keys.
Status plan_changes(const Context& context, const MarkOptions& options, const Laying& laying,
                    const container::Inventory& inventory, TimedPlans& plans);

/// The plans of a raw stream of pictures or of sound, and its content id. Errors: also
/// `pipeline.layers` (nothing left to do), those of label::check_wording.
Result<std::string> plan_raw(const Context& context, const MarkOptions& options, bool pictures,
                             TimedPlans& plans);

}  // namespace signmark
