// SPDX-License-Identifier: Apache-2.0
// What stands behind the opaque objects of signmark.h, and the guard around each of its functions.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "signmark/keyring.hpp"
#include "signmark/pipeline.hpp"
#include "signmark/signmark.h"

// ---------------------------------------------------------------------------------------------
// Objects

struct smk_error {
  signmark::Error error;
  smk_status status = SMK_FAILED;
};

struct smk_buffer {
  signmark::Bytes bytes;  ///< with a NUL behind the counted ones
};

struct smk_context {
  signmark::Context plain = signmark::Context::standard();  ///< without callbacks
  std::optional<signmark::keys::Home> home;                 ///< nothing: the environment's
  smk_progress_fn progress = nullptr;
  smk_log_fn log = nullptr;
  smk_passphrase_fn passphrase = nullptr;
  void* progress_user = nullptr;
  void* log_user = nullptr;
  void* passphrase_user = nullptr;
  std::shared_ptr<signmark::ledger::Ledger> ledger;  ///< nullptr: nothing is recorded
  std::atomic<bool> cancelled{false};

  /// For one call: with progress, cancelling and log. Must not outlive this object.
  [[nodiscard]] signmark::Context for_call() const;
};

struct smk_key {
  smk_role role = SMK_ROLE_NONE;
  std::string id, label, public_line, state;
  int64_t created = 0, expires = 0;
  bool is_protected = false;
};

struct smk_key_list {
  std::vector<smk_key> keys;
};

struct smk_signer {
  std::shared_ptr<signmark::keys::Signer> signer;
  signmark::Bytes root_der;  ///< may be empty
  smk_key key;
};

struct smk_carrier {
  signmark::keys::CarrierKey carrier;
  smk_key key;
};

struct smk_trust {
  signmark::Trust trust;
};

namespace signmark::capi {

struct MarkFlow {
  MarkOptions mark;
  std::optional<keys::CarrierKey> carrier;
  OutputOptions output;
};
struct PropagateFlow {
  PropagateOptions propagate;
  OutputOptions output;
};

}  // namespace signmark::capi

struct smk_options {
  // A verification's carrier keys; those of marking are MarkFlow's.
  std::vector<signmark::keys::CarrierKey> carriers;
  std::variant<signmark::capi::MarkFlow, signmark::VerifyOptions, signmark::capi::PropagateFlow>
      flow;
};

struct smk_mark_report {
  signmark::MarkReport report;
  std::string sidecar_file, json;
};

struct smk_finding {
  signmark::Finding finding;
};

struct smk_verify_report {
  signmark::VerifyReport report;  ///< its findings are moved to `findings`
  std::vector<smk_finding> findings;
  std::string json;
};

// ---------------------------------------------------------------------------------------------
// The guard

namespace signmark::capi {

/// Puts the error where the caller wants it and returns its class. Never throws.
smk_status report_failure(smk_error** error, const Error& why) noexcept;

/// Runs the body of a function: no exception leaves it.
template <class Body>
smk_status guarded(smk_error** error, Body&& body) noexcept {
  if (error != nullptr) *error = nullptr;
  try {
    const Status status = body();
    return status ? SMK_OK : report_failure(error, status.error());
  } catch (const std::bad_alloc&) {
    return report_failure(error, Error{"capi.memory", "out of memory", {}, {}});
  } catch (...) {
    return report_failure(error, Error{"capi.internal",
                                       "an exception reached the C interface",
                                       {},
                                       "this is a bug, please report it"});
  }
}

/// Errors: `capi.argument`, naming the parameter.
Status need(const void* pointer, std::string_view name);

/// Empties an `out` parameter. Errors: `capi.argument`.
template <class T>
Status need_out(T** out, std::string_view name) {
  SIGNMARK_TRY(need(out, name));
  *out = nullptr;
  return {};
}

/// Gives the object to the caller.
template <class T>
void give(T** out, T object) {
  *out = std::make_unique<T>(std::move(object)).release();
}

/// Bytes that may be NULL when there are none. Errors: `capi.argument`.
Result<ByteView> view_of(const uint8_t* data, size_t size, std::string_view name);

inline std::string text_of(const char* text) { return text == nullptr ? std::string() : text; }

/// A text of an object, "" for NULL.
template <class T>
const char* text_in(const T* object, std::string T::*member) {
  return object == nullptr ? "" : (object->*member).c_str();
}

/// A buffer with these bytes.
smk_buffer make_buffer(Bytes bytes);

/// The folders of a context. Errors: `keys.home`.
Result<keys::Home> home_of(const smk_context& context);

}  // namespace signmark::capi
