// SPDX-License-Identifier: Apache-2.0
#include "ledger/print_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>

namespace signmark::ledger {
namespace {

constexpr int kBits = 256;
constexpr std::size_t kFew = 30'000;  // up to here comparing all is quicker
constexpr int kMostKeyBits = 22;
// A bucket that holds so many is of pictures that are all alike in it; they meet in other tables.
constexpr std::size_t kLongBucket = 512;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define SIGNMARK_COUNT __attribute__((target_clones("arch=icelake-server", "popcnt", "default")))
#else
#define SIGNMARK_COUNT
#endif

using Words = std::array<std::uint64_t, kBits / 64>;

Words words_of(const PrintBits& bits) {
  Words words{};
  std::memcpy(words.data(), bits.data(), sizeof words);
  return words;
}

/// Distances of a run of prints.
SIGNMARK_COUNT void measure(const PrintBits* prints, std::size_t count, const Words& to,
                            int* distances) {
  for (std::size_t i = 0; i < count; ++i) {
    Words words;
    std::memcpy(words.data(), prints[i].data(), sizeof words);
    int distance = 0;
    for (std::size_t w = 0; w < words.size(); ++w) distance += std::popcount(words[w] ^ to[w]);
    distances[i] = distance;
  }
}

/// The bits number table, table + tables, table + 2 * tables, ...: neighbours, which err together,
/// fall into different tables.
class Keys {
 public:
  Keys(int key_bits, std::size_t tables) : key_bits_(key_bits), tables_(tables) {}
  [[nodiscard]] std::uint32_t of(const PrintBits& bits, std::size_t table) const {
    std::uint32_t key = 0;
    for (int i = 0; i < key_bits_; ++i) {
      const std::size_t at = table + static_cast<std::size_t>(i) * tables_;
      key = key << 1U | (bits[at / 8] >> (at % 8) & 1U);
    }
    return key;
  }

