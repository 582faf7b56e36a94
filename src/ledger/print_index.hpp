// SPDX-License-Identifier: Apache-2.0
// Which rows of a ledger look, sound or read like a work: search among millions of prints by
// Hamming distance, after Norouzi, Punjani and Fleet (CVPR 2012).
//
// How room `ledger` uses it (Ledger::search):
//
//   PrintIndex index;                                          // empty
//   if (auto kept = PrintIndex::open(file, origin)) index = std::move(*kept);
//   for (each row with sequence >= index.next(), ascending)    // all rows when it is empty
//     for (each of its prints) index.add(sequence, print);
//   if (index.worth_saving() && the place is a writable SQLite file)
//     (void)index.save(file, origin);     // the search works without; needs index.settle() else
//   for (const PrintMatch& match : index.search(query.prints)) ...
//
// `file` is `<ledger>.prints` beside a SQLite ledger; a read-only or PostgreSQL ledger keeps the
// index in memory. The file is a cache: it may be deleted at any time. It is also never believed:
// its numbers are checked when they are used, and the caller takes a match only if the row that
// stands in the ledger holds the print `own` (rows may have been pruned since, or the file forged).
// Rows never change, so an index of the same origin is only ever too short.
#pragma once

#include <array>
#include <filesystem>
#include <span>
#include <string_view>
#include <vector>

#include "base/file.hpp"
#include "ledger/print_table.hpp"
#include "signmark/prints.hpp"

namespace signmark::ledger {

/// A row that holds prints close to those that were looked for.
struct PrintMatch {
  std::uint64_t sequence = 0;
  int prints_close = 0;  ///< of those looked for
  int distance = 0;      ///< of the closest pair, in bits
  Print own;             ///< the row's print of that pair
  /// Bound for the chance that any of the indexed prints of unrelated works comes as close, given
  /// how many pairs were compared: log10, at most 0. Sort by it; it is Hit::chance_log10.
  double chance_log10 = 0;
};

/// The largest distance at which two prints of a kind are close.
int print_radius(PrintKind kind);

/// Bound for the chance (log10) that two prints of unrelated works are at most `distance` apart:
/// the binomial tail of fewer bits than 256, as measured (tests/bench/ledger_search_bench.cpp).
double print_chance_log10(PrintKind kind, int distance);

/// Movable. search() may run in several threads at once, nothing else may run beside anything.
class PrintIndex {
 public:
  PrintIndex() = default;

  /// Maps a kept index. Errors: `ledger.prints` (missing, damaged, of another ledger or version).
  static Result<PrintIndex> open(const std::filesystem::path& file, std::string_view origin);

  /// The first sequence that is not in it: add() rows from there on.
  [[nodiscard]] std::uint64_t next() const { return next_; }
  /// Prints in it, of all kinds.
  [[nodiscard]] std::uint64_t size() const;

  /// Adds a print of a row; sequences never descend. Until settle() or save() added prints are
  /// compared one by one, which costs a search of 50 prints about 3 ms for each 20,000.
  void add(std::uint64_t sequence, const Print& print);
  /// Says that rows before `next` without any print have been seen.
  void seen(std::uint64_t next) { next_ = std::max(next_, next); }

  /// Whether so many were added that sorting them in pays.
  [[nodiscard]] bool worth_saving() const;
  /// Sorts added prints in, in memory.
  void settle();
  /// The same, and keeps the whole under `file` (0600, replaced in one step). Errors: those of
  /// AtomicFile.
  Status save(const std::filesystem::path& file, std::string_view origin);

  /// Rows with prints within print_radius() of these, best chance first. One print is enough where
  /// chance_log10 is at most -2; else two, of two parts of both works.
  [[nodiscard]] std::vector<PrintMatch> search(std::span<const Print> prints) const;

 private:
  /// Added prints of one kind.
  struct Tail {
    std::vector<PrintBits> bits;
    std::vector<std::uint64_t> sequences;
    std::vector<std::uint32_t> parts;
  };
  static constexpr std::size_t kKinds = 4;

  [[nodiscard]] std::size_t size_of(std::size_t kind) const;
  [[nodiscard]] Bytes merged(std::string_view origin) const;
  Status adopt(ByteView image);

  std::array<Tail, kKinds> tails_;
  std::array<PrintTable, kKinds> tables_;
  Bytes made_;         // what tables_ look into: this,
  MappedFile mapped_;  // or this
  std::uint64_t next_ = 0;
};

}  // namespace signmark::ledger
