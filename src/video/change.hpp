// SPDX-License-Identifier: Apache-2.0
// The two big verbs of the room.
#pragma once

#include "signmark/video.hpp"

namespace signmark::video {

/// See VideoRoom::change.
Result<Report> change_file(const Context& context, ByteView file, std::string_view format_mime,
                           const Changes& changes, const EncodeOptions& options,
                           const std::filesystem::path& out);

/// See VideoRoom::find.
Result<Finding> find_marks(const Context& context, ByteView file, std::string_view format_mime,
                           const Lookup& lookup);

/// Reads the marks of `changes` back from the new file and puts their margins into the report.
/// Errors: `video.mark.margin`, `audio.mark.margin`: not even the id frame can be read.
Status read_back(const Context& context, const std::filesystem::path& out,
                 std::string_view format_mime, const Changes& changes, Report& report);

/// The error when libav is not built with something it needs, or a mark cannot be laid here.
Status check_changes(const Changes& changes, bool has_film, bool has_sound);

}  // namespace signmark::video
