// SPDX-License-Identifier: Apache-2.0
#include "ledger/print_index.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>

#include "base/hash.hpp"

namespace signmark::ledger {
namespace {

struct Header {
  std::array<char, 8> magic{'S', 'M', 'K', 'P', 'R', 'I', 'N', '1'};
  std::array<Byte, 32> origin{};
  std::uint64_t next = 0;
};

constexpr std::size_t kWorthSaving = 20'000;
constexpr std::size_t kShareWorthSaving = 16;  // a sixteenth of what is there

std::array<Byte, 32> digest_of(std::string_view origin) {
  return blake2b({reinterpret_cast<const Byte*>(origin.data()), origin.size()});
}

tl::unexpected<Error> not_an_index(const std::filesystem::path& file) {
  return fail("ledger.prints", "not an index of this ledger's prints", file.string(),
              "it is made anew when prints are looked for");
}

std::size_t index_of(PrintKind kind) { return static_cast<std::size_t>(kind) - 1; }

/// What is known of how a kind's prints differ.
struct KindStatistics {
  int radius;      ///< bits
  double freedom;  ///< independent bits that unrelated prints behave like, or fewer
};
constexpr std::array<KindStatistics, 4> kStatistics{{{48, 60}, {48, 60}, {70, 110}, {66, 90}}};
constexpr double kFewLooked = 8;       // so few may take more time each
constexpr double kUnlikelyLog10 = -2;  // at such a chance one print is enough

/// log10 of the share of n fair coins' outcomes with at most k heads; n need not be whole.
double binomial_tail_log10(double n, double k) {
  double sum = 0;
  const double top = std::ceil(k);
  // From the largest term down; each is smaller by i / (n - i + 1).
  double term = 1;
  for (double i = top; i >= 0 && term > 1e-12; --i) {
    sum += term;
    term *= i / (n - i + 1);
  }
  const double largest =
      std::lgamma(n + 1) - std::lgamma(top + 1) - std::lgamma(n - top + 1) - n * std::log(2.0);
  return std::min(0.0, (largest + std::log(sum)) / std::log(10.0));
}

/// A row that holds something close.
struct Candidate {
  PrintMatch match;
  bool several = false;  ///< two prints of different parts fit two of different parts
  std::size_t last = 0;  ///< number, from 1, of the newest print that fits: each counts once
  std::uint32_t looked_part = 0, own_part = 0;  ///< of the first pair

