// SPDX-License-Identifier: Apache-2.0
// Cost of the ledger: appends a second, alone and in transactions of 64, and `verify` of many rows.
//   ledger_bench LOCATION ROWS     (a file that is not there yet, or postgresql://…)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>

#include "signmark/ledger.hpp"

namespace {

using signmark::ledger::Entry;
using signmark::ledger::Ledger;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 64;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// As `mark` writes it: three prints and all names.
Entry sample(std::uint64_t number) {
  Entry entry;
  entry.action = "mark";
  entry.actor = std::string(64, 'a');
  entry.content_id = fmt::format("{:016x}", number * 0x9e3779b97f4a7c15U);
  entry.name = fmt::format("picture-{}.png", number);
  entry.format = "image/png";
  entry.bytes = 1'000'000 + number;
  entry.input_digest = "blake2b-256:" + fmt::format("{:064x}", number);
  entry.output_digest = "blake2b-256:" + fmt::format("{:064x}", number + 1);
  entry.layers = "robust,visible,metadata,manifest";
  entry.manifest = "urn:c2pa:e35bc605-6f01-4c54-953e-90f4e19d99f0:signmark";
  entry.label = "1";
  entry.producer = "sm1-5mif-xgyp-fpqa-6gtg";
  entry.produce_id = entry.content_id;
  entry.prints.resize(3);
  for (std::size_t i = 0; i < entry.prints.size(); ++i) {
    entry.prints[i].part = static_cast<std::uint32_t>(i);
    const auto random = signmark::seeded_random(number * 3 + i);
    random->fill(entry.prints[i].bits);
  }
  return entry;
}

/// Rows a second; false when it failed.
bool append(Ledger& ledger, std::uint64_t first, std::uint64_t rows, std::uint64_t batch) {
  const auto begin = Clock::now();
  for (std::uint64_t done = 0; done < rows; done += batch) {
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < batch; ++i) entries.push_back(sample(first + done + i));
    const auto result = ledger.append(std::move(entries), nullptr);
    if (!result) {
      fmt::print(stderr, "{}: {}\n", result.error().code, result.error().message);
      return false;
    }
  }
  const double seconds = seconds_since(begin);
  fmt::print("append, {:>2} a transaction  {:>9} rows  {:>8.2f} s  {:>9.0f} rows/s\n", batch, rows,
             seconds, static_cast<double>(rows) / seconds);
  return true;
}

bool verify(const Ledger& ledger) {
  const auto begin = Clock::now();
  const auto audit = ledger.verify({});
  if (!audit || !audit->sound()) return false;
  const double seconds = seconds_since(begin);
  fmt::print("verify                    {:>9} rows  {:>8.2f} s  {:>9.0f} rows/s\n", audit->entries,
             seconds, static_cast<double>(audit->entries) / seconds);
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::uint64_t rows = std::strtoull(argv[2], nullptr, 10) / kBatch * kBatch;
  const auto ledger = Ledger::open(signmark::Context::standard(), {argv[1], false, {}});
  if (!ledger) {
    fmt::print(stderr, "{}: {}\n", ledger.error().code, ledger.error().message);
    return 1;
  }
  const std::uint64_t alone = std::min<std::uint64_t>(rows, 1024);
  return append(**ledger, 0, alone, 1) && append(**ledger, alone, rows, kBatch) && verify(**ledger)
             ? 0
             : 1;
}
