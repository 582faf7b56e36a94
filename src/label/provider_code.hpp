// SPDX-License-Identifier: Apache-2.0
// Tells a provider code from a name, so that lint checks only what means to be a code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace signmark::label {

struct CodeFault {
  std::string_view
      what;  ///< last part of the error code: "length", "shape", "check", "placeholder"
  std::string message;
  std::string hint;
};

/// What is wrong with a code, or nothing.
std::optional<CodeFault> provider_code_fault(std::string_view code);

/// Letters and digits of a code's length or beginning. Names ("doubao", "MiniMax") are not.
bool looks_like_provider_code(std::string_view text);

}  // namespace signmark::label
