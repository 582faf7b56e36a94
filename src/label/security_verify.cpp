// SPDX-License-Identifier: Apache-2.0
// Which message a signature of SecurityData covers, which keys may fit, and what the answer means.
#include <fmt/format.h>

#include <algorithm>

#include "label/aigc_fields.hpp"
#include "label/security_crypto.hpp"
#include "label/security_subject.hpp"

namespace signmark::label {
namespace {

/// Pairs of key and message tried for one SecurityData; each costs up to a few milliseconds. Real
/// ones need two.
constexpr std::size_t kMaxTries = 256;

class Verifier {
 public:
  Verifier(const SecurityData& data, const AigcRecord& record, Trio trio)
      : data_(data), record_(record), trio_(trio) {}

  SecurityCheck check(const SecuritySignature& signature) {
    SecurityCheck out;
    out.subject = is_label_fields(signature.subject) ? "label fields"
                  : is_binding(signature.subject)    ? "bindings entry"
                                                     : excerpt(signature.subject);
    if (signature.algorithm != kSm3WithSm2 && signature.algorithm != kRsaSha256)
      return not_checkable(
          std::move(out), "algorithm",
          fmt::format("the algorithm {} is unknown", excerpt(signature.algorithm)));
    if (signature.value.empty())
      return not_checkable(std::move(out), "algorithm", "the signature's encoding is unknown");
    const std::vector<std::string> messages = messages_of(signature);
    if (messages.empty()) return without_message(std::move(out), signature);
    readable_key_ = false;
    if (const auto form = find_form(signature, messages)) {
      out.state = SecurityState::verified;
      out.detail = fmt::format("{}, {}{}{}", form->message, form->key,
                               form->signature.empty() ? "" : ", ", form->signature);
      return out;
    }
    return not_verified(std::move(out), signature);
  }

 private:
  static SecurityCheck not_checkable(SecurityCheck out, std::string_view what, std::string why) {
    out.state = SecurityState::not_checkable;
    out.detail = std::move(why);
    out.code = fmt::format("label.security.{}", what);
    return out;
  }

  [[nodiscard]] std::vector<std::string> messages_of(const SecuritySignature& signature) const {
    if (is_label_fields(signature.subject)) return {integrity_message(record_, trio_)};
    std::vector<std::string> out;
    if (is_binding(signature.subject))
      for (const SecurityBinding& binding : data_.bindings) out.push_back(binding.json);
    return out;
  }

  static SecurityCheck without_message(SecurityCheck out, const SecuritySignature& signature) {
    if (is_binding(signature.subject))
      return not_checkable(std::move(out), "content-selection",
                           "the binding that was signed is not there");
    return not_checkable(std::move(out), "message-unknown",
                         "what this kind of signature covers is not published");
  }

  /// A named key first and alone; a signature without a name, or whose name no key bears, may be of
  /// any key.
  [[nodiscard]] std::vector<const SecurityKey*> keys_for(const SecuritySignature& signature) const {
    std::vector<const SecurityKey*> named, all;
    for (const SecurityKey& key : data_.keys) {
      if (key.algorithm != signature.algorithm) continue;
      all.push_back(&key);
      if (!signature.key_id.empty() && key.key_id == signature.key_id) named.push_back(&key);
    }
    return named.empty() ? all : named;
  }

  std::optional<SignatureForm> find_form(const SecuritySignature& signature,
                                         const std::vector<std::string>& messages) {
    const auto check = signature.algorithm == kSm3WithSm2 ? check_sm2 : check_rsa;
    for (const SecurityKey* key : keys_for(signature))
      for (const std::string& message : messages) {
        if (++tries_ > kMaxTries) return std::nullopt;
        const SignatureAnswer answer = check(key->value, signature.value, as_bytes(message));
        readable_key_ = readable_key_ || answer.key_readable;
        if (answer.form) return answer.form;
      }
    return std::nullopt;
  }

  /// "Failed" is said only where the signed message is known for certain.
  [[nodiscard]] SecurityCheck not_verified(SecurityCheck out,
                                           const SecuritySignature& signature) const {
    if (tries_ > kMaxTries)
      return not_checkable(std::move(out), "no-key", "too many keys and bindings to try");
    if (!readable_key_)
      return not_checkable(std::move(out), "no-key",
                           data_.keys.empty() ? "no key travels with the signature"
                                              : "no key for this algorithm could be read");
    if (trio_ == Trio::propagation)
      return not_checkable(std::move(out), "message-unknown",
                           "the message of ReservedCode2 is not published");
    const bool selects = std::any_of(data_.bindings.begin(), data_.bindings.end(),
                                     [](const SecurityBinding& b) { return b.selects_content; });
    if (is_binding(signature.subject) && (selects || signature.subject == "Bnd"))
      return not_checkable(std::move(out), "content-selection",
                           "the signed form of a binding with selected content is not known");
    out.state = SecurityState::failed;
    out.detail = "no form of message, key and encoding verifies";
    out.code = "label.security.failed";
    return out;
  }

  const SecurityData& data_;
  const AigcRecord& record_;
  Trio trio_;
  std::size_t tries_ = 0;
  bool readable_key_ = false;
};

}  // namespace

std::vector<SecurityCheck> verify_security_data(const SecurityData& data, const AigcRecord& record,
                                                Trio trio) {
  Verifier verifier(data, record, trio);
  std::vector<SecurityCheck> out;
  out.reserve(data.signatures.size());
  for (const SecuritySignature& signature : data.signatures)
    out.push_back(verifier.check(signature));
  return out;
}

}  // namespace signmark::label
