// SPDX-License-Identifier: Apache-2.0
// Opening carrier keys for the media rooms.
#include "pipeline/carriers.hpp"

#include <fmt/format.h>

#include "base/result.hpp"

namespace signmark {
namespace {

constexpr std::string_view kPublic = "public";
constexpr std::string_view kBoth = "both";

/// As findings name it: labels may be shared by epochs, ids are not.
std::string name_of(const keys::CarrierKey& key) {
  if (key.is_public()) return std::string(kPublic);
  const keys::KeyInfo& info = key.info();
  return info.label.empty() ? info.id() : fmt::format("{} \"{}\"", info.id(), info.label);
}

}  // namespace

Status CarrierKeys::add(const keys::CarrierKey& key) {
  SIGNMARK_ASSIGN(keys::SecretBytes secret, key.medium_key(medium_));
  secrets_.push_back(std::move(secret));
  views_.push_back(secrets_.back().open());
  keys_.push_back({name_of(key), views_.back().bytes()});
  return {};
}

Status CarrierKeys::add_public() {
  SIGNMARK_ASSIGN(const auto arena, keys::SecureArena::create(1));
  SIGNMARK_ASSIGN(const keys::CarrierKey key, keys::CarrierKey::make_public(arena));
  return add(key);
}

Result<CarrierKeys> CarrierKeys::to_mark(const MarkOptions& options, keys::Medium medium) {
  CarrierKeys opened(medium);
  if (options.carrier == kPublic || options.carrier == kBoth) SIGNMARK_TRY(opened.add_public());
  if (options.carrier == kPublic) return opened;
  if (options.carrier_key == nullptr)
    return fail("pipeline.carrier", "the private carrier key is not given", options.carrier,
                "name one of `signmark key list`, or use --carrier public");
  SIGNMARK_TRY(opened.add(*options.carrier_key));
  return opened;
}

Result<CarrierKeys> CarrierKeys::to_look(const CarrierSource& carriers, keys::Medium medium) {
  CarrierKeys opened(medium);
  SIGNMARK_TRY(opened.add_public());
  if (!carriers) return opened;
  SIGNMARK_ASSIGN(const keys::CarriersAtHand at_hand, carriers());
  for (const keys::CarrierKey& key : at_hand.keys) SIGNMARK_TRY(opened.add(key));
  opened.closed_ = at_hand.closed;
  return opened;
}

}  // namespace signmark
