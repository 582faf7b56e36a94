// SPDX-License-Identifier: Apache-2.0
// What verdicts stand on beside the files: whom we believe, under which policy, and which private
// keys are looked for. A part of the identity of a job that verifies.
#pragma once

#include "batch/worker_messages.hpp"

namespace signmark::batch {

/// A digest of it, "blake2b-256:…": certificates, bundles, all files of the store, policy, carrier
/// keys. Errors: `base.file.*`.
Result<std::string> belief_of(const PublicPowers& powers);

/// Errors: `batch.job.changed`, those of belief_of().
Status check_belief(const std::string& belief, const PublicPowers& powers);

}  // namespace signmark::batch
