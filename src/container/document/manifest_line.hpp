// SPDX-License-Identifier: Apache-2.0
// C2PA manifests in structured text (C2PA 2.5, A.9): one comment line at the head or the end.
#pragma once

#include "container/document/document.hpp"

namespace signmark::container {

/// Adds the manifest of the first line, of the last, or of `front` (three lines in front matter):
/// block and exclusion are the whole line, the latter with its line end. A reference to a manifest
/// elsewhere is listed as `other`.
Status inspect_manifest_lines(const Context& context, ByteView file, Inventory& inventory,
                              Range front = {});

/// The line without its end: `<prefix> -----BEGIN … -----END … <suffix>`.
std::string manifest_line(ByteView store, std::string_view prefix, std::string_view suffix);

/// Appends the line as the last of the file, in place of one that stands there; behind a blank line
/// when `apart`.
void append_manifest_line(std::vector<Splice>& splices, ByteView file, const Inventory& inventory,
                          std::string_view line, bool apart = false);

}  // namespace signmark::container
