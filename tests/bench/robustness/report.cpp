// SPDX-License-Identifier: Apache-2.0
// Tables as people read them; intervals are Wilson's at 95 %.
#include "report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "meter.hpp"
#include "signal/statistics.hpp"
#include "spread.hpp"

namespace signmark::bench {
namespace {

struct Row {
  std::uint64_t pictures = 0, id = 0, with_signed = 0, verified = 0, wrong = 0;
  Spread pilot_z, id_margin, signed_margin, detect_ms;
};

void add_to(Row& row, const PictureResult& result, const Verdict& verdict) {
  ++row.pictures;
  row.id += verdict.id_exact ? 1 : 0;
  row.with_signed += result.signed_frame ? 1 : 0;
  row.verified += verdict.signed_verified ? 1 : 0;
  row.wrong += verdict.wrong ? 1 : 0;
  row.pilot_z.add(verdict.pilot_z);
  if (verdict.id_exact) row.id_margin.add(verdict.id_margin_db);
  if (verdict.signed_verified) row.signed_margin.add(verdict.signed_margin_db);
  row.detect_ms.add(verdict.cpu_ms);
}

Row row_of(const std::vector<PictureResult>& results, const std::string& attack) {
  Row row;
  for (const PictureResult& result : results)
    if (const auto found = result.samples.find(attack); found != result.samples.end())
      add_to(row, result, found->second.verdict);
  return row;
}

std::string share(std::uint64_t hits, std::uint64_t trials) {
  if (trials == 0) return "-";
  const auto interval = signal::wilson(hits, trials);
  return fmt::format("{:5.1f} % [{:3.0f},{:3.0f}]", percent(hits, trials), 100 * interval.low,
                     100 * interval.high);
}

/// The target with a sign where it is missed: "<" by the share, "<<" by the whole interval.
std::string target_text(double target, std::uint64_t hits, std::uint64_t trials) {
  if (target <= 0 || trials == 0) return "";
  const bool missed = percent(hits, trials) < target;
  const bool surely = missed && 100 * signal::wilson(hits, trials).high < target;
  return fmt::format("{}{:.4g}", surely ? "<<" : missed ? "<" : "", target);
}

std::string mean_text(const Spread& spread) {
  return spread.count > 0 ? fmt::format("{:.1f}", spread.mean()) : "-";
}

std::string range_text(const Spread& spread) {
  return spread.count > 0 ? fmt::format("{:.1f}/{:.1f}", spread.mean(), spread.low) : "-";
}

/// Column of 13.1 for the middle picture.
double size_target(const Targets& targets, double mpx) {
  constexpr double kSmallBelow = 0.25, kLargeFrom = 1.5;
  return mpx < kSmallBelow ? targets.small : mpx < kLargeFrom ? targets.medium : targets.large;
}

void print_row(const std::string& name, const Row& row, const Targets& targets, double mpx) {
  fmt::print("  {:<46} {:>19} {:>6} {:>19} {:>5} {:>11} {:>10} {:>9} {:>8.0f} {:>5}\n", name,
             share(row.id, row.pictures),
             target_text(size_target(targets, mpx), row.id, row.pictures),
             share(row.verified, row.with_signed),
             mpx >= 1 ? target_text(targets.signed_frame, row.verified, row.with_signed) : "",
             range_text(row.pilot_z), range_text(row.id_margin), mean_text(row.signed_margin),
             row.detect_ms.mean(), row.wrong);
}

void merge(Row& all, const Row& row) {
  all.pictures += row.pictures, all.id += row.id, all.wrong += row.wrong;
  all.with_signed += row.with_signed, all.verified += row.verified;
}

void print_sum(const std::string& name, const Row& sum) {
  fmt::print("  {:<46} {:>19} {:>6} {:>19} {:>58}\n", name, share(sum.id, sum.pictures), "",
             share(sum.verified, sum.with_signed), sum.wrong);
}

void print_suite(const Suite& suite, const std::vector<PictureResult>& results, double mpx) {
  fmt::print("\n== {}\n  {:<46} {:>19} {:>6} {:>19} {:>5} {:>11} {:>10} {:>9} {:>8} {:>5}\n",
             suite.name, "attack", "id exact", "goal", "signature verified", "goal", "pilot z/min",
             "id dB/min", "signed dB", "read ms", "wrong");
  std::vector<std::string> groups;
  std::map<std::string, Row> sums;
  for (const Attack& attack : suite.attacks) {
    if (!attack.missing.empty()) {
      fmt::print("  {:<46} SKIPPED: {}\n", attack.step.name, attack.missing);
      continue;
    }
    if (groups.empty() || groups.back() != attack.group) fmt::print(" {}\n", attack.group);
    if (!sums.contains(attack.group)) groups.push_back(attack.group);
    const Row row = row_of(results, attack.step.name);
    print_row(attack.step.name, row, attack.targets, mpx);
    merge(sums[attack.group], row);
    merge(sums[""], row);
  }
  fmt::print(" by group\n");
  for (const std::string& group : groups) print_sum(group, sums[group]);
  print_sum("all of " + suite.name, sums[""]);
}

void print_quality(const std::vector<PictureResult>& results) {
  fmt::print("\n== visibility\n  {:<40} {:>11} {:>7} {:>7} {:>8} {:>7}\n", "picture", "size",
             "PSNR", "SSIM", "flat", "signed");
  Spread psnr, ssim, flat;
  for (const PictureResult& result : results) {
    const Quality& quality = result.quality;
    const auto flat_text =
        quality.flat_psnr_db ? fmt::format("{:.2f}", *quality.flat_psnr_db) : "-";
    fmt::print("  {:<40} {:>11} {:>7.2f} {:>7.4f} {:>8} {:>7}\n", result.name,
               fmt::format("{}x{}", result.size.width, result.size.height), quality.psnr_db,
               quality.ssim, flat_text, result.signed_frame ? "yes" : "no");
    psnr.add(quality.psnr_db), ssim.add(quality.ssim);
    if (quality.flat_psnr_db) flat.add(*quality.flat_psnr_db);
  }
  fmt::print("  {:<40} {:>11} {:>7.2f} {:>7.4f} {:>8}\n", "mean", "", psnr.mean(), ssim.mean(),
             mean_text(flat));
  fmt::print("  {:<40} {:>11} {:>7.2f} {:>7.4f} {:>8}\n", "worst", "", psnr.low, ssim.low,
             flat.count > 0 ? fmt::format("{:.2f}", flat.low) : "-");
}

void print_cost(const std::vector<PictureResult>& results) {
  constexpr double kMiB = 1024.0 * 1024;
  Spread mpx, embed, again, present, absent, embed_peak, detect_peak, absent_pilot_z;
  std::uint64_t wrong = 0;
  for (const PictureResult& result : results) {
    const double decoded = 3.0 * result.size.area();
    mpx.add(result.mpx()), embed.add(result.embed_ms), absent.add(result.unmarked.cpu_ms);
    again.add(result.embed_again_ms);
    embed_peak.add(static_cast<double>(result.embed_peak) / decoded);
    detect_peak.add(static_cast<double>(result.detect_peak) / decoded);
    absent_pilot_z.add(result.unmarked.pilot_z);
    if (const auto none = result.samples.find("none"); none != result.samples.end())
      present.add(none->second.verdict.cpu_ms);
    wrong += result.unmarked.wrong ? 1 : 0;
  }
  fmt::print(
      "\n== cost (CPU of one thread, ms: mean, highest; pictures of {:.2f} Mpx on average)\n",
      mpx.mean());
  fmt::print(
      "  embed {:.0f}, {:.0f}, once more {:.0f}, {:.0f}; read marked {:.0f}, {:.0f}; read "
      "unmarked {:.0f}, {:.0f}\n",
      embed.mean(), embed.high, again.mean(), again.high, present.mean(), present.high,
      absent.mean(), absent.high);
  fmt::print(
      "  memory: embed {:.1f}x, read {:.1f}x the decoded picture at most (0: not measured); "
      "whole process with attacks {:.0f} MiB\n",
      embed_peak.high, detect_peak.high, static_cast<double>(peak_memory()) / kMiB);
  fmt::print("  unmarked pictures read as marked: {} of {}; their highest pilot z {:.2f}\n", wrong,
             results.size(), absent_pilot_z.high);
}

double median_mpx(const std::vector<PictureResult>& results) {
  std::vector<double> all;
  all.reserve(results.size());
  for (const PictureResult& result : results) all.push_back(result.mpx());
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

}  // namespace

std::vector<PictureResult> finished(const std::vector<PictureResult>& results) {
  std::vector<PictureResult> out;
  for (const PictureResult& result : results)
    if (result.error.empty())
      out.push_back(result);
    else
      fmt::print("FAILED {}, {}: {}\n", result.codec, result.name, result.error);
  return out;
}

void print_report(const std::vector<Suite>& suites, const std::vector<PictureResult>& results) {
  const auto marked = finished(results);
  if (marked.empty()) return;
  for (const Suite& suite : suites) print_suite(suite, marked, median_mpx(marked));
  print_quality(marked);
  print_cost(marked);
}

void print_progress(const PictureResult& result, std::size_t number, std::size_t of) {
  const auto count = [&](bool Verdict::*field) {
    return std::count_if(result.samples.begin(), result.samples.end(),
                         [&](const auto& sample) { return sample.second.verdict.*field; });
  };
  fmt::print(stderr, "[{}/{}] {}, {} {}x{}: {:.2f} dB, {:.4f}, ids {}/{}, signatures {} {}\n",
             number, of, result.codec, result.name, result.size.width, result.size.height,
             result.quality.psnr_db, result.quality.ssim, count(&Verdict::id_exact),
             result.samples.size(), count(&Verdict::signed_verified), result.error);
}

void write_csv_head(std::FILE* file) {
  fmt::print(
      file,
      "codec,picture,width,height,signed_frame,psnr_db,ssim,flat_psnr_db,embed_ms,group,attack,"
      "attacked_width,attacked_height,id_exact,signed_verified,wrong,pilot_z,id_z,"
      "id_margin_db,signed_z,signed_margin_db,scale,rotation,mirrored,hypotheses,bits_right,detect_"
      "ms\n");
}

void write_csv(std::FILE* file, const std::vector<Attack>& attacks, const PictureResult& result) {
  for (const Attack& attack : attacks) {
    const auto found = result.samples.find(attack.step.name);
    if (found == result.samples.end()) continue;
    const auto& [size, v] = found->second;
    const Quality& quality = result.quality;
    fmt::print(file, "{},\"{}\",{},{},{:d},{:.3f},{:.5f},{},{:.1f},\"{}\",\"{}\",{},{},",
               result.codec, result.name, result.size.width, result.size.height,
               result.signed_frame, quality.psnr_db, quality.ssim,
               quality.flat_psnr_db ? fmt::format("{:.3f}", *quality.flat_psnr_db) : "",
               result.embed_ms, attack.group, attack.step.name, size.width, size.height);
    fmt::print(
        file, "{:d},{:d},{:d},{:.3f},{:.3f},{:.2f},{:.3f},{:.2f},{:.3f},{:.3f},{:d},{},{},{:.1f}\n",
        v.id_exact, v.signed_verified, v.wrong, v.pilot_z, v.id_z, v.id_margin_db, v.signed_z,
        v.signed_margin_db, v.scale, v.rotation_degrees, v.mirrored, v.hypotheses, v.bits_right,
        v.cpu_ms);
  }
  std::fflush(file);
}

}  // namespace signmark::bench