 private:
  int key_bits_;
  std::size_t tables_;
};

int key_bits_for(std::size_t count) {
  // Two to four prints a bucket: longer keys miss more, shorter ones take longer.
  return count <= kFew ? 0 : std::min(kMostKeyBits, static_cast<int>(std::bit_width(count)) - 2);
}

std::size_t padded(std::size_t bytes) { return (bytes + 7) / 8 * 8; }

/// Room for `count` values at the end of `out`.
template <class T>
std::span<T> append(Bytes& out, std::size_t count) {
  const std::size_t at = out.size();
  out.resize(at + padded(count * sizeof(T)));
  return {reinterpret_cast<T*>(out.data() + at), count};
}

template <class T>
std::optional<std::span<const T>> take(ByteView& image, std::size_t count) {
  if (count > image.size() / sizeof(T) || padded(count * sizeof(T)) > image.size())
    return std::nullopt;
  const std::span<const T> values(reinterpret_cast<const T*>(image.data()), count);
  image = image.subspan(padded(count * sizeof(T)));
  return values;
}

/// One table: prints sorted by key, by counting.
void fill(std::span<const std::uint32_t> keys, std::span<std::uint32_t> starts,
          std::span<std::uint32_t> numbers) {
  for (const std::uint32_t key : keys) ++starts[key + 1];
  std::partial_sum(starts.begin(), starts.end(), starts.begin());
  std::vector<std::uint32_t> next(starts.begin(), starts.end() - 1);
  for (std::size_t i = 0; i < keys.size(); ++i)
    numbers[next[keys[i]]++] = static_cast<std::uint32_t>(i);
}

}  // namespace

struct PrintTable::Header {
  std::uint64_t count = 0;
  std::uint32_t key_bits = 0, tables = 0;
};

void PrintTable::write(const PrintColumns& prints, Bytes& out) {
  const std::size_t count = prints.bits.size();
  const int key_bits = key_bits_for(count);
  const std::size_t tables = key_bits == 0 ? 0 : static_cast<std::size_t>(kBits / key_bits);
  const std::size_t buckets = (std::size_t{1} << key_bits) + 1;
  out.reserve(out.size() + sizeof(Header) + count * (sizeof(PrintBits) + 12 + 4 * tables) +
              4 * tables * buckets + 64);
  append<Header>(out, 1)[0] = {count, static_cast<std::uint32_t>(key_bits),
                               static_cast<std::uint32_t>(tables)};
  std::ranges::copy(prints.bits, append<PrintBits>(out, count).begin());
  std::ranges::copy(prints.sequences, append<std::uint64_t>(out, count).begin());
  std::ranges::copy(prints.parts, append<std::uint32_t>(out, count).begin());
  const std::size_t starts_at = out.size();
  append<std::uint32_t>(out, tables * buckets);
  const auto numbers = append<std::uint32_t>(out, tables * count);
  const std::span starts(reinterpret_cast<std::uint32_t*>(out.data() + starts_at),
                         tables * buckets);
  const Keys keys(key_bits, tables);
  std::vector<std::uint32_t> of_table(count);
  for (std::size_t t = 0; t < tables; ++t) {
    for (std::size_t i = 0; i < count; ++i) of_table[i] = keys.of(prints.bits[i], t);
    fill(of_table, starts.subspan(t * buckets, buckets), numbers.subspan(t * count, count));
  }
}

std::optional<PrintTable> PrintTable::read(ByteView& image) {
  const auto header = take<Header>(image, 1);
  if (!header) return std::nullopt;
  const auto [count, key_bits, tables] = (*header)[0];
  const bool sound = count < (1ULL << 32) && key_bits <= kMostKeyBits &&
                     tables == (key_bits == 0 ? 0 : kBits / key_bits);
  if (!sound) return std::nullopt;
  PrintTable table;
  table.key_bits_ = static_cast<int>(key_bits);
  table.tables_ = tables;
  const auto bits = take<PrintBits>(image, count);
  const auto sequences = bits ? take<std::uint64_t>(image, count) : std::nullopt;
  const auto parts = sequences ? take<std::uint32_t>(image, count) : std::nullopt;
  const std::size_t buckets = (std::size_t{1} << key_bits) + 1;
  const auto starts = parts ? take<std::uint32_t>(image, tables * buckets) : std::nullopt;
  const auto numbers = starts ? take<std::uint32_t>(image, tables * count) : std::nullopt;
  if (!numbers) return std::nullopt;
  table.prints_ = {*bits, *sequences, *parts};
  table.starts_ = *starts;
  table.numbers_ = *numbers;
  return table;
}

std::span<const std::uint32_t> PrintTable::bucket(std::size_t table, std::uint32_t key) const {
  const std::size_t at = table * ((std::size_t{1} << key_bits_) + 1) + key;
  const std::size_t from = starts_[at], to = starts_[at + 1], count = prints_.bits.size();
  if (from > to || to > count || to - from > kLongBucket) return {};
  return numbers_.subspan(table * count + from, to - from);
}

/// In four passes, so that memory is asked for ahead of its use: it is what takes the time.
void PrintTable::search_tables(const PrintBits& bits, int radius, bool thorough,
                               const Found& found) const {
  const Keys keys(key_bits_, tables_);
  const std::size_t buckets = (std::size_t{1} << key_bits_) + 1;
  struct Probe {
    std::size_t table;
    std::uint32_t key;
  };
  std::vector<Probe> probes;
  for (std::size_t t = 0; t < tables_; ++t) {
    const std::uint32_t key = keys.of(bits, t);
    probes.push_back({t, key});
    for (int i = 0; i < key_bits_; ++i) {
      probes.push_back({t, key ^ 1U << i});
      for (int j = 0; thorough && j < i; ++j) probes.push_back({t, key ^ 1U << i ^ 1U << j});
    }
  }
  for (const Probe& probe : probes) __builtin_prefetch(&starts_[probe.table * buckets + probe.key]);
  std::vector<std::span<const std::uint32_t>> lists;
  for (const Probe& probe : probes) {
    const auto list = bucket(probe.table, probe.key);
    if (list.empty()) continue;
    __builtin_prefetch(list.data());
    lists.push_back(list);
  }
  std::vector<std::uint32_t> numbers;
  for (const auto list : lists)
    for (const std::uint32_t number : list) {
      if (number >= prints_.bits.size()) continue;
      __builtin_prefetch(&prints_.bits[number]);
      numbers.push_back(number);
    }
  const Words words = words_of(bits);
  for (const std::uint32_t number : numbers) {
    int distance = 0;
    measure(&prints_.bits[number], 1, words, &distance);
    if (distance <= radius) found(number, distance);
  }
}

void PrintTable::search(const PrintBits& bits, int radius, bool thorough,
                        const Found& found) const {
  if (tables_ == 0) return scan_prints(prints_.bits, bits, radius, found);
  search_tables(bits, radius, thorough, found);
}

void scan_prints(std::span<const PrintBits> prints, const PrintBits& bits, int radius,
                 const PrintTable::Found& found) {
  constexpr std::size_t kRun = 256;
  std::array<int, kRun> distances{};
  const Words words = words_of(bits);
  for (std::size_t from = 0; from < prints.size(); from += kRun) {
    const std::size_t count = std::min(kRun, prints.size() - from);
    measure(prints.data() + from, count, words, distances.data());
    for (std::size_t i = 0; i < count; ++i)
      if (distances[i] <= radius) found(from + i, distances[i]);
  }
}

}  // namespace signmark::ledger
