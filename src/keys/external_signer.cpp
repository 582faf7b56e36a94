// SPDX-License-Identifier: Apache-2.0
// Signers outside this program: `exec:["/path","arg"]` (keys.md 5.2).
#include <fmt/format.h>

#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "keys/ed25519.hpp"
#include "keys/external_process.hpp"
#include "keys/key_file.hpp"
#include "keys/key_signer.hpp"
#include "keys/typed_object.hpp"
#include "signmark/agent.hpp"

namespace signmark::keys {
namespace {

constexpr std::string_view kPrefix = "exec:";
constexpr std::size_t kMaxUri = 4096;
constexpr std::size_t kMaxArguments = 32;
constexpr std::size_t kMaxInfo = 4096;
constexpr std::size_t kMaxInput = 320U << 10;  // keys.md section 13
constexpr std::int64_t kProtocol = 1;
constexpr std::string_view kAlgorithm = "ed25519";

tl::unexpected<Error> bad_uri(std::string message) {
  return fail("keys.external.uri", std::move(message), {},
              R"(write it like exec:["/usr/bin/my-signer","slot 1"])");
}

/// The argv of the URI: a JSON list, never a text to be split.
Result<std::vector<std::string>> parse_uri(std::string_view uri) {
  if (!uri.starts_with(kPrefix) || uri.size() > kMaxUri) return bad_uri("this is no exec: signer");
  const auto json = parse_json(uri.substr(kPrefix.size()), {.max_depth = 2, .integers_only = true});
  if (!json || !json->is_array() || json->empty() || json->size() > kMaxArguments)
    return bad_uri("after exec: a JSON list of the program and its arguments is expected");
  std::vector<std::string> argv;
  for (const Json& entry : *json) {
    if (!entry.is_string()) return bad_uri("the list after exec: must hold texts only");
    argv.push_back(entry.get<std::string>());
    if (argv.back().find('\0') != std::string::npos)
      return bad_uri("an argument must not hold a NUL");
  }
  if (!argv.front().starts_with('/'))
    return bad_uri("the program must be named by its absolute path");
  return argv;
}

std::vector<std::string> with(std::vector<std::string> argv, std::string verb) {
  argv.push_back(std::move(verb));
  return argv;
}

tl::unexpected<Error> bad_info(std::string message) {
  return fail("keys.external.info", "the signing program's info " + std::move(message), {},
              R"(it prints {"protocol":1,"key":"smsign1…","algorithm":"ed25519"})");
}

const std::string* text_member(const Json& json, const char* name) {
  const auto it = json.find(name);
  return it == json.end() || !it->is_string() ? nullptr : &it->get_ref<const std::string&>();
}

Result<KeyInfo> parse_info(ByteView output) {
  const auto json = parse_json(as_text(output), {.max_depth = 4, .integers_only = true});
  if (!json || !json->is_object()) return bad_info("is no JSON object");
  const auto protocol = json->find("protocol");
  if (protocol == json->end() || !protocol->is_number_integer() || *protocol != kProtocol)
    return bad_info("is not of protocol 1");
  const std::string* algorithm = text_member(*json, "algorithm");
  if (algorithm == nullptr || *algorithm != kAlgorithm) return bad_info("names another algorithm");
  const std::string* line = text_member(*json, "key");
  if (line == nullptr) return bad_info("names no key");
  const auto named = parse_public_text(*line);
  if (!named) return bad_info("names no public key: " + named.error().message);
  KeyInfo info;
  info.role = named->role;
  info.public_key = named->key;
  info.fingerprint = fingerprint(named->role, named->key);
  info.expires = kLastTime + 1;
  return info;
}

/// The life of a certified key is that of its certificate.
Status take_life(KeyInfo& info, const std::vector<Bytes>& chain) {
  if (chain.empty()) return {};
  SIGNMARK_ASSIGN(const Certificate leaf, parse_certificate(chain.front()));
  if (leaf.public_key != info.public_key)
    return fail("keys.external.info", "the certificate is of another key than the program's",
                info.id());
  info.created = leaf.not_before;
  info.expires = leaf.not_after + 1;
  info.label = leaf.common_name;
  return {};
}

class ExternalSigner final : public Signer {
 public:
  ExternalSigner(Context context, std::vector<std::string> argv, std::chrono::milliseconds timeout,
                 KeyInfo info, std::vector<Bytes> chain)
      : context_(std::move(context)),
        argv_(std::move(argv)),
        timeout_(timeout),
        info_(std::move(info)),
        chain_(std::move(chain)) {}

  [[nodiscard]] const KeyInfo& key() const override { return info_; }
  [[nodiscard]] const std::vector<Bytes>& chain() const override { return chain_; }

  [[nodiscard]] Result<Signature> sign_object(std::string_view type, ByteView body) const override {
    SIGNMARK_TRY(check_signable(info_.role, type, body));
    return sign(typed_message(type, body));
  }

  [[nodiscard]] Result<Signature> sign_cose(ByteView sig_structure) const override {
    if (info_.role != Role::signing)
      return fail("keys.sign.type",
                  fmt::format("a key of role {} may not sign manifests", role_name(info_.role)));
    SIGNMARK_TRY(check_sig_structure(sig_structure));
    return sign(sig_structure);
  }

 private:
  [[nodiscard]] Result<Signature> sign(ByteView message) const {
    if (message.size() > kMaxInput)
      return fail("keys.sign.size", fmt::format("{} bytes are to be signed, {} are allowed",
                                                message.size(), kMaxInput));
    SIGNMARK_TRY(check_life(info_, context_.clock->now()));
    Signature signature{};
    SIGNMARK_ASSIGN(const Bytes output,
                    run_program(with(argv_, "sign"), message, signature.size(), timeout_));
    if (output.size() != signature.size())
      return fail("keys.external.output",
                  fmt::format("the signing program wrote {} bytes instead of {}", output.size(),
                              signature.size()));
    std::copy(output.begin(), output.end(), signature.begin());
    if (verify_exact(info_.public_key, message, signature)) return signature;
    return fail("keys.external.signature", "the signing program's signature does not verify",
                info_.id());
  }

  Context context_;
  std::vector<std::string> argv_;
  std::chrono::milliseconds timeout_;
  KeyInfo info_;
  std::vector<Bytes> chain_;
};

}  // namespace

Result<std::shared_ptr<Signer>> open_external_signer(const Context& context, std::string_view uri,
                                                     const ExternalSignerOptions& options) {
  SIGNMARK_ASSIGN(std::vector<std::string> argv, parse_uri(uri));
  SIGNMARK_ASSIGN(const Bytes output,
                  run_program(with(argv, "info"), {}, kMaxInfo, options.timeout));
  SIGNMARK_ASSIGN(KeyInfo info, parse_info(output));
  std::vector<Bytes> chain;
  if (options.find_chain) chain = options.find_chain(info);
  SIGNMARK_TRY(take_life(info, chain));
  return std::make_shared<ExternalSigner>(context, std::move(argv), options.timeout,
                                          std::move(info), std::move(chain));
}

}  // namespace signmark::keys