  void count(std::size_t number, std::uint32_t looked, std::uint32_t own) {
    if (match.prints_close == 0) {
      looked_part = looked;
      own_part = own;
    }
    several = several || (looked != looked_part && own != own_part);
    if (last <= number) ++match.prints_close;
    last = number + 1;
  }
};

}  // namespace

int print_radius(PrintKind kind) { return kStatistics[index_of(kind)].radius; }

double print_chance_log10(PrintKind kind, int distance) {
  const double n = kStatistics[index_of(kind)].freedom;
  return binomial_tail_log10(n, distance * n / 256);
}

Result<PrintIndex> PrintIndex::open(const std::filesystem::path& file, std::string_view origin) {
  PrintIndex index;
  auto mapped = MappedFile::open(file, Limits{});
  if (!mapped || !index.adopt(mapped->bytes())) return not_an_index(file);
  Header header;
  std::memcpy(&header, mapped->bytes().data(), sizeof header);
  if (header.origin != digest_of(origin)) return not_an_index(file);
  index.mapped_ = std::move(*mapped);
  return index;
}

Status PrintIndex::adopt(ByteView image) {
  Header header;
  if (image.size() < sizeof header) return not_an_index({});
  std::memcpy(&header, image.data(), sizeof header);
  if (header.magic != Header{}.magic) return not_an_index({});
  image = image.subspan(sizeof header);
  for (PrintTable& table : tables_) {
    const auto read = PrintTable::read(image);
    if (!read) return not_an_index({});
    table = *read;
  }
  if (!image.empty()) return not_an_index({});
  next_ = std::max(next_, header.next);
  return {};
}

std::uint64_t PrintIndex::size() const {
  std::uint64_t count = 0;
  for (std::size_t k = 0; k < kKinds; ++k) count += size_of(k);
  return count;
}

std::size_t PrintIndex::size_of(std::size_t kind) const {
  return tails_[kind].bits.size() + tables_[kind].prints().bits.size();
}

void PrintIndex::add(std::uint64_t sequence, const Print& print) {
  Tail& tail = tails_[index_of(print.kind)];
  tail.bits.push_back(print.bits);
  tail.sequences.push_back(sequence);
  tail.parts.push_back(print.part);
  seen(sequence + 1);
}

bool PrintIndex::worth_saving() const {
  std::size_t added = 0, sorted = 0;
  for (std::size_t k = 0; k < kKinds; ++k) {
    added += tails_[k].bits.size();
    sorted += tables_[k].prints().bits.size();
  }
  return added > std::max(kWorthSaving, sorted / kShareWorthSaving);
}

Bytes PrintIndex::merged(std::string_view origin) const {
  Bytes image(sizeof(Header));
  const Header header{.origin = digest_of(origin), .next = next_};
  std::memcpy(image.data(), &header, sizeof header);
  for (std::size_t k = 0; k < kKinds; ++k) {
    Tail all;
    const auto join = [](auto& to, const auto& one, const auto& other) {
      to.assign(one.begin(), one.end());
      to.insert(to.end(), other.begin(), other.end());
    };
    const PrintColumns& sorted = tables_[k].prints();
    join(all.bits, sorted.bits, tails_[k].bits);
    join(all.sequences, sorted.sequences, tails_[k].sequences);
    join(all.parts, sorted.parts, tails_[k].parts);
    PrintTable::write({all.bits, all.sequences, all.parts}, image);
  }
  return image;
}

void PrintIndex::settle() {
  Bytes image = merged({});
  if (!adopt(image)) return;  // cannot be: it was just written
  made_ = std::move(image);   // its memory stays where it is
  mapped_ = {};
  tails_ = {};
}

Status PrintIndex::save(const std::filesystem::path& file, std::string_view origin) {
  Bytes image = merged(origin);
  SIGNMARK_TRY(adopt(image));
  made_ = std::move(image);
  mapped_ = {};
  tails_ = {};
  return write_file(file, made_, {.replace = true, .mode = 0600, .keep = {}});
}

std::vector<PrintMatch> PrintIndex::search(std::span<const Print> prints) const {
  std::array<double, kKinds> looked{};
  for (const Print& print : prints) ++looked[index_of(print.kind)];
  std::unordered_map<std::uint64_t, Candidate> found;
  for (std::size_t p = 0; p < prints.size(); ++p) {
    const PrintKind kind = prints[p].kind;
    const std::size_t k = index_of(kind);
    const auto keep = [&](std::uint64_t sequence, const Print& own, int distance) {
      Candidate& candidate = found.try_emplace(sequence).first->second;
      PrintMatch& match = candidate.match;
      candidate.count(p, prints[p].part, own.part);
      const double pairs = looked[k] * static_cast<double>(size_of(k));
      const double chance = std::min(0.0, std::log10(pairs) + print_chance_log10(kind, distance));
      if (match.prints_close > 1 && chance >= match.chance_log10) return;
      match.sequence = sequence;
      match.distance = distance;
      match.own = own;
      match.chance_log10 = chance;
    };
    const PrintColumns& sorted = tables_[k].prints();
    const bool thorough = looked[k] <= kFewLooked;
    tables_[k].search(
        prints[p].bits, print_radius(kind), thorough, [&](std::size_t i, int distance) {
          keep(sorted.sequences[i], {kind, sorted.parts[i], sorted.bits[i]}, distance);
        });
    const Tail& tail = tails_[k];
    scan_prints(tail.bits, prints[p].bits, print_radius(kind), [&](std::size_t i, int distance) {
      keep(tail.sequences[i], {kind, tail.parts[i], tail.bits[i]}, distance);
    });
  }
  std::vector<PrintMatch> matches;
  for (auto& [sequence, candidate] : found)
    if (candidate.several || candidate.match.chance_log10 <= kUnlikelyLog10)
      matches.push_back(candidate.match);
  std::ranges::sort(matches, [](const PrintMatch& a, const PrintMatch& b) {
    return a.chance_log10 != b.chance_log10 ? a.chance_log10 < b.chance_log10
                                            : a.sequence > b.sequence;
  });
  return matches;
}

}  // namespace signmark::ledger
