// SPDX-License-Identifier: Apache-2.0
// Names of ZIP entries that are not UTF-8 and do not say that they are: the code page of the
// machine that packed them. In China that is GBK; APPNOTE 4.4.4 (bit 11) says CP437 of all others.
#pragma once

#include "batch/archive_zip.hpp"

namespace signmark::batch {

/// The one code page of all such names of an archive.
class NameCharset {
 public:
  /// Loads ICU's tables, once: before a worker is sealed.
  static void prepare();
  /// UTF-8 when all of them are; GBK when all are that, and most of their characters stand in GB
  /// 2312; else CP437. One for all: short GBK names ("图片") may look like UTF-8.
  static NameCharset of(const std::vector<ZipRecord>& records);
  /// The name as UTF-8. One that says that it is comes back as it is, true or not.
  [[nodiscard]] std::string decode(const ZipRecord& record) const;

 private:
  bool foreign_ = false, gbk_ = false;
};

}  // namespace signmark::batch
