// SPDX-License-Identifier: Apache-2.0
// Marks of a language model's choices: marking and detecting, token ids in and out.
#include "signmark/generation.hpp"

#include <sodium.h>

#include "capi/handles.hpp"

using signmark::Status;
namespace capi = signmark::capi;
namespace generation = signmark::generation;
namespace keys = signmark::keys;

struct smk_wm {
  generation::Marker marker;
};
struct smk_det {
  generation::Detector detector;
};
struct smk_detection {
  generation::Detection detection;
};

namespace signmark::capi {
namespace {

using Answer = generation::Detection::Answer;
static_assert(std::is_same_v<generation::Token, int32_t>);

/// A profile with the carrier's text key; wiped when it goes.
struct KeyedProfile {
  generation::Profile profile;
  KeyedProfile() = default;
  KeyedProfile(const KeyedProfile&) = delete;
  KeyedProfile& operator=(const KeyedProfile&) = delete;
  ~KeyedProfile() { sodium_memzero(profile.text_key.data(), profile.text_key.size()); }
};

Status read_profile(const char* text, const smk_carrier* carrier, KeyedProfile& keyed) {
  SIGNMARK_TRY(need(text, "profile"));
  SIGNMARK_ASSIGN(keyed.profile, generation::parse_profile(text));
  const bool is_ours = keyed.profile.scheme == generation::Scheme::signmark;
  if (is_ours != (carrier != nullptr))
    return fail("capi.argument",
                is_ours ? "the scheme signmark takes a carrier key"
                        : "a foreign scheme has its own keys, in its profile",
                "carrier");
  if (!is_ours) return {};
  SIGNMARK_ASSIGN(const keys::SecretBytes secret, carrier->carrier.medium_key(keys::Medium::text));
  const auto view = secret.open();
  std::copy_n(view.bytes().begin(), keyed.profile.text_key.size(), keyed.profile.text_key.begin());
  return {};
}

double number_of(const smk_detection* detection, double generation::Detection::*member) {
  return detection == nullptr ? 0 : detection->detection.*member;
}
size_t count_of(const smk_detection* detection, std::size_t generation::Detection::*member) {
  return detection == nullptr ? 0 : detection->detection.*member;
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_wm_new(const char* profile, const smk_carrier* carrier, smk_wm** out,
                      smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    capi::KeyedProfile keyed;
    SIGNMARK_TRY(capi::read_profile(profile, carrier, keyed));
    SIGNMARK_ASSIGN(generation::Marker marker, generation::Marker::create(keyed.profile));
    capi::give(out, smk_wm{std::move(marker)});
    return {};
  });
}

smk_status smk_wm_clone(const smk_wm* mark, smk_wm** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(mark, "mark"));
    capi::give(out, smk_wm{mark->marker});
    return {};
  });
}

void smk_wm_reset(smk_wm* mark) {
  if (mark != nullptr) mark->marker.reset();
}

smk_status smk_wm_accept(smk_wm* mark, int32_t token, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(mark, "mark"));
    if (token < 0)
      return signmark::fail("generation.candidates", "a token's id must not be negative");
    mark->marker.accept(token);
    return {};
  });
}

smk_status smk_wm_process(smk_wm* mark, const int32_t* ids, float* logits, size_t count,
                          size_t* selected, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(selected, "selected"));
    *selected = SMK_NONE_SELECTED;
    SIGNMARK_TRY(capi::need(mark, "mark"));
    SIGNMARK_TRY(capi::need(ids, "ids"));
    SIGNMARK_TRY(capi::need(logits, "logits"));
    SIGNMARK_ASSIGN(const std::optional<std::size_t> chosen,
                    mark->marker.process({ids, count}, {logits, count}));
    if (chosen) *selected = *chosen;
    return {};
  });
}

