// SPDX-License-Identifier: Apache-2.0
// Keys by name: listing, signers, carrier keys. No secret but a medium's key ever leaves.
#include <algorithm>

#include "capi/handles.hpp"
#include "signmark/agent.hpp"

using signmark::Status;
namespace capi = signmark::capi;
namespace keys = signmark::keys;

namespace signmark::capi {
namespace {

static_assert(static_cast<int>(keys::Role::issuer) == SMK_ROLE_ISSUER);
static_assert(static_cast<int>(keys::Role::signing) == SMK_ROLE_SIGNING);
static_assert(static_cast<int>(keys::Role::carrier) == SMK_ROLE_CARRIER);
static_assert(static_cast<int>(keys::Medium::image) == SMK_MEDIUM_IMAGE);
static_assert(static_cast<int>(keys::Medium::text) == SMK_MEDIUM_TEXT);
static_assert(std::tuple_size_v<keys::Signature> == SMK_SIGNATURE_SIZE);

constexpr std::string_view kPublicCarrier = "public";

smk_key key_of(const keys::KeyInfo& info) {
  smk_key key;
  key.role = static_cast<smk_role>(info.role);
  key.id = info.id();
  key.label = info.label;
  key.public_line = keys::public_text(info.role, info.public_key);
  key.state = keys::key_state_name(keys::KeyState::usable);
  key.created = info.created;
  key.expires = info.expires;
  return key;
}

smk_key key_of(const keys::StoredKey& stored) {
  smk_key key = key_of(stored.info);
  key.state = keys::key_state_name(stored.state);
  key.is_protected = stored.is_protected();
  return key;
}

keys::PromptFunction prompt_of(const smk_context& context) {
  if (context.passphrase == nullptr) return {};
  return [&context](const keys::Prompt& prompt, std::span<char> buffer) -> Result<std::size_t> {
    const int length = context.passphrase(context.passphrase_user, prompt.subject.c_str(),
                                          buffer.data(), buffer.size());
    if (length < 0 || static_cast<std::size_t>(length) > buffer.size())
      return fail("keys.passphrase.declined", "no passphrase was given", prompt.subject);
    return static_cast<std::size_t>(length);
  };
}

/// The keyring and the ways to unlock its keys. The process's SIGNMARK_PASSPHRASE is not among
/// them: it was given to a program, not to whatever host runs in its environment (keys.md section
/// 5).
struct Access {
  keys::Keyring keyring;
  keys::UnlockOptions unlock;
};

Result<Access> open_access(const smk_context& context) {
  SIGNMARK_ASSIGN(keys::Home home, home_of(context));
  keys::UnlockOptions unlock;
  unlock.credentials_directory = keys::UnlockOptions::from_process().credentials_directory;
  unlock.agent = keys::agent_hooks(keys::agent_socket(home));
  unlock.prompt = prompt_of(context);
  keys::KeyringOptions options;
  options.credentials_directory = unlock.credentials_directory;
  SIGNMARK_ASSIGN(keys::Keyring keyring,
                  keys::Keyring::open(context.plain, std::move(home), std::move(options)));
  return Access{std::move(keyring), std::move(unlock)};
}

/// The signer with the root under which its leaf was issued, when the keyring knows it.
smk_signer signer_of(const keys::Keyring& keyring, std::shared_ptr<keys::Signer> signer) {
  smk_signer object;
  object.key = key_of(signer->key());
  const auto stored = keyring.find(object.key.id, keys::Role::signing);
  if (stored && stored->root) object.root_der = stored->root->der;
  object.signer = std::move(signer);
  return object;
}

Result<keys::CarrierKey> open_carrier(const smk_context& context, const std::string& selector) {
  if (selector == kPublicCarrier) {
    SIGNMARK_ASSIGN(const auto arena, keys::SecureArena::create());
    return keys::CarrierKey::make_public(arena);
  }
  SIGNMARK_ASSIGN(const Access access, open_access(context));
  return access.keyring.open_carrier(selector, access.unlock);
}

}  // namespace
}  // namespace signmark::capi

smk_role smk_key_role(const smk_key* key) { return key == nullptr ? SMK_ROLE_NONE : key->role; }
const char* smk_key_id(const smk_key* key) { return capi::text_in(key, &smk_key::id); }
const char* smk_key_label(const smk_key* key) { return capi::text_in(key, &smk_key::label); }
const char* smk_key_public_line(const smk_key* key) {
  return capi::text_in(key, &smk_key::public_line);
}
const char* smk_key_state(const smk_key* key) { return capi::text_in(key, &smk_key::state); }
int64_t smk_key_created(const smk_key* key) { return key == nullptr ? 0 : key->created; }
int64_t smk_key_expires(const smk_key* key) { return key == nullptr ? 0 : key->expires; }
int smk_key_is_protected(const smk_key* key) { return key != nullptr && key->is_protected ? 1 : 0; }

