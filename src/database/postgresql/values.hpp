// SPDX-License-Identifier: Apache-2.0
// Values on their way to libpq and back.
#pragma once

#include <libpq-fe.h>

#include "database/database.hpp"

namespace signmark::database {

/// Parameters of one statement, as libpq wants them. Numbers travel as text, whose type the server
/// knows from the statement; bytes travel as they are. Views `values`, which must outlive it.
class Parameters {
 public:
  /// Errors: `database.sql` for text with NUL or not UTF-8, which the server cannot hold.
  static Result<Parameters> of(const std::vector<Value>& values);

  [[nodiscard]] int count() const { return static_cast<int>(data_.size()); }
  [[nodiscard]] const char* const* data() const { return data_.data(); }
  [[nodiscard]] const int* sizes() const { return sizes_.data(); }
  [[nodiscard]] const int* formats() const { return formats_.data(); }

 private:
  Status add(const Value& value);
  void add_bytes(const Bytes& bytes);
  void add_text(const char* text, std::size_t size);

  std::vector<const char*> data_;
  std::vector<int> sizes_, formats_;
  std::vector<std::string> numbers_;  // never grows beyond its reserve: its texts are pointed to
};

/// A row of a result in text format.
Row row_of(const PGresult* result, int row);

}  // namespace signmark::database
