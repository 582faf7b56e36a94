// SPDX-License-Identifier: Apache-2.0
// `<ledger>.checkpoints` beside a SQLite ledger: all its notes, only ever appended to, so that an
// older database put into its place is seen.
#pragma once

#include <filesystem>

#include "base/result.hpp"
#include "signmark/ledger.hpp"

namespace signmark::ledger {

/// Gives the notes that are to follow the last one of the file (empty: the file has none).
using NotesAfter = std::function<Result<std::vector<std::string>>(const std::string& last)>;

/// Appends what is missing, under a lock, and flushes it to disk. Cuts off a note that was torn in
/// its midst and gives the length of that. Errors: `ledger.checkpoints.file`, those of `after`.
Result<std::uint64_t> append_notes(const std::filesystem::path& file, const NotesAfter& after);

/// All complete notes of the file; none when there is no file. Errors: `ledger.checkpoint.syntax`,
/// `base.file.*`.
Result<std::vector<Checkpoint>> read_notes(const std::filesystem::path& file);

}  // namespace signmark::ledger
