// SPDX-License-Identifier: Apache-2.0
// The suites one by one.
#pragma once

#include "steps.hpp"

namespace signmark::bench {

std::vector<Attack> quick_suite();      ///< a dozen that cover every kind
std::vector<Attack> floor_suite();      ///< image-mark.md 13.1, with its targets
std::vector<Attack> signed_suite();     ///< image-mark.md 13.2, the signed frame
std::vector<Attack> chains_suite();     ///< image-mark.md 14.1, and everyday chains
std::vector<Attack> stirmark_suite();   ///< StirMark 3.1
std::vector<Attack> waves_suite();      ///< WAVES' distortions
std::vector<Attack> videoseal_suite();  ///< Video Seal's validation list
std::vector<Attack> peers_suite();      ///< peers.md 6.1

/// Appends steps that share a group and targets.
void add(std::vector<Attack>& suite, const std::string& group, const std::vector<Step>& steps,
         const Targets& targets = {});

}  // namespace signmark::bench
