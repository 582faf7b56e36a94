// SPDX-License-Identifier: Apache-2.0
// Checkpoints as signed notes (C2SP signed-note, tlog-checkpoint):
//
//   signmark/0123456789abcdef              origin
//   42                                     size
//   <base64>                               root
//   time 2026-11-22T12:00:00Z              extension line: signed, so that it can be evidence
//
//   — smsign1… <base64>                    key name and 4 bytes of key id || Ed25519 signature
//
// What is signed is our typed object `checkpoint` over the lines before the empty one, not the bare
// note, so the key id is of a type without a number in C2SP (0xff and its name). The key's name is
// its public line: a note says by itself which key to ask. Further signature lines are witnesses'.
#include "ledger/note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "base/time.hpp"

namespace signmark::ledger {
namespace {

constexpr std::string_view kDash = "\xe2\x80\x94 ";  // em dash and a blank
constexpr std::string_view kTime = "time ";
constexpr std::string_view kType = "checkpoint";
constexpr std::string_view kSignatureType = "signmark/checkpoint/v1";
constexpr std::string_view kOriginPrefix = "signmark/";
constexpr std::size_t kOriginDigits = 16;
constexpr std::size_t kKeyId = 4;

std::string body_of(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n{}{}\n", checkpoint.origin, checkpoint.size,
                     base64(checkpoint.root), kTime, rfc3339(checkpoint.time));
}

std::string key_name(const keys::PublicKey& key) {
  return keys::public_text(keys::Role::signing, key);
}

/// SHA-256(name || LF || type || key), the first bytes.
Bytes key_id(const keys::PublicKey& key) {
  const std::string head = key_name(key) + "\n\xff" + std::string(kSignatureType);
  Bytes id = Hasher(HashAlg::sha256).update(as_bytes(head)).update(key).finish();
  id.resize(kKeyId);
  return id;
}

tl::unexpected<Error> syntax(std::string message) {
  return fail("ledger.checkpoint.syntax", std::move(message), {},
              "a checkpoint is the text that `signmark ledger checkpoint` prints");
}

/// The next line, without its end; nothing when there is none with an end.
std::optional<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

bool is_origin(std::string_view text) {
  return text.starts_with(kOriginPrefix) && text.size() == kOriginPrefix.size() + kOriginDigits &&
         unhex(text.substr(kOriginPrefix.size())).has_value();
}

template <class T>
Status take_bytes(ByteView from, T& to, const char* what) {
  if (from.size() != to.size()) return syntax(fmt::format("{} has a wrong length", what));
  std::copy(from.begin(), from.end(), to.begin());
  return {};
}

Status parse_body(std::string_view& text, Checkpoint& out) {
  const auto origin = take_line(text);
  const auto size = take_line(text);
  const auto root = take_line(text);
  const auto time = take_line(text);
  const auto end = take_line(text);
  if (!end || !end->empty() || !time->starts_with(kTime))
    return syntax("origin, size, root, time and an empty line are not there");
  if (!is_origin(*origin)) return syntax("the origin is none of a signmark ledger");
  out.origin = *origin;
  const auto [last, code] = std::from_chars(size->data(), size->data() + size->size(), out.size);
  if (code != std::errc() || last != size->data() + size->size())
    return syntax("the size is no number");
  const auto hash = unbase64(*root);
  if (!hash) return syntax("the root is no base64");
  SIGNMARK_TRY(take_bytes(*hash, out.root, "the root"));
  const auto seconds = parse_rfc3339(time->substr(kTime.size()));
  if (!seconds) return syntax("the time is none");
  out.time = *seconds;
  return {};
}

/// Takes our signature from `— name base64`; false for a witness's line, whose key has another
/// name.
Result<bool> parse_signature(std::string_view line, Checkpoint& out) {
  line.remove_prefix(kDash.size());
  const std::size_t blank = line.find(' ');
  const auto named = keys::parse_public_text(line.substr(0, blank));
  if (blank == std::string_view::npos || !named || named->role != keys::Role::signing) return false;
  const auto value = unbase64(line.substr(blank + 1));
  const Bytes id = key_id(named->key);
  if (!value || value->size() < kKeyId || !std::equal(id.begin(), id.end(), value->begin()))
    return syntax("the signature line does not fit its key");
  out.key = named->key;
  SIGNMARK_TRY(take_bytes(ByteView(*value).subspan(kKeyId), out.signature, "the signature"));
  return true;
}

Result<Checkpoint> take_note(std::string_view& text) {
  Checkpoint out;
  const std::string_view whole = text;
  SIGNMARK_TRY(parse_body(text, out));
  // One form only: what was signed is what is read.
  if (!whole.starts_with(body_of(out))) return syntax("a number is not in its shortest form");
  bool ours = false;
  while (text.starts_with(kDash)) {
    const auto line = take_line(text);
    if (!line) return syntax("the signature line has no end");
    if (ours) continue;
    SIGNMARK_ASSIGN(ours, parse_signature(*line, out));
  }
  if (!ours) return syntax("there is no signature of a signmark key");
  return out;
}

}  // namespace

std::string Checkpoint::text() const {
  Bytes value = key_id(key);
  value.insert(value.end(), signature.begin(), signature.end());
  return fmt::format("{}\n{}{} {}\n", body_of(*this), kDash, key_name(key), base64(value));
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  SIGNMARK_ASSIGN(Checkpoint out, take_note(text));
  if (!text.empty()) return syntax("something follows the signature");
  return out;
}

Result<std::vector<Checkpoint>> Checkpoint::parse_all(std::string_view text) {
  std::vector<Checkpoint> out;
  while (!text.empty()) {
    auto next = take_note(text);
    if (!next) return tl::unexpected(next.error().at(fmt::format("checkpoint {}", out.size() + 1)));
    out.push_back(std::move(*next));
  }
  return out;
}

bool Checkpoint::signature_holds() const {
  const std::string body = body_of(*this);
  return keys::verify_object(key, kType, as_bytes(body), signature);
}

Result<Checkpoint> sign_checkpoint(const std::string& origin, const Frontier& tree, UnixTime time,
                                   const keys::Signer& signer) {
  Checkpoint out;
  out.origin = origin;
  out.size = tree.size();
  out.root = tree.root();
  out.time = time;
  out.key = signer.key().public_key;
  const std::string body = body_of(out);
  SIGNMARK_ASSIGN(out.signature, signer.sign_object(kType, as_bytes(body)));
  return out;
}

std::size_t complete_notes(std::string_view text) {
  std::size_t complete = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string_view::npos) break;
    if (text.substr(begin).starts_with(kDash)) complete = end + 1;
    begin = end + 1;
  }
  return complete;
}

}  // namespace signmark::ledger
