// SPDX-License-Identifier: Apache-2.0
// What the flows of the C interface share: options, context, keys and reports of one call.
#pragma once

#include "capi/handles.hpp"

namespace signmark::capi {

/// The options of one flow, or its defaults. Errors: `capi.argument` for another flow's.
template <class T>
Result<T> options_of(const smk_options* options) {
  if (options == nullptr) return T{};
  if (const T* flow = std::get_if<T>(&options->flow)) return *flow;
  return fail("capi.argument", "these options are another flow's", "options");
}

/// The context of one call that may have been cancelled before it began.
Result<Context> begin(const smk_context* context);

/// The keys and the ledger of a marking, which `flow`, `signer` and `context` keep.
void use_keys(const smk_context& context, const smk_signer* signer, MarkFlow& flow);

/// Options of a verification, believing the issuers of `trust`.
Result<VerifyOptions> verify_options(const smk_options* options, const smk_trust* trust);

smk_mark_report mark_report_of(MarkReport report);
smk_verify_report verify_report_of(VerifyReport report);

}  // namespace signmark::capi
