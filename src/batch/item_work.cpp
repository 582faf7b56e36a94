// SPDX-License-Identifier: Apache-2.0
#include "batch/item_work.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/file.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "batch/description.hpp"
#include "batch/digest.hpp"

namespace signmark::batch {
namespace fs = std::filesystem;
namespace {

using keys::Descriptor;

/// Errors of an attempt that another one may not meet: the worker died, the disk is full.
bool may_pass(const Error& error) {
  constexpr std::array<std::string_view, 6> kCodes = {
      "batch.worker.crashed", "batch.worker.protocol", "limit.cpu", "limit.memory",
      "limit.wall",           "base.file.write"};
  return std::find(kCodes.begin(), kCodes.end(), error.code) != kCodes.end();
}

/// Not the item's fault, and the same for all.
bool is_fatal(const Error& error) {
  return error.code == "batch.worker.start" || error.code == "batch.sandbox" ||
         error.code == "batch.job.changed";
}

/// Gives its bytes back.
class Admitted {
 public:
  Admitted(Bucket& bucket, std::uint64_t bytes) : bucket_(bucket), bytes_(bytes) {}
  Admitted(const Admitted&) = delete;
  Admitted& operator=(const Admitted&) = delete;
  ~Admitted() { bucket_.give(bytes_); }

