// SPDX-License-Identifier: Apache-2.0
// Names of purposes, media kinds, evidence, reasons, states: stable, as they stand in signed files.
#include "keys/trust_names.hpp"

#include "signmark/trust.hpp"

namespace signmark::keys {
namespace {

constexpr NameTable<Purpose, 5> kPurposes{{{Purpose::manifest, "manifest"},
                                           {Purpose::frame, "frame"},
                                           {Purpose::text, "text"},
                                           {Purpose::checkpoint, "checkpoint"},
                                           {Purpose::aigc, "aigc"}}};
constexpr NameTable<MediaKind, 4> kMedia{{{MediaKind::image, "image"},
                                          {MediaKind::video, "video"},
                                          {MediaKind::audio, "audio"},
                                          {MediaKind::text, "text"}}};
constexpr NameTable<TimeEvidence, 4> kEvidence{{{TimeEvidence::none, "none"},
                                                {TimeEvidence::time_stamp, "time-stamp"},
                                                {TimeEvidence::logged, "logged"},
                                                {TimeEvidence::witnessed, "witnessed"}}};
constexpr NameTable<RevocationReason, 3> kReasons{{{RevocationReason::compromised, "compromised"},
                                                   {RevocationReason::superseded, "superseded"},
                                                   {RevocationReason::retired, "retired"}}};
constexpr NameTable<LeafStatus, 7> kStatuses{{{LeafStatus::trusted, "trusted"},
                                              {LeafStatus::not_listed, "not-listed"},
                                              {LeafStatus::revoked, "revoked"},
                                              {LeafStatus::wrong_purpose, "wrong-purpose"},
                                              {LeafStatus::outside_window, "outside-window"},
                                              {LeafStatus::stale, "stale"},
                                              {LeafStatus::time_unproven, "time-unproven"}}};
constexpr NameTable<TrustOrigin, 4> kOrigins{{{TrustOrigin::user, "user"},
                                              {TrustOrigin::system, "system"},
                                              {TrustOrigin::local, "local"},
                                              {TrustOrigin::file, "file"}}};

}  // namespace

std::string_view purpose_name(Purpose purpose) { return name_in(kPurposes, purpose); }
std::string_view media_name(MediaKind media) { return name_in(kMedia, media); }
std::string_view evidence_name(TimeEvidence evidence) { return name_in(kEvidence, evidence); }
std::string_view reason_name(RevocationReason reason) { return name_in(kReasons, reason); }
std::string_view leaf_status_name(LeafStatus status) { return name_in(kStatuses, status); }
std::string_view origin_name(TrustOrigin origin) { return name_in(kOrigins, origin); }

std::optional<Purpose> purpose_from_name(std::string_view name) {
  return value_in(kPurposes, name);
}
std::optional<MediaKind> media_from_name(std::string_view name) { return value_in(kMedia, name); }
std::optional<TimeEvidence> evidence_from_name(std::string_view name) {
  return value_in(kEvidence, name);
}
std::optional<RevocationReason> reason_from_name(std::string_view name) {
  return value_in(kReasons, name);
}

}  // namespace signmark::keys
