// SPDX-License-Identifier: Apache-2.0
// A host as the tests need it: a home with keys, a context on it, handles that free themselves.
#pragma once

#include <memory>

#include "signmark/keyring.hpp"
#include "signmark/signmark.h"
#include "signmark/trust.hpp"
#include "support/test_support.hpp"

namespace signmark::test {

/// An `out` parameter that frees what it got.
template <class T, void (*Free)(T*)>
class Handle {
 public:
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() { Free(object_); }
  /// For handing in; forgets (and frees) what was there.
  T** out() {
    Free(object_);
    object_ = nullptr;
    return &object_;
  }
  operator T*() const {
    return object_;
  }  // NOLINT(google-explicit-constructor): stands for the pointer

 private:
  T* object_ = nullptr;
};

using ErrorHandle = Handle<smk_error, smk_error_free>;
using BufferHandle = Handle<smk_buffer, smk_buffer_free>;
using ContextHandle = Handle<smk_context, smk_context_free>;
using KeyListHandle = Handle<smk_key_list, smk_key_list_free>;
using SignerHandle = Handle<smk_signer, smk_signer_free>;
using CarrierHandle = Handle<smk_carrier, smk_carrier_free>;
using TrustHandle = Handle<smk_trust, smk_trust_free>;
using OptionsHandle = Handle<smk_options, smk_options_free>;
using MarkReportHandle = Handle<smk_mark_report, smk_mark_report_free>;
using VerifyReportHandle = Handle<smk_verify_report, smk_verify_report_free>;

/// Fails the test with the error's own words.
#define REQUIRE_SMK(error, call)                                             \
  do {                                                                       \
    const smk_status status_ = (call);                                       \
    INFO(smk_error_code(error) << ": " << smk_error_message(error) << " at " \
                               << smk_error_where(error));                   \
    REQUIRE(status_ == SMK_OK);                                              \
  } while (false)

/// A home with an issuer, a signing key and a carrier key, all without passphrase or all under
/// "open sesame", and a context on it.
class Host {
 public:
  explicit Host(bool with_passphrase = false);
  [[nodiscard]] std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  /// Copies a sample into the scratch folder.
  [[nodiscard]] std::string sample(const std::string& name) const;

  ErrorHandle error;
  ContextHandle context;

 private:
  ScratchDir folder_;
};

/// Options of a flow.
inline void set_option(Host& host, smk_options* options, const char* name, const char* value) {
  REQUIRE_SMK(host.error, smk_options_set(options, name, value, host.error.out()));
}

}  // namespace signmark::test
