// SPDX-License-Identifier: Apache-2.0
// What the robust layers of pictures and of film and sound have in common: from judgements to the
// findings of an examination.
#pragma once

#include "pipeline/carriers.hpp"
#include "pipeline/robust_judge.hpp"

namespace signmark {

/// A finding of this kind of mark without any field.
Finding plain_finding(const MarkMedium& medium, State state, std::string basis);

/// What was judged becomes findings: the best mark's id and signer are noted, nothing found is said
/// to be absent, and carrier keys that could not be tried are named.
std::vector<Finding> findings_of(const std::vector<Judgement>& judgements, const MarkMedium& medium,
                                 const CarrierKeys& keys, Examination& look);

/// A look that failed is `unreadable`, never `absent`. Errors: only `base.cancelled`.
Status note_failure(const Error& error, const MarkMedium& medium, Examination& look);

}  // namespace signmark
