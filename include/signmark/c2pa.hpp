// SPDX-License-Identifier: Apache-2.0
// Room `c2pa`: writes and validates C2PA manifests (specification 2.2 to 2.5; facts in c2pa.md).
#ifndef SIGNMARK_C2PA_HPP_
#define SIGNMARK_C2PA_HPP_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "signmark/base.hpp"
#include "signmark/container.hpp"
#include "signmark/keys.hpp"
#include "signmark/trust.hpp"

namespace signmark::c2pa {

// ---------------------------------------------------------------------------------------------
// Writing

/// A robust mark that this manifest is bound to (c2pa.soft-binding).
struct SoftBinding {
  std::string alg;  ///< "io.signmark.lattice.1"
  Bytes value;      ///< the 64-bit content id, big-endian
};

/// An assertion of our own: what it says is its writer's business.
struct OwnAssertion {
  std::string label;  ///< begins with "io.signmark."
  Bytes cbor;         ///< one CBOR item
};

/// c2pa.ai-disclosure (2.4).
struct AiDisclosure {
  std::string model_type = "c2pa.types.model";
  std::string model_name, model_identifier;
  std::string
      human_oversight;  ///< fully_autonomous | prompt_guided | human_validated; may be empty
};

/// Why this manifest exists: the first action.
enum class Intent {
  created,         ///< new AI-made media: c2pa.created with the source type
  edited_metadata  ///< `propagate`: c2pa.opened, c2pa.edited.metadata; needs a parent
};

struct ManifestRequest {
  Intent intent = Intent::created;
  std::string title;        ///< dc:title, may be empty
  std::string instance_id;  ///< empty: the XMP InstanceID or a new urn:uuid
  std::string digital_source_type =
      "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
  std::string agent_name, agent_version;  ///< softwareAgent of the action; empty: signmark itself
  std::optional<AiDisclosure> disclosure;
  std::vector<SoftBinding> soft_bindings;
  /// The marks of `soft_bindings` were there before: no action says that this run laid them.
  bool marks_were_there = false;
  std::vector<OwnAssertion> own_assertions;
  bool visible_label = false;  ///< adds an action c2pa.edited saying that a visible label was drawn
  /// Whether nothing was done to the content between its creation and this call, so that the
  /// actions tell all (16.4.1.3). With a parent this is decided by the parent's hard binding
  /// instead.
  bool all_actions_included = false;
  /// The file from which `file` was made when its pixels were changed on the way (so that its
  /// manifest is no longer in `file`): its manifest becomes the parent, validated against its own
  /// bytes. Both views must outlive the call. Null: the manifest found in `file` itself is the
  /// parent.
  const ByteView* parent_file = nullptr;
  const container::Inventory* parent_inventory = nullptr;
  /// The store beside that file, which is the parent where none is embedded; must outlive the call.
  const Bytes* parent_sidecar = nullptr;
  std::vector<Bytes> parent_anchors;  ///< roots in DER believed when the parent is validated
  bool sidecar = false;  ///< leave the file without an embedded store even if it has a place
};

/// A signed file, planned; nothing is written yet.
struct SignedPlan {
  Rope rope;
  Bytes store;                 ///< the manifest store as embedded (or for the sidecar)
  std::string manifest_label;  ///< urn:c2pa:…
  bool sidecar = false;        ///< the container has no place: `store` goes to FILE.c2pa
};

/// Plans `edits` and a manifest over the resulting bytes in one step. A manifest present in `file`
/// becomes the parentOf ingredient and its boxes are copied into the new store.
/// Errors: `c2pa.sign.certificate` (the signer has no certificate), `c2pa.parent.unreadable`, those
/// of container::plan, of the signer and of decoding an own assertion. Thread-safe.
Result<SignedPlan> sign(const Context& context, ByteView file,
                        const container::Inventory& inventory, container::Edits edits,
                        const ManifestRequest& request, const keys::Signer& signer);

// ---------------------------------------------------------------------------------------------
// Validating

enum class CodeKind { success, informational, failure };

/// One C2PA status code, e.g. `claimSignature.mismatch`.
struct StatusCode {
  CodeKind kind = CodeKind::success;
  std::string code;
  std::string url;  ///< JUMBF URI of what it is about
  std::string explanation;
};

/// One of the four separate questions.
enum class Answer {
  unknown,  ///< could not be checked; the codes say why
  good,
  bad
};

/// Who signed, as the certificate says.
struct SignerView {
  std::string algorithm;        ///< "EdDSA", "ES256", …
  std::string subject, issuer;  ///< RFC 2253 text
  std::string serial;           ///< hex
  UnixTime not_before = 0, not_after = 0;
  std::optional<UnixTime> time_stamp;  ///< of a validated RFC 3161 token
  Bytes leaf_der;
  std::vector<Bytes> chain_der;  ///< leaf first
};

/// What one manifest claims. Show nothing of it without a warning unless it is valid.
struct ManifestView {
  std::string label, title, instance_id, generator, generator_version;
  std::vector<std::string> assertions;            ///< labels
  std::vector<std::string> actions;               ///< in order
  std::vector<std::string> digital_source_types;  ///< of the actions
  std::vector<SoftBinding> soft_bindings;
  std::vector<OwnAssertion> own_assertions;  ///< those whose label begins with "io.signmark."
  std::optional<AiDisclosure> disclosure;
  SignerView signer;
};

struct Report {
  Answer structure = Answer::unknown;  ///< claim, assertions and their hashes
  Answer signature = Answer::unknown;  ///< claim signature, credential profile, validity
  Answer trust = Answer::unknown;      ///< chain to one of the anchors
  Answer content = Answer::unknown;    ///< hard binding over these bytes
  std::vector<StatusCode> codes;       ///< of the active manifest
  std::vector<StatusCode> ingredient_codes;
  ManifestView active;
  std::vector<ManifestView> ingredients;
  std::size_t manifests = 0;
  std::string remote_url;  ///< a manifest lies elsewhere; nothing was fetched

