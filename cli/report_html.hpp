// SPDX-License-Identifier: Apache-2.0
// The HTML report of `verify --report`.
#pragma once

#include <filesystem>
#include <vector>

#include "signmark/pipeline.hpp"

namespace signmark::cli {

/// One self-contained page, no scripts, nothing loaded from elsewhere. Replaces an older report.
Status write_html_report(const std::filesystem::path& file,
                         const std::vector<VerifyReport>& reports);

}  // namespace signmark::cli
