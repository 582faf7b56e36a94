// SPDX-License-Identifier: Apache-2.0
// Whom to believe: this machine's trust store, or one bundle.
#include "capi/handles.hpp"

using signmark::Status;
namespace capi = signmark::capi;
namespace keys = signmark::keys;

namespace signmark::capi {
namespace {

smk_trust trust_of(const smk_context& context, keys::TrustStore store) {
  std::vector<keys::TrustStore> stores;
  stores.push_back(std::move(store));
  smk_trust object{trust_in(context.plain, std::move(stores))};
  if (const auto home = home_of(context))
    know_leaves_of(object.trust, [plain = context.plain, home = *home] {
      return keys::Keyring::open(plain, home);
    });
  return object;
}

Result<keys::TrustPolicy> policy_of(const keys::Home& home) {
  return keys::read_trust_policy(home.config / "config.toml");
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_trust_open_default(const smk_context* context, smk_trust** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_ASSIGN(const keys::Home home, capi::home_of(*context));
    SIGNMARK_ASSIGN(const keys::TrustPolicy policy, capi::policy_of(home));
    SIGNMARK_ASSIGN(keys::TrustStore store,
                    keys::TrustStore::load(context->plain, keys::TrustPaths::of(home), policy));
    const signmark::Context call = context->for_call();
    if (call.log)
      for (const keys::TrustProblem& problem : store.problems())
        call.log(signmark::LogLevel::warning, problem.path.string() + ": " + problem.error.message);
    capi::give(out, capi::trust_of(*context, std::move(store)));
    return {};
  });
}

smk_status smk_trust_open_bundle(const smk_context* context, const char* path, smk_trust** out,
                                 smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_TRY(capi::need(path, "path"));
    SIGNMARK_ASSIGN(const keys::Home home, capi::home_of(*context));
    SIGNMARK_ASSIGN(const keys::TrustPolicy policy, capi::policy_of(home));
    SIGNMARK_ASSIGN(keys::TrustStore store,
                    keys::TrustStore::from_bundle_file(context->plain, path, policy));
    capi::give(out, capi::trust_of(*context, std::move(store)));
    return {};
  });
}

size_t smk_trust_size(const smk_trust* trust) {
  return trust == nullptr ? 0 : trust->trust.anchors.size();
}
void smk_trust_free(smk_trust* trust) { delete trust; }
