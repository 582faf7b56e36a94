// SPDX-License-Identifier: Apache-2.0
// Telling texts about keys apart by how they begin.
#include <algorithm>

#include "keys/key_file.hpp"
#include "keys/paper.hpp"
#include "keys/transfer.hpp"
#include "signmark/keyring.hpp"

namespace signmark::keys {
namespace {

struct Beginning {
  std::string_view text;
  KeyTextKind kind;
};

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kDashes = "-----";

constexpr std::array<Beginning, 6> kArmored{{
    {kArmorProtected, KeyTextKind::key_file},
    {kArmorUnprotected, KeyTextKind::key_file},
    {kSealedArmor, KeyTextKind::sealed_carrier},
    {kRequestArmor, KeyTextKind::transfer_request},
    {"CERTIFICATE REQUEST", KeyTextKind::certificate_request},
    {"CERTIFICATE", KeyTextKind::certificate},
}};

constexpr std::array<Beginning, 3> kLines{{
    {"smissuer1", KeyTextKind::public_line},
    {"smsign1", KeyTextKind::public_line},
    {"SIGNMARK-", KeyTextKind::secret_line},
}};

KeyTextKind armored_kind(std::string_view text) {
  text.remove_prefix(kBegin.size());
  for (const Beginning& known : kArmored)
    if (text.starts_with(known.text) && text.substr(known.text.size()).starts_with(kDashes))
      return known.kind;
  return KeyTextKind::unknown;
}

}  // namespace

KeyTextKind key_text_kind(std::string_view text) {
  if (text.starts_with(kBegin)) return armored_kind(text);
  if (is_paper_text(text)) return KeyTextKind::paper;
  for (const Beginning& known : kLines)
    if (text.starts_with(known.text)) return known.kind;
  return KeyTextKind::unknown;
}

}  // namespace signmark::keys
