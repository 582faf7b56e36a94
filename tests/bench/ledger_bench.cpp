// SPDX-License-Identifier: Apache-2.0
// Cost of the ledger: appends a second, alone and in transactions of 64, and `verify` of many rows.
//   ledger_bench LOCATION ROWS     (a file that is not there yet, or postgresql://…)
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <ctime>

#include "signmark/ledger.hpp"

namespace {

using signmark::ledger::Entry;
using signmark::ledger::Ledger;
using Clock = std::chrono::steady_clock;

constexpr std::uint64_t kBatch = 64;

/// Wall and processor time from its making on: on a busy machine only the latter says much.
class Watch {
 public:
  void print(const std::string& what, std::uint64_t rows) const {
    const double wall = std::chrono::duration<double>(Clock::now() - begin_).count();
    const double cpu = static_cast<double>(std::clock() - cpu_) / CLOCKS_PER_SEC;
    fmt::print("{:<24}  {:>9} rows  {:>8.2f} s  {:>9.0f} rows/s  {:>7.1f} us CPU a row\n", what,
               rows, wall, static_cast<double>(rows) / wall, 1e6 * cpu / static_cast<double>(rows));
  }

 private:
  Clock::time_point begin_ = Clock::now();
  std::clock_t cpu_ = std::clock();
};

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

/// False when it failed.
bool append(Ledger& ledger, std::uint64_t first, std::uint64_t rows, std::uint64_t batch) {
  const Watch watch;
  for (std::uint64_t done = 0; done < rows; done += batch) {
    std::vector<Entry> entries;
    for (std::uint64_t i = 0; i < batch; ++i) entries.push_back(sample(first + done + i));
    const auto result = ledger.append(std::move(entries), nullptr);
    if (!result) {
      fmt::print(stderr, "{}: {}\n", result.error().code, result.error().message);
      return false;
    }
  }
  watch.print(fmt::format("append, {:>2} a transaction", batch), rows);
  return true;
}

bool verify(const Ledger& ledger) {
  const Watch watch;
  const auto audit = ledger.verify({});
  if (!audit || !audit->sound()) return false;
  watch.print("verify", audit->entries);
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
