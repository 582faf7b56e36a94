// SPDX-License-Identifier: Apache-2.0
// Entries for people, and how far they are signed.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/result.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "commands/ledger_verbs.hpp"

namespace signmark::cli {
namespace {

constexpr std::size_t kDateLength = 10;  // YYYY-MM-DD

struct Shown {
  std::string_view name;
  std::string ledger::Entry::*text;
};

constexpr std::array<Shown, 14> kShown{{{"content id", &ledger::Entry::content_id},
                                        {"format", &ledger::Entry::format},
                                        {"output", &ledger::Entry::output_digest},
                                        {"input", &ledger::Entry::input_digest},
                                        {"layers", &ledger::Entry::layers},
                                        {"Label", &ledger::Entry::label},
                                        {"Producer", &ledger::Entry::producer},
                                        {"ProduceID", &ledger::Entry::produce_id},
                                        {"Propagator", &ledger::Entry::propagator},
                                        {"PropagateID", &ledger::Entry::propagate_id},
                                        {"manifest", &ledger::Entry::manifest},
                                        {"item", &ledger::Entry::item_key},
                                        {"key", &ledger::Entry::actor},
                                        {"outcome", &ledger::Entry::outcome}}};

}  // namespace

Result<CheckpointTrust> CheckpointTrust::load(const Session& session,
                                              const std::vector<std::string>& bundles) {
  CheckpointTrust out;
  if (bundles.empty()) {
    SIGNMARK_ASSIGN(keys::TrustStore own, open_trust_store(session));
    out.stores_.push_back(std::move(own));
    return out;
  }
  for (const std::string& bundle : bundles) {
    auto store = keys::TrustStore::from_bundle_file(session.context, bundle);
    if (!store) return tl::unexpected<Error>(store.error().in_file(bundle));
    out.stores_.push_back(std::move(*store));
  }
  return out;
}

CheckpointTrust::Answer CheckpointTrust::ask(const ledger::Checkpoint& checkpoint,
                                             const std::vector<Bytes>& certificates) const {
  const auto leaf = certificates.empty() ? Result<keys::Certificate>(fail("", ""))
                                         : keys::parse_certificate(certificates.front());
  Answer answer{false, "no certificate of its key is there"};
  for (const keys::TrustStore& store : stores_) {
    if (store.is_checkpoint_key(checkpoint.key, checkpoint.origin))
      return {true, "named as this ledger's key by its issuer"};
    if (!leaf || leaf->public_key != checkpoint.key) continue;
    keys::LeafQuery query;
    query.leaf_der = leaf->der;
    query.purpose = keys::Purpose::checkpoint;
    query.at = checkpoint.time;
    const keys::LeafVerdict verdict = store.check_leaf(query);
    answer = {verdict.trusted(), verdict.trusted()
                                     ? fmt::format("\"{}\", trusted", printable(leaf->organization))
                                     : verdict.words};
    if (answer.trusted) break;
  }
  return answer;
}

Result<EntrySignature> signature_of(const ledger::Ledger& ledger, const ledger::Entry& entry,
                                    const CheckpointTrust& trust) {
  EntrySignature out;
  SIGNMARK_ASSIGN(out.checkpoint, ledger.covering(entry.sequence));
  if (!out.checkpoint) {
    out.words = "none yet: no checkpoint covers it";
    return out;
  }
  SIGNMARK_ASSIGN(out.proof, ledger.inclusion(entry.sequence, out.checkpoint->size));
  if (!out.checkpoint->signature_holds() ||
      !ledger::check_inclusion(*out.proof, canonical_line(entry), *out.checkpoint)) {
    out.broken = true;
    out.words =
        "BROKEN: the entry does not fit the signed checkpoint; see `signmark ledger verify`";
    return out;
  }
  SIGNMARK_ASSIGN(const auto certificates, ledger.certificates(out.checkpoint->key));
  const CheckpointTrust::Answer answer = trust.ask(*out.checkpoint, certificates);
  out.trusted = answer.trusted;
  out.words =
      fmt::format("checkpoint of {} entries, {}, by {} ({})", out.checkpoint->size,
                  rfc3339(out.checkpoint->time), signer_id(out.checkpoint->key), answer.words);
  return out;
}

std::string signer_id(const keys::PublicKey& key) {
  return keys::short_id(keys::fingerprint(keys::Role::signing, key));
}

std::string entry_headline(const ledger::Entry& entry) {
  return fmt::format("entry {}  {}  {}  {}", entry.sequence, rfc3339(entry.time), entry.action,
                     printable(entry.name));
}

void print_entry(const Output& out, const ledger::Entry& entry) {
  const auto row = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) out.line(fmt::format("  {:<11}  {}", name, printable(value)));
  };
  for (const Shown& field : kShown) row(field.name, entry.*field.text);
  row("size", fmt::format("{} bytes", entry.bytes));
  if (!entry.prints.empty()) row("prints", std::to_string(entry.prints.size()));
  row("recipient", entry.supply.recipient);
  row("agreement", entry.supply.agreement);
}

JsonLine entry_line(const ledger::Entry& entry, const EntrySignature& signature) {
  JsonLine out = {{"entry", JsonLine::parse(entry_json(entry))}};
  JsonLine& said = out["signature"] = {{"words", signature.words}, {"trusted", signature.trusted}};
  if (signature.checkpoint) said["checkpoint"] = signature.checkpoint->text();
  if (signature.proof) {
    said["proof"] = JsonLine::array();
    for (const auto& hash : signature.proof->path) said["proof"].push_back(base64(hash));
  }
  return out;
}

Result<std::optional<UnixTime>> time_flag(const std::string& text) {
  if (text.empty()) return std::optional<UnixTime>();
  SIGNMARK_ASSIGN(const UnixTime time,
                  parse_rfc3339(text.size() == kDateLength ? text + "T00:00:00Z" : text));
  return std::optional<UnixTime>(time);
}

}  // namespace signmark::cli
