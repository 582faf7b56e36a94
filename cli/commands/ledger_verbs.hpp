// SPDX-License-Identifier: Apache-2.0
// The verbs below `signmark ledger`, and what they share.
#pragma once

#include "keys_access.hpp"
#include "ledger_access.hpp"

namespace signmark::cli {

std::unique_ptr<Command> make_ledger_search();
std::unique_ptr<Command> make_ledger_show();
std::unique_ptr<Command> make_ledger_export();
std::unique_ptr<Command> make_ledger_prune();
std::unique_ptr<Command> make_ledger_verify();
std::unique_ptr<Command> make_ledger_checkpoint();

/// Whom to believe as signer of checkpoints: this machine's trust store, or these bundles.
class CheckpointTrust {
 public:
  /// Errors: those of the store and the bundles.
  static Result<CheckpointTrust> load(const Session& session,
                                      const std::vector<std::string>& bundles);
  /// The word for people, and whether the signer is believed.
  struct Answer {
    bool trusted = false;
    std::string words;
  };
  /// `certificates`: of its key, leaf first. Judged as of the checkpoint's own time.
  [[nodiscard]] Answer ask(const ledger::Checkpoint& checkpoint,
                           const std::vector<Bytes>& certificates) const;

 private:
  std::vector<keys::TrustStore> stores_;
};

/// How an entry is signed: by the smallest checkpoint that covers it.
struct EntrySignature {
  std::optional<ledger::Checkpoint> checkpoint;
  std::optional<ledger::Inclusion> proof;
  bool trusted = false;
  bool broken = false;  ///< the entry is not the one that was signed
  std::string words;    ///< one line for people
};
Result<EntrySignature> signature_of(const ledger::Ledger& ledger, const ledger::Entry& entry,
                                    const CheckpointTrust& trust);

/// Short id of a checkpoint's key.
std::string signer_id(const keys::PublicKey& key);
/// What a person wants to know of an entry, without its first line.
void print_entry(const Output& out, const ledger::Entry& entry);
/// `time  action  name`.
std::string entry_headline(const ledger::Entry& entry);
/// The entry as JSON, and its signature.
JsonLine entry_line(const ledger::Entry& entry, const EntrySignature& signature);

/// RFC 3339, or a date, which means its beginning in UTC. Errors: `base.time`.
Result<std::optional<UnixTime>> time_flag(const std::string& text);

}  // namespace signmark::cli
