// SPDX-License-Identifier: Apache-2.0
// The context of a host: limits, folders, callbacks, cancelling.
#include <fmt/format.h>

#include <algorithm>

#include "capi/handles.hpp"
#include "ledger/location.hpp"

using signmark::Context;
using signmark::Status;
namespace capi = signmark::capi;
namespace keys = signmark::keys;

Context smk_context::for_call() const {
  Context context = plain;
  // One refusal of the callback cancels the whole call.
  const auto refused = std::make_shared<std::atomic<bool>>(false);
  context.progress = [this, refused](const signmark::Progress& step) {
    if (cancelled.load() || refused->load()) return false;
    if (progress == nullptr) return true;
    const std::string phase(step.phase);
    if (progress(progress_user, phase.c_str(), step.done, step.total) == 0) refused->store(true);
    return !cancelled.load() && !refused->load();
  };
  if (log != nullptr)
    context.log = [this](signmark::LogLevel level, std::string_view message) {
      log(log_user, static_cast<smk_log_level>(level), std::string(message).c_str());
    };
  return context;
}

namespace signmark::capi {

static_assert(static_cast<int>(LogLevel::debug) == SMK_LOG_DEBUG);
static_assert(static_cast<int>(LogLevel::info) == SMK_LOG_INFO);
static_assert(static_cast<int>(LogLevel::warning) == SMK_LOG_WARNING);

Result<keys::Home> home_of(const smk_context& context) {
  if (context.home) return *context.home;
  return keys::Home::from_environment();
}

namespace {

Result<std::uint64_t Limits::*> limit_field(std::string_view name) {
  for (const LimitEntry& entry : limit_table())
    if (entry.name == name) return entry.field;
  return fail("base.limit.unknown", fmt::format("there is no limit \"{}\"", name), {},
              "`signmark doctor` lists all limits");
}

/// Sets a callback and what is handed back to it.
template <class Function>
smk_status set_callback(smk_context* context, Function smk_context::*slot, void* smk_context::*data,
                        Function callback, void* user, smk_error** error) {
  return guarded(error, [&]() -> Status {
    SIGNMARK_TRY(need(context, "context"));
    context->*slot = callback;
    context->*data = user;
    return {};
  });
}

}  // namespace
}  // namespace signmark::capi

smk_status smk_context_new(smk_context** out, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need_out(out, "out"));
    *out = std::make_unique<smk_context>().release();
    return {};
  });
}

void smk_context_free(smk_context* context) { delete context; }

smk_status smk_context_set_home(smk_context* context, const char* directory, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_TRY(capi::need(directory, "directory"));
    const std::filesystem::path root(directory);
    if (!root.is_absolute())
      return signmark::fail("capi.argument", "the folder needs an absolute path", directory);
    context->home = keys::Home::at(root);
    return {};
  });
}

smk_status smk_context_set_ledger(smk_context* context, const char* place, smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(context, "context"));
    signmark::ledger::Place where;
    if (place != nullptr) {
      where.location = place;
    } else {
      SIGNMARK_ASSIGN(const keys::Home home, capi::home_of(*context));
      where.location = signmark::ledger::location_of(home);
    }
    if (where.location.empty()) {
      context->ledger = nullptr;
      return {};
    }
    SIGNMARK_ASSIGN(context->ledger, signmark::ledger::Ledger::open(context->plain, where));
    return {};
  });
}

smk_status smk_context_set_limit(smk_context* context, const char* name, uint64_t value,
                                 smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_TRY(capi::need(name, "name"));
    return signmark::set_limit(context->plain.limits, fmt::format("{}={}", name, value));
  });
}

smk_status smk_context_get_limit(const smk_context* context, const char* name, uint64_t* value,
                                 smk_error** error) {
  return capi::guarded(error, [&]() -> Status {
    SIGNMARK_TRY(capi::need(context, "context"));
    SIGNMARK_TRY(capi::need(name, "name"));
    SIGNMARK_TRY(capi::need(value, "value"));
    SIGNMARK_ASSIGN(const auto field, capi::limit_field(name));
    *value = context->plain.limits.*field;
    return {};
  });
}

smk_status smk_context_set_progress(smk_context* context, smk_progress_fn callback, void* user,
                                    smk_error** error) {
  return capi::set_callback(context, &smk_context::progress, &smk_context::progress_user, callback,
                            user, error);
}

smk_status smk_context_set_log(smk_context* context, smk_log_fn callback, void* user,
                               smk_error** error) {
  return capi::set_callback(context, &smk_context::log, &smk_context::log_user, callback, user,
                            error);
}

smk_status smk_context_set_passphrase(smk_context* context, smk_passphrase_fn callback, void* user,
                                      smk_error** error) {
  return capi::set_callback(context, &smk_context::passphrase, &smk_context::passphrase_user,
                            callback, user, error);
}

void smk_context_cancel(smk_context* context) {
  if (context != nullptr) context->cancelled.store(true);
}

void smk_context_resume(smk_context* context) {
  if (context != nullptr) context->cancelled.store(false);
}
