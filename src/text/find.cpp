// SPDX-License-Identifier: Apache-2.0
// Finding records, and the public views of canonical text.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "text/record.hpp"
#include "text/spots.hpp"

namespace signmark::text {
namespace {

// A record stands for at least some ten characters of text; pastes of a few records onto a short
// text must still be read. More is an attempt to make us verify signatures without end.
constexpr std::uint64_t kFreeRecords = 64, kCharactersPerRecord = 16;
constexpr std::uint64_t kReportEvery = 1U << 20;  // bytes

class Finder {
 public:
  Finder(const Context& context, std::span<const Passage> passages)
      : context_(context), passages_(passages), total_(size_of(passages)) {}

  Result<Records> run() {
    for (std::size_t i = 0; i < passages_.size(); ++i) SIGNMARK_TRY(read(i));
    drop_copies();
    const std::uint64_t most = kFreeRecords + visible_ / kCharactersPerRecord;
    if (found_.records.size() > most)
      return fail("text.read.records",
                  fmt::format("the text carries {} records, and {} are the most that text of this "
                              "length can have",
                              found_.records.size(), most),
                  {}, "somebody piled up invisible records: check the visible text alone");
    return std::move(found_);
  }

 private:
  Status read(std::size_t index) {
    const std::string_view text = passages_[index].text;
    for (std::size_t i = 0; i < text.size();) {
      const Decoded d = decode_at(text, i);
      if (d.size == 0) return bad_utf8(index, i);
      if (is_selector(d.c)) {
        const SelectorRun run = take_run(text, i);
        take(index, run);
        i += run.where.size;
      } else {
        visible_ += is_ignorable(d.c) ? 0 : 1;
        i += d.size;
      }
      if (done_ + i >= report_at_) {
        SIGNMARK_TRY(context_.report("records", done_ + i, total_));
        report_at_ = done_ + i + kReportEvery;
      }
    }
    done_ += text.size();
    return {};
  }

  void take(std::size_t passage, const SelectorRun& run) {
    for (RunRecord& each : records_of(run)) {
      if (each.record) {
        each.record->passage = passage;
        found_.records.push_back(std::move(*each.record));
      } else {
        found_.damaged.push_back({passage, each.where, "its check does not fit, or it is cut"});
      }
    }
  }

  /// Keeps the first of equal records, in reading order.
  void drop_copies() {
    std::vector<std::size_t> order(found_.records.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto key = [this](std::size_t i) {
      const Record& record = found_.records[i];
      return std::pair(as_text(record.signature), as_text(record.fields));
    };
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return key(a) < key(b); });
    std::vector<bool> copy(order.size());
    for (std::size_t i = 1; i < order.size(); ++i)
      copy[order[i]] = key(order[i]) == key(order[i - 1]);
    std::size_t kept = 0;
    for (std::size_t i = 0; i < copy.size(); ++i)
      if (!copy[i]) {
        if (kept != i) found_.records[kept] = std::move(found_.records[i]);
        ++kept;
      }
    found_.copies = found_.records.size() - kept;
    found_.records.resize(kept);
  }

  const Context& context_;
  std::span<const Passage> passages_;
  std::uint64_t total_, done_ = 0, report_at_ = kReportEvery, visible_ = 0;
  Records found_;
};

}  // namespace

Result<Records> find_records(const Context& context, std::span<const Passage> passages) {
  return Finder(context, passages).run();
}

Result<std::string> canonical_text(std::span<const Passage> passages) {
  Canon canon(passages);
  std::string out;
  std::uint64_t written = 0;
  while (!canon.finished()) {
    SIGNMARK_TRY(canon.fill());
    if (canon.count() == 0) continue;
    const std::size_t last = canon.count() - 1;
    const std::uint64_t end = canon.boundary(last).end;
    out += canon.text(written, end);
    written = end;
    canon.forget(last, end);
  }
  return out;
}

Result<std::vector<Unit>> units(std::span<const Passage> passages) {
  Canon canon(passages);
  std::vector<Unit> out;
  for (std::size_t start = 0;;) {
    SIGNMARK_ASSIGN(const bool more, has_unit(canon, start));
    if (!more) return out;
    SIGNMARK_ASSIGN(const std::size_t end, unit_end(canon, start));
    const Boundary &from = canon.boundary(start), &to = canon.boundary(end);
    out.push_back({canon.begin_of(from.next), canon.end_of(to.end - 1),
                   std::string(canon.text(from.next, to.end))});
    start = end;
    canon.forget(start, canon.boundary(start).end);
  }
}

}  // namespace signmark::text
