// SPDX-License-Identifier: Apache-2.0
// The two kinds of writers behind ArchiveWriter.
#pragma once

#include "batch/archive.hpp"

namespace signmark::batch {

/// ZIP of our own: libarchive writes times in the machine's zone, and sizes behind the data.
std::unique_ptr<ArchiveWriter> make_zip_writer(int descriptor);

tl::unexpected<Error> write_failed(std::string_view why, std::string_view entry = {});

}  // namespace signmark::batch
