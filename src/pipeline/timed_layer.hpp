// SPDX-License-Identifier: Apache-2.0
// What was found in film and sound, in files and in streams, becomes findings.
#pragma once

#include "pipeline/carriers.hpp"
#include "pipeline/examination.hpp"

namespace signmark {

struct TimedKeys {
  const CarrierKeys* film;
  const CarrierKeys* sound;
};

/// Judges marks, audible labels and records, and says what could not be looked at.
void judge_timed(const Context& context, const video::Finding& found, const TimedKeys& keys,
                 const VerifyOptions& options, Examination& look);

}  // namespace signmark