double smk_wm_log10_p(const smk_wm* mark) {
  return mark == nullptr ? 0 : mark->marker.forecast().log10_p;
}
size_t smk_wm_tokens_needed(const smk_wm* mark) {
  return mark == nullptr ? 0 : mark->marker.forecast().tokens_for_1e9;
}
void smk_wm_free(smk_wm* mark) { delete mark; }

smk_status smk_det_new(const char* profile, const smk_carrier* carrier, smk_det** out,
                       smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    capi::KeyedProfile keyed;
    SIGNMARK_TRY(capi::read_profile(profile, carrier, keyed));
    SIGNMARK_ASSIGN(generation::Detector detector, generation::Detector::create(keyed.profile));
    capi::give(out, smk_det{std::move(detector)});
    return {};
  });
}
void smk_det_free(smk_det* detector) { delete detector; }

smk_status smk_det_ids(const smk_det* detector, const int32_t* ids, size_t count, size_t from,
                       size_t to, double log10_budget, smk_detection** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(detector, "detector"));
    if (count != 0) SIGNMARK_TRY(capi::need(ids, "ids"));
    generation::DetectOptions options;
    options.from = from;
    options.to = to;
    options.log10_budget = log10_budget;
    SIGNMARK_ASSIGN(generation::Detection detection,
                    detector->detector.detect({ids, count}, options));
    capi::give(out, smk_detection{std::move(detection)});
    return {};
  });
}

smk_det_answer smk_detection_answer(const smk_detection* detection) {
  if (detection == nullptr) return SMK_DET_NOT_FOUND;
  switch (detection->detection.answer) {
    case capi::Answer::present:
      return SMK_DET_PRESENT;
    case capi::Answer::not_enough_tokens:
      return SMK_DET_NOT_ENOUGH_TOKENS;
    case capi::Answer::not_found:
      break;
  }
  return SMK_DET_NOT_FOUND;
}
double smk_detection_log10_p(const smk_detection* detection) {
  return capi::number_of(detection, &generation::Detection::log10_p);
}
double smk_detection_log10_p_scan(const smk_detection* detection) {
  return capi::number_of(detection, &generation::Detection::log10_p_scan);
}
double smk_detection_log10_p_best(const smk_detection* detection) {
  return detection == nullptr ? 0 : detection->detection.log10_p_best();
}
double smk_detection_statistic(const smk_detection* detection) {
  return capi::number_of(detection, &generation::Detection::statistic);
}
size_t smk_detection_scored(const smk_detection* detection) {
  return capi::count_of(detection, &generation::Detection::n_scored);
}
size_t smk_detection_repeated(const smk_detection* detection) {
  return capi::count_of(detection, &generation::Detection::n_dup);
}
float smk_detection_score(const smk_detection* detection, size_t index) {
  const bool is_there = detection != nullptr && index < detection->detection.scores.size();
  return is_there ? detection->detection.scores[index] : std::numeric_limits<float>::quiet_NaN();
}
size_t smk_detection_regions(const smk_detection* detection) {
  return detection == nullptr ? 0 : detection->detection.regions.size();
}
int smk_detection_region(const smk_detection* detection, size_t index, size_t* from, size_t* to,
                         double* log10_p) {
  if (index >= smk_detection_regions(detection)) return 0;
  const generation::Region& region = detection->detection.regions[index];
  if (from != nullptr) *from = region.from;
  if (to != nullptr) *to = region.to;
  if (log10_p != nullptr) *log10_p = region.log10_p;
  return 1;
}
int64_t smk_detection_payload(const smk_detection* detection) {
  if (detection == nullptr || !detection->detection.payload) return -1;
  return *detection->detection.payload;
}
size_t smk_detection_tokens_needed(const smk_detection* detection) {
  return capi::count_of(detection, &generation::Detection::tokens_needed);
}
const char* smk_detection_note(const smk_detection* detection) {
  return detection == nullptr ? "" : detection->detection.note.c_str();
}
void smk_detection_free(smk_detection* detection) { delete detection; }
