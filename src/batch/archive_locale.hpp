// SPDX-License-Identifier: Apache-2.0
// Names as UTF-8, whatever the user's locale is.
#pragma once

#include <locale.h>  // NOLINT: newlocale and uselocale are POSIX

namespace signmark::batch {

/// While it lives libarchive takes and gives names as UTF-8 in this thread.
class InUtf8 {
 public:
  InUtf8();
  InUtf8(const InUtf8&) = delete;
  InUtf8& operator=(const InUtf8&) = delete;
  ~InUtf8();

 private:
  locale_t before_;
};

}  // namespace signmark::batch
