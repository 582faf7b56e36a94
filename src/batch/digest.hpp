// SPDX-License-Identifier: Apache-2.0
// Digests of files as they stand in job files, reports and ledgers: "blake2b-256:" and 64 hex
// digits. Files are read, not mapped: one that is cut off meanwhile must not kill the supervisor.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace signmark::batch {

/// Of bytes in memory.
std::string digest_of(ByteView bytes);
/// Of an open file from its start; its position stays. Errors: `base.file.open`.
Result<std::string> digest_of(int descriptor);
/// Of a regular file. Errors: `base.file.open`, `base.file.type`.
Result<std::string> digest_of(const std::filesystem::path& file);

}  // namespace signmark::batch
