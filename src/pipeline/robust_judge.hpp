// SPDX-License-Identifier: Apache-2.0
// What one robust mark comes to: its frames, its signature and its content against the manifest and
// the trust store (image-mark.md section 3, table).
#pragma once

#include "pipeline/medium.hpp"
#include "pipeline/signers.hpp"

namespace signmark {

struct Judgement {
  Finding finding;
  std::string signer;  ///< proved: the signature verifies and belongs to this content
};

/// Judges each mark that was found in one picture, film or sound.
std::vector<Judgement> judge_marks(const std::vector<image::RobustMark>& marks,
                                   const MarkMedium& medium, const JudgedBy& by);

}  // namespace signmark
