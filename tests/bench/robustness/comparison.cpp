// SPDX-License-Identifier: Apache-2.0
// Codecs beside each other: recovery by attack and by group, visibility, cost.
#include "comparison.hpp"

#include <fmt/format.h>

#include <map>

#include "report.hpp"
#include "spread.hpp"

namespace signmark::bench {
namespace {

/// `proven`: signmark's signature verifies, or so many bits of a peer are right that chance does it
/// at most once in a million.
struct Tally {
  std::uint64_t pictures = 0, exact = 0, provable = 0, proven = 0;
};

using Row = std::vector<Tally>;  // a tally for each codec
using Results = std::vector<std::vector<PictureResult>>;

constexpr int kSureBits = 51;  // of 64

void count(Tally& tally, const PictureResult& result, const Verdict& verdict) {
  const bool own = result.codec == kOwnCodec;
  const bool proven = own ? verdict.signed_verified : verdict.bits_right >= kSureBits;
  ++tally.pictures;
  tally.exact += verdict.id_exact ? 1 : 0;
  tally.provable += !own || result.signed_frame ? 1 : 0;
  tally.proven += proven ? 1 : 0;
}

Row row_of(const Results& results, const std::string& attack) {
  Row row(results.size());
  for (std::size_t i = 0; i < results.size(); ++i)
    for (const PictureResult& result : results[i])
      if (const auto found = result.samples.find(attack); found != result.samples.end())
        count(row[i], result, found->second.verdict);
  return row;
}

void merge(Row& all, const Row& row) {
  all.resize(row.size());
  for (std::size_t i = 0; i < row.size(); ++i) {
    all[i].pictures += row[i].pictures, all[i].exact += row[i].exact;
    all[i].provable += row[i].provable, all[i].proven += row[i].proven;
  }
}

std::string share(std::uint64_t hits, std::uint64_t trials) {
  return trials > 0 ? fmt::format("{:.1f}", percent(hits, trials)) : "-";
}

void print_row(const std::string& name, const Row& row) {
  fmt::print("  {:<46}", name);
  for (const Tally& tally : row)
    fmt::print(" {:>8} / {:<9}", share(tally.exact, tally.pictures),
               share(tally.proven, tally.provable));
  fmt::print("\n");
}

void print_names(const std::string& title, const Results& results) {
  fmt::print("\n== {}\n  {:<46}", title, "");
  for (const auto& codec : results) fmt::print(" {:^20}", codec.front().codec);
  fmt::print("\n");
}

void print_suite(const Suite& suite, const Results& results) {
  print_names(suite.name, results);
  std::vector<std::string> groups;
  std::map<std::string, Row> sums;
  Row all;
  for (const Attack& attack : suite.attacks) {
    if (!attack.missing.empty()) {
      fmt::print("  {:<46} SKIPPED: {}\n", attack.step.name, attack.missing);
      continue;
    }
    if (!sums.contains(attack.group)) groups.push_back(attack.group);
    const Row row = row_of(results, attack.step.name);
    print_row(attack.step.name, row);
    merge(sums[attack.group], row);
    merge(all, row);
  }
  fmt::print(" by group\n");
  for (const std::string& group : groups) print_row(group, sums[group]);
  print_row("all of " + suite.name, all);
}

using Figure = std::vector<double> (*)(const PictureResult& result);

/// Mean and extremes of a figure of each picture (of none, where a picture does not have it).
void print_figure(const char* name, const Results& results, Figure figure, int digits) {
  fmt::print("  {:<46}", name);
  for (const auto& codec : results) {
    Spread spread;
    for (const PictureResult& result : codec)
      for (const double value : figure(result)) spread.add(value);
    const auto range = fmt::format("{:.{}f}-{:.{}f}", spread.low, digits, spread.high, digits);
    fmt::print(" {:>7} {:<12}", fmt::format("{:.{}f}", spread.mean(), digits),
               spread.count > 0 ? range : "");
  }
  fmt::print("\n");
}

std::vector<double> read_ms(const PictureResult& result) {
  std::vector<double> all;
  for (const auto& [attack, sample] : result.samples) all.push_back(sample.verdict.cpu_ms);
  return all;
}

std::vector<double> flat_psnr(const PictureResult& result) {
  const auto& value = result.quality.flat_psnr_db;
  return value ? std::vector<double>{*value} : std::vector<double>{};
}

void print_visibility_and_cost(const Results& results) {
  print_names("visibility and cost (CPU of one thread): mean, range", results);
  using Result = PictureResult;
  print_figure(
      "Mpx", results, [](const Result& r) { return std::vector{r.mpx()}; }, 2);
  print_figure(
      "PSNR, dB", results, [](const Result& r) { return std::vector{r.quality.psnr_db}; }, 2);
  print_figure("PSNR in flat parts, dB", results, flat_psnr, 2);
  print_figure(
      "SSIM", results, [](const Result& r) { return std::vector{r.quality.ssim}; }, 4);
  print_figure(
      "embed, ms", results, [](const Result& r) { return std::vector{r.embed_ms}; }, 0);
  print_figure("read attacked, ms", results, read_ms, 0);
  print_figure(
      "read unmarked, ms", results, [](const Result& r) { return std::vector{r.unmarked.cpu_ms}; },
      0);
}

}  // namespace

void print_comparison(const std::vector<Suite>& suites, const Results& results) {
  Results marked;
  for (const auto& codec : results)
    if (auto good = finished(codec); !good.empty()) marked.push_back(std::move(good));
  if (marked.empty()) return;
  fmt::print(
      "Cells: per cent of pictures with every bit right (signmark: the id) / with a verified\n"
      "signature (signmark, of those with room for one) or {} of 64 bits right (peers).\n",
      kSureBits);
  for (const auto& codec : marked) fmt::print("{}: {} pictures\n", codec[0].codec, codec.size());
  for (const Suite& suite : suites) print_suite(suite, marked);
  print_visibility_and_cost(marked);
}

}  // namespace signmark::bench
