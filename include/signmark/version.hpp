// SPDX-License-Identifier: Apache-2.0
// Version of libsignmark.
#ifndef SIGNMARK_VERSION_HPP_
#define SIGNMARK_VERSION_HPP_

#include <string_view>

namespace signmark {

/// Semantic version of the library that is running, e.g. "0.1.0". Static storage. Thread-safe.
std::string_view version();

}  // namespace signmark

#endif  // SIGNMARK_VERSION_HPP_
