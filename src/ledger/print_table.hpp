// SPDX-License-Identifier: Apache-2.0
// Prints of one kind laid out for search, in one block of memory that may be a file.
#pragma once

#include <functional>
#include <span>

#include "base/result.hpp"
#include "signmark/prints.hpp"

namespace signmark::ledger {

/// Prints as three columns; all of one length, below 2^32.
struct PrintColumns {
  std::span<const PrintBits> bits;
  std::span<const std::uint64_t> sequences;
  std::span<const std::uint32_t> parts;
};

/// Tables of prints by parts of their bits: two prints that differ in few bits have a part that
/// differs in none, one or two. A view: numbers in it are checked when they are used, so that a
/// forged file can only lead to wrong matches.
class PrintTable {
 public:
  PrintTable() = default;

  /// Appends a table of these prints to `out`, whose length is a multiple of eight.
  static void write(const PrintColumns& prints, Bytes& out);
  /// Takes the view off the front of `image`, which begins at a multiple of eight; nothing if it
  /// does not fit.
  static std::optional<PrintTable> read(ByteView& image);

  [[nodiscard]] const PrintColumns& prints() const { return prints_; }

  /// Gets the number of a print and its distance.
  using Found = std::function<void(std::size_t number, int distance)>;
  /// Gives prints within `radius` of one, some of them several times. Few are compared one by one
  /// and none is missed; of many, those are found that share a part of their bits, but for one bit
  /// or, if `thorough`, two (see src/ledger/README.md for how many that are).
  void search(const PrintBits& bits, int radius, bool thorough, const Found& found) const;

 private:
  struct Header;
  [[nodiscard]] std::span<const std::uint32_t> bucket(std::size_t table, std::uint32_t key) const;
  void search_tables(const PrintBits& bits, int radius, bool thorough, const Found& found) const;

  PrintColumns prints_;
  int key_bits_ = 0;  // of a table's key; 0: there are no tables
  std::size_t tables_ = 0;
  std::span<const std::uint32_t> starts_;   // of each table: 2^key_bits + 1 places in numbers_
  std::span<const std::uint32_t> numbers_;  // of each table: all prints by key
};

/// Gives those within `radius`, one by one.
void scan_prints(std::span<const PrintBits> prints, const PrintBits& bits, int radius,
                 const PrintTable::Found& found);

}  // namespace signmark::ledger
