// SPDX-License-Identifier: Apache-2.0
// The two macros that make Result readable: return on error, assign or return.
#pragma once

#include <utility>

#include "signmark/base.hpp"

#define SIGNMARK_CAT_(a, b) a##b
#define SIGNMARK_CAT(a, b) SIGNMARK_CAT_(a, b)

/// Returns the error of a Status or Result; otherwise goes on.
#define SIGNMARK_TRY(expr)                                                  \
  do {                                                                      \
    if (auto&& signmark_status_ = (expr); !signmark_status_)                \
      return ::tl::unexpected<::signmark::Error>(signmark_status_.error()); \
  } while (false)

/// `SIGNMARK_ASSIGN(auto x, make_x());` declares x from the value or returns the error.
#define SIGNMARK_ASSIGN(decl, expr) \
  SIGNMARK_ASSIGN_(SIGNMARK_CAT(signmark_result_, __COUNTER__), decl, expr)
// NOLINTBEGIN(bugprone-macro-parentheses): `decl` is a declaration, which no parentheses may hold
#define SIGNMARK_ASSIGN_(tmp, decl, expr)                                       \
  auto tmp = (expr);                                                            \
  if (!tmp) return ::tl::unexpected<::signmark::Error>(std::move(tmp).error()); \
  decl = std::move(*tmp)
// NOLINTEND(bugprone-macro-parentheses)