 private:
  Bucket& bucket_;
  std::uint64_t bytes_;
};

Result<Descriptor> open_input(const fs::path& path) {
  Descriptor input(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  struct stat info {};
  if (!input.valid() || ::fstat(input.get(), &info) != 0)
    return fail("base.file.open", "cannot open the file: " + system_message(errno), path.string());
  if (!S_ISREG(info.st_mode))
    return fail("base.file.type",
                S_ISDIR(info.st_mode) ? "cannot look into this folder" : "not a regular file",
                path.string());
  return input;
}

/// JSON of a worker, which is not believed to be any.
Result<Json> read_report(const std::string& text) {
  if (text.empty()) return Json::object();
  JsonRules rules;
  rules.max_depth = 32;
  auto report = parse_json(text, rules);
  if (!report || !report->is_object())
    return fail("batch.worker.protocol", "the worker's report is no JSON object");
  return report;
}

class ItemWork {
 public:
  ItemWork(const RunTools& shop, const Lease& lease)
      : shop_(shop), lease_(lease), marks_(shop.job.task == Task::mark) {
    if (marks_ && !lease.item.destination.empty())
      item_.destination = shop.job.output / lease.item.destination;
  }

  Result<Worked> run(const WorkerSource& worker, const std::function<bool()>& stop) {
    item_.ending.lease = lease_;
    if (marks_) {
      SIGNMARK_ASSIGN(auto early, without_work());
      if (early) return std::move(*early);
    }
    if (const Status ready = open_source(); !ready) return not_ready(ready.error());
    if (const Status ready = marks_ ? make_place() : Status(); !ready)
      return ended_with(ready.error());
    const auto tokens =
        shop_.bucket.take(predicted_memory(lease_.item, decodes_media(shop_.job)), stop);
    if (!tokens) return stopped();
    const Admitted admitted(shop_.bucket, *tokens);
    SIGNMARK_ASSIGN(Worker * hands, worker());
    const auto start = std::chrono::steady_clock::now();
    auto outcome = hands->work(order(), stop);
    const double seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    item_.ending.end.seconds = seconds;
    if (!outcome) return died(outcome.error());
    shop_.pace.learn(lease_.item.bytes, seconds);
    if (const Status taken = take(*outcome); !taken) return ended_with(taken.error());
    return finished();
  }

 private:
  Worked finished() { return {Worked::How::finished, std::move(item_), {}}; }
  Worked stopped() { return {Worked::How::stopped, {}, {}}; }

  Worked ended_with(const Error& error) {
    if (may_pass(error)) return {Worked::How::again, std::move(item_), error};
    item_.file = Part();
    item_.sidecar = Part();
    item_.entries.clear();
    item_.ending.end.state = ItemState::failed;
    item_.ending.end.error = error;
    return finished();
  }

  /// A file that was changed is another item. Once that one is planned, this one is history.
  Result<Worked> not_ready(const Error& error) {
    if (error.code != "batch.input.changed") return ended_with(error);
    SIGNMARK_ASSIGN(const std::string digest, digest_of(input_.get()));
    SIGNMARK_ASSIGN(const auto successor,
                    shop_.store.find(item_key(lease_.item.source, digest, shop_.row.params)));
    if (!successor) return ended_with(error);
    item_.ending.end.state = ItemState::skipped;
    item_.ending.end.why = "superseded";
    return finished();
  }

  Result<Worked> died(const Error& error) {
    if (error.code == "base.cancelled") return stopped();
    if (is_fatal(error)) return tl::unexpected<Error>(error);
    Worked worked = ended_with(error);
    worked.worker_died = true;
    return worked;
  }

  /// Our output stands already, or there is no place for one.
  Result<std::optional<Worked>> without_work() {
    if (item_.destination.empty())
      return ended_with(Error{"batch.destination",
                              "another source has the same place in the output folder, or this one "
                              "lies outside",
                              lease_.item.source,
                              "mark the folders one by one, or name the folder that holds both"});
    if (!shop_.queue) {  // with a queue nothing has its name before the item has ended
      SIGNMARK_ASSIGN(auto healed, shop_.committer.heal(lease_, item_.destination));
      if (healed) {
        item_ = std::move(*healed);
        return finished();
      }
    }
    return std::nullopt;
  }

  Status open_source() {
    SIGNMARK_ASSIGN(input_, open_input(lease_.item.source));
    SIGNMARK_ASSIGN(const std::string digest, digest_of(input_.get()));
    if (lease_.item.digest.empty())
      item_.ending.lease.item.digest = digest;  // could not be read when it was planned
    else if (digest != lease_.item.digest)
      return fail("batch.input.changed", "the file was changed since it was planned",
                  lease_.item.source, "plan it anew with `signmark batch run`");
    input_sidecar_ = Descriptor(::open(sidecar_of(lease_.item.source).c_str(),
                                       O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    return {};
  }

  Status make_place() {
    std::error_code ignored;
    if (!shop_.job.force && fs::exists(fs::symlink_status(item_.destination, ignored)))
      return fail("base.file.exists", "the output exists already", item_.destination.string(),
                  "use -f to replace it");
    SIGNMARK_TRY(make_folder_of(item_.destination));
    SIGNMARK_ASSIGN(item_.file, Part::create(item_.destination.parent_path(), part_name(false)));
    return {};
  }

  PartName part_name(bool sidecar) const {
    return {shop_.row.id, lease_.item.key, shop_.queue ? lease_.epoch : 0, sidecar};
  }

  WorkOrder order() const {
    constexpr std::uint64_t kLeast = 2ULL << 30;  // reliability.md section 6
    WorkOrder order;
    order.input = input_.get();
    order.output = item_.file.get();
    order.sidecar = input_sidecar_.get();
    order.name = fs::path(lease_.item.source).filename().native();
    order.archive = lease_.item.archive;
    order.memory = std::max(kLeast, 2 * predicted_memory(lease_.item, true));
    const ItemTime time = shop_.pace.allow(lease_.item.bytes);
    order.cpu_seconds = time.cpu_seconds;
    order.wall_seconds = time.wall_seconds;
    return order;
  }

  Status take(WorkOutcome& outcome) {
    const FileOutcome& file = outcome.file;
    ItemEnd& end = item_.ending.end;
    SIGNMARK_ASSIGN(Json report, read_report(file.report));
    if (file.state == ItemState::failed) return take_failure(outcome, std::move(report));
    end.state = file.state == ItemState::skipped ? ItemState::skipped : ItemState::done;
    end.why = file.why;
    end.verdict = file.verdict;
    if (const auto id = report.find("content_id"); id != report.end() && id->is_string())
      end.content_id = id->get<std::string>();
    item_.thumbnail = std::move(outcome.thumbnail);
    Json detail = {{"report", std::move(report)}};
    if (!outcome.entries.empty()) SIGNMARK_TRY(take_list(outcome.entries, detail));
    if (marks_ && end.state == ItemState::done) SIGNMARK_TRY(take_output(outcome, detail));
    if (marks_ && end.state != ItemState::done) item_.file = Part();
    end.record = dump_json(detail);
    return {};
  }

  /// Of a failed archive the report says what became of each entry.
  Status take_failure(const WorkOutcome& outcome, Json report) {
    if (!outcome.entries.empty()) {
      Json detail = {{"report", std::move(report)}};
      SIGNMARK_TRY(take_list(outcome.entries, detail));
      item_.ending.end.record = dump_json(detail);
    }
    return tl::unexpected<Error>(outcome.file.error.value_or(
        Error{"batch.worker.protocol", "a failure without an error", {}, {}}));
  }

  /// Entries of an archive, as the report shows them.
  static Status take_list(const std::vector<FileOutcome>& entries, Json& detail) {
    detail["entries"] = Json::array();
    for (const FileOutcome& entry : entries) {
      SIGNMARK_ASSIGN(const Json report, read_report(entry.report));
      Json line = {{"name", entry.name}, {"state", item_state_name(entry.state)}};
      if (!entry.why.empty()) line["why"] = entry.why;
      if (!entry.verdict.empty()) line["verdict"] = entry.verdict;
      if (entry.error)
        line["error"] = {{"code", entry.error->code}, {"message", entry.error->message}};
      if (const auto id = report.find("content_id"); id != report.end()) line["content_id"] = *id;
      detail["entries"].push_back(std::move(line));
    }
    return {};
  }

  Status take_output(WorkOutcome& outcome, Json& detail) {
    struct stat info {};
    if (::fstat(item_.file.get(), &info) != 0 || info.st_size == 0)
      return fail("batch.worker.protocol", "the worker wrote no output");
    SIGNMARK_ASSIGN(item_.ending.end.output_digest, digest_of(item_.file.get()));
    detail["output_bytes"] = info.st_size;
    take_entries(outcome, static_cast<std::uint64_t>(info.st_size));
    if (outcome.sidecar.empty()) return {};
    SIGNMARK_ASSIGN(item_.sidecar, Part::create(item_.destination.parent_path(), part_name(true)));
    SIGNMARK_TRY(write_all(item_.sidecar.get(), outcome.sidecar));
    item_.sidecar_digest = digest_of(ByteView(outcome.sidecar));
    detail["sidecar"] = {{"path", sidecar_of(item_.destination).filename().string()},
                         {"digest", item_.sidecar_digest}};
    return {};
  }

  /// Ledger entries: one of the file, or one for each marked entry of an archive. What the worker
  /// need not or should not say is filled in here.
  void take_entries(WorkOutcome& outcome, std::uint64_t bytes) {
    std::string lines;
    const auto add = [&](ledger::Entry entry) {
      entry.item_key = lease_.item.key;
      entry.actor = shop_.powers.signer == nullptr ? std::string()
                                                   : hex(shop_.powers.signer->key().fingerprint);
      entry.sequence = 0;
      entry.time = 0;
      lines += ledger::canonical_line(entry) + "\n";
      item_.entries.push_back(std::move(entry));
    };
    if (outcome.entries.empty()) {
      ledger::Entry entry = std::move(outcome.file.entry);
      entry.name = item_.destination.filename().native();
      entry.input_digest = item_.ending.lease.item.digest;
      entry.output_digest = item_.ending.end.output_digest;
      entry.bytes = bytes;
      add(std::move(entry));
    }
    for (FileOutcome& file : outcome.entries)
      if (file.state == ItemState::done) {
        file.entry.name = fs::path(file.name).filename().native();
        add(std::move(file.entry));
      }
    item_.ending.end.mark_digest = digest_of(as_bytes(lines));
  }

  const RunTools& shop_;
  const Lease& lease_;
  const bool marks_;
  Finished item_;
  Descriptor input_, input_sidecar_;
};

}  // namespace

Result<Worked> work_on(const RunTools& shop, const WorkerSource& worker, const Lease& lease,
                       const std::function<bool()>& stop) {
  return ItemWork(shop, lease).run(worker, stop);
}

}  // namespace signmark::batch