  /// "Trusted", "Valid" or "Invalid", as c2pa-rs computes it.
  [[nodiscard]] std::string_view state() const;
  [[nodiscard]] bool has(std::string_view code) const;
};

/// A leaf that leads to an anchor, and what it was used for.
struct LeafUse {
  ByteView leaf_der;
  std::optional<UnixTime> proven_time;  ///< by a time stamp of a known authority
  ByteView claim_digest;                ///< SHA-256 of the claim bytes
  keys::MediaKind media = keys::MediaKind::image;
  keys::Purpose purpose = keys::Purpose::manifest;
  std::optional<UnixTime> claimed_time{};  ///< the signer's own word; without it the clock counts
};

/// Says why a leaf is revoked or not for this use, or nothing when it is fine. Thread-safe.
using Objection = std::function<std::optional<std::string>(const LeafUse&)>;

struct ValidationOptions {
  std::vector<Bytes> anchors;    ///< root certificates in DER that are believed
  Objection objection;           ///< may be empty
  std::optional<UnixTime> at;    ///< instead of the clock
  std::optional<Bytes> sidecar;  ///< validate against this store instead of the embedded one
};

/// Validates the active manifest, its ingredients and the content. Never fetches anything.
/// Errors: `c2pa.absent` (no store), `c2pa.store.unreadable` (boxes broken), limits. Thread-safe.
Result<Report> validate(const Context& context, ByteView file,
                        const container::Inventory& inventory, const ValidationOptions& options);

/// The store as an indented tree for `inspect`. Errors: `c2pa.store.unreadable`.
Result<std::string> dump_store(const Context& context, ByteView store);

}  // namespace signmark::c2pa

#endif  // SIGNMARK_C2PA_HPP_
