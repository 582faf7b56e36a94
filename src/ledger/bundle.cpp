// SPDX-License-Identifier: Apache-2.0
// Bundles for inspection. What is signed in them is the checkpoint; each entry is tied to it by its
// inclusion proof. That none is left out between the first and the last is seen by their numbers.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "base/time.hpp"
#include "ledger/entry_form.hpp"
#include "ledger/entry_json.hpp"
#include "ledger/merkle.hpp"

namespace signmark::ledger {
namespace {

constexpr std::string_view kVersion = "signmark-ledger-bundle/1";

tl::unexpected<Error> syntax(std::string message, std::string where = {}) {
  return fail("ledger.bundle.syntax", std::move(message), std::move(where),
              "is this a file written by `signmark ledger export --format json`?");
}

Result<Checkpoint> covering(Ledger& ledger, const keys::Signer* signer) {
  if (signer != nullptr) return ledger.checkpoint(*signer);
  SIGNMARK_ASSIGN(const std::vector<Checkpoint> all, ledger.checkpoints());
  if (all.empty())
    return fail("ledger.checkpoint.none", "nothing of this ledger was ever signed", {},
                "give the key with --signer");
  return *std::max_element(all.begin(), all.end(), [](const Checkpoint& a, const Checkpoint& b) {
    return a.size < b.size;
  });
}

Json hashes_json(const std::vector<Hash>& path) {
  Json out = Json::array();
  for (const Hash& hash : path) out.push_back(base64(hash));
  return out;
}

Result<std::vector<Hash>> hashes_from_json(const Json& list) {
  std::vector<Hash> out;
  if (!list.is_array()) return syntax("a proof is no list");
  for (const Json& text : list) {
    const auto raw = text.is_string() ? unbase64(text.get_ref<const std::string&>())
                                      : Result<Bytes>(fail("", ""));
    Hash& hash = out.emplace_back();
    if (!raw || raw->size() != hash.size())
      return syntax("a proof holds something else than hashes");
    std::copy(raw->begin(), raw->end(), hash.begin());
  }
  return out;
}

Json head_json(const Checkpoint& checkpoint, const std::vector<Bytes>& certificates,
               const BundleRange& range) {
  Json out = {{"schema", kVersion}, {"checkpoint", checkpoint.text()}};
  out["certificates"] = Json::array();
  for (const Bytes& der : certificates) out["certificates"].push_back(base64(der));
  if (range.since) out["since"] = rfc3339(*range.since);
  if (range.until) out["until"] = rfc3339(*range.until);
  return out;
}

/// Takes what a bundle holds apart and checks it.
class BundleReader {
 public:
  Result<BundleAudit> run(const Json& json);

 private:
  void fault(const char* code, std::string message, std::uint64_t sequence) {
    out_.faults.push_back(
        {std::string("ledger.tampered.") + code, std::move(message), entry_place(sequence), {}});
  }
  Status take_head(const Json& json);
  Status take_entry(const Json& json);

  BundleAudit out_;
};

Status BundleReader::take_head(const Json& json) {
  SIGNMARK_ASSIGN(const std::string version, text_member(json, "schema"));
  if (version != kVersion) return syntax("this is no bundle of a ledger");
  SIGNMARK_ASSIGN(const std::string note, text_member(json, "checkpoint"));
  SIGNMARK_ASSIGN(out_.checkpoint, Checkpoint::parse(note));
  if (!out_.checkpoint.signature_holds())
    out_.faults.push_back({"ledger.tampered.checkpoint",
                           "the signature of the checkpoint does not hold",
                           "checkpoint",
                           {}});
  for (const char* list : {"certificates", "entries", "unsigned"})
    if (!json.contains(list) || !json.at(list).is_array()) return syntax("a list is missing", list);
  for (const Json& der : json.at("certificates")) {
    if (!der.is_string()) return syntax("a certificate is no text");
    SIGNMARK_ASSIGN(out_.certificates.emplace_back(), unbase64(der.get_ref<const std::string&>()));
  }
  return {};
}

Status BundleReader::take_entry(const Json& json) {
  if (!json.is_object() || !json.contains("entry") || !json.contains("proof"))
    return syntax("an entry has no proof");
  SIGNMARK_ASSIGN(const Entry entry, entry_from_json(json.at("entry")));
  Inclusion proof{entry.sequence, out_.checkpoint.size, {}};
  SIGNMARK_ASSIGN(proof.path, hashes_from_json(json.at("proof")));
  if (!check_inclusion(proof, canonical_line(entry), out_.checkpoint))
    fault("edited", "the entry does not fit the signed checkpoint", entry.sequence);
  if (out_.entries == 0)
    out_.first = entry.sequence;
  else if (entry.sequence != out_.last + 1)
    fault("deleted", "entries before this one are missing", entry.sequence);
  out_.last = entry.sequence;
  ++out_.entries;
  return {};
}

Result<BundleAudit> BundleReader::run(const Json& json) {
  if (!json.is_object()) return syntax("this is no bundle of a ledger");
  SIGNMARK_TRY(take_head(json));
  for (const Json& entry : json.at("entries")) SIGNMARK_TRY(take_entry(entry));
  out_.unproved = json.at("unsigned").size();
  return std::move(out_);
}

}  // namespace

Status write_bundle(Ledger& ledger, const BundleRange& range, const keys::Signer* signer,
                    const std::function<Status(std::string_view)>& sink) {
  SIGNMARK_ASSIGN(const Checkpoint checkpoint, covering(ledger, signer));
  SIGNMARK_ASSIGN(const std::vector<Bytes> certificates, ledger.certificates(checkpoint.key));
  std::string head = dump_json(head_json(checkpoint, certificates, range));
  head.back() = ',';  // the lists follow, entry by entry: they may be larger than memory
  SIGNMARK_TRY(sink(head + "\"entries\":["));
  bool proved = true;
  std::string_view comma = "\n";
  const auto write = [&](const Entry& entry) -> Status {
    Json item = {{"entry", to_json(entry)}};
    if (entry.sequence < checkpoint.size) {
      SIGNMARK_ASSIGN(const Inclusion proof, ledger.inclusion(entry.sequence, checkpoint.size));
      item["proof"] = hashes_json(proof.path);
    } else if (proved) {
      SIGNMARK_TRY(sink("],\"unsigned\":["));
      proved = false;
      comma = "\n";
    }
    SIGNMARK_TRY(sink(fmt::format("{}{}", comma, dump_json(item))));
    comma = ",\n";
    return {};
  };
  SIGNMARK_TRY(ledger.each(range.since, range.until, write));
  return sink(proved ? "],\"unsigned\":[]}\n" : "]}\n");
}

Result<BundleAudit> check_bundle(std::string_view json) {
  const auto parsed = parse_json(json);
  if (!parsed) return syntax("this is no JSON: " + parsed.error().message, parsed.error().where);
  return BundleReader().run(*parsed);
}

}  // namespace signmark::ledger