smk_status smk_keys_list(const smk_context* context, smk_key_list** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_ASSIGN(const capi::Access access, capi::open_access(*context));
    SIGNMARK_ASSIGN(const keys::Listing listing, access.keyring.list());
    const signmark::Context call = context->for_call();
    if (call.log)
      for (const signmark::Error& problem : listing.problems)
        call.log(signmark::LogLevel::warning, problem.where + ": " + problem.message);
    smk_key_list list;
    for (const keys::StoredKey& stored : listing.keys) list.keys.push_back(capi::key_of(stored));
    capi::give(out, std::move(list));
    return {};
  });
}

size_t smk_key_list_size(const smk_key_list* list) {
  return list == nullptr ? 0 : list->keys.size();
}
const smk_key* smk_key_list_at(const smk_key_list* list, size_t index) {
  return index < smk_key_list_size(list) ? &list->keys[index] : nullptr;
}
void smk_key_list_free(smk_key_list* list) { delete list; }

smk_status smk_signer_open(const smk_context* context, const char* selector, smk_signer** out,
                           smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_ASSIGN(const capi::Access access, capi::open_access(*context));
    SIGNMARK_ASSIGN(auto signer,
                    access.keyring.open_signer(capi::text_of(selector), access.unlock));
    capi::give(out, capi::signer_of(access.keyring, std::move(signer)));
    return {};
  });
}

smk_status smk_signer_open_file(const smk_context* context, const char* path, smk_signer** out,
                                smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_TRY(capi::need(path, "path"));
    SIGNMARK_ASSIGN(const capi::Access access, capi::open_access(*context));
    SIGNMARK_ASSIGN(auto signer, access.keyring.open_signer_file(path, access.unlock));
    capi::give(out, capi::signer_of(access.keyring, std::move(signer)));
    return {};
  });
}

const smk_key* smk_signer_key(const smk_signer* signer) {
  return signer == nullptr ? nullptr : &signer->key;
}
void smk_signer_free(smk_signer* signer) { delete signer; }

smk_status smk_sign_object(const smk_signer* signer, const char* type, const uint8_t* body,
                           size_t size, uint8_t* signature, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(signer, "signer"));
    SIGNMARK_TRY(capi::need(type, "type"));
    SIGNMARK_TRY(capi::need(signature, "signature"));
    SIGNMARK_ASSIGN(const signmark::ByteView bytes, capi::view_of(body, size, "body"));
    SIGNMARK_ASSIGN(const keys::Signature made, signer->signer->sign_object(type, bytes));
    std::copy(made.begin(), made.end(), signature);
    return {};
  });
}

smk_status smk_verify_object(const char* public_line, const char* type, const uint8_t* body,
                             size_t size, const uint8_t* signature, int* good, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(good, "good"));
    *good = 0;
    SIGNMARK_TRY(capi::need(public_line, "public_line"));
    SIGNMARK_TRY(capi::need(type, "type"));
    SIGNMARK_TRY(capi::need(signature, "signature"));
    SIGNMARK_ASSIGN(const signmark::ByteView bytes, capi::view_of(body, size, "body"));
    SIGNMARK_ASSIGN(const keys::NamedPublicKey named, keys::parse_public_text(public_line));
    keys::Signature value{};
    std::copy_n(signature, value.size(), value.begin());
    *good = keys::verify_object(named.key, type, bytes, value) ? 1 : 0;
    return {};
  });
}

smk_status smk_carrier_open(const smk_context* context, const char* selector, smk_carrier** out,
                            smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_ASSIGN(keys::CarrierKey carrier,
                    capi::open_carrier(*context, capi::text_of(selector)));
    smk_key key = capi::key_of(carrier.info());
    capi::give(out, smk_carrier{std::move(carrier), std::move(key)});
    return {};
  });
}

const smk_key* smk_carrier_key(const smk_carrier* carrier) {
  return carrier == nullptr ? nullptr : &carrier->key;
}
int smk_carrier_is_public(const smk_carrier* carrier) {
  return carrier != nullptr && carrier->carrier.is_public() ? 1 : 0;
}

smk_status smk_carrier_medium_key(const smk_carrier* carrier, smk_medium medium, uint8_t* key,
                                  smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(carrier, "carrier"));
    SIGNMARK_TRY(capi::need(key, "key"));
    if (medium < SMK_MEDIUM_IMAGE || medium > SMK_MEDIUM_TEXT)
      return signmark::fail("capi.argument", "there is no such medium", "medium");
    SIGNMARK_ASSIGN(const keys::SecretBytes secret,
                    carrier->carrier.medium_key(static_cast<keys::Medium>(medium)));
    const auto view = secret.open();
    std::copy_n(view.bytes().begin(), SMK_MEDIUM_KEY_SIZE, key);
    return {};
  });
}

void smk_carrier_free(smk_carrier* carrier) { delete carrier; }
