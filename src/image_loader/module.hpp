// SPDX-License-Identifier: Apache-2.0
// Finds and opens a module of the library, whose own libraries are heavy, on first need.
#pragma once

#include <string>

#include "base/result.hpp"

namespace signmark {

/// What to open, and the words for people when that fails.
struct ModuleName {
  const char* file;     ///< "libsignmark-media.so"
  const char* entry;    ///< its one symbol, whose version changes with the interface
  const char* code;     ///< of errors: "image.load"
  const char* library;  ///< "media library"
  const char* lost;     ///< what cannot be done without it: "pixels are out of reach"
  const char* target;   ///< that builds it
};

/// The address of the module's entry. The module is never closed: its code serves until the process
/// ends. Thread-safe.
Result<void*> open_module(const ModuleName& name);

}  // namespace signmark
