// SPDX-License-Identifier: Apache-2.0
// One item in the worker: skip what is ours already, mark, verify (batch.md 2.3).
#include <unistd.h>

#include "batch/worker_shop.hpp"
#include "image_loader/worker_media.hpp"
#include "signmark/json.hpp"

namespace signmark::batch {
namespace {

constexpr std::string_view kAlreadyMarked = "already-marked";
constexpr std::string_view kOthersMarks = "marked-by-others";

/// As one line. Long lists go first: what is left says all that a list of files needs.
std::string report_text(nlohmann::json report) {
  constexpr auto kReplace = nlohmann::json::error_handler_t::replace;
  std::string text = report.dump(-1, ' ', false, kReplace);
  if (text.size() <= kMaxReport) return text;
  for (const char* list : {"pieces", "map"}) report.erase(list);
  text = report.dump(-1, ' ', false, kReplace);
  return text.size() <= kMaxReport ? text : std::string();
}

FileOutcome skipped_file(std::string_view why) {
  FileOutcome file;
  file.state = ItemState::skipped;
  file.why = why;
  return file;
}

FileOutcome verified_file(const VerifyReport& report) {
  FileOutcome file;
  file.verdict = verdict_name(report.verdict);
  file.report = report_text(to_json(report));
  file.entry.content_id = report.content_id;
  return file;
}

FileOutcome own_file(const VerifyReport& report) {
  FileOutcome file = verified_file(report);
  file.state = ItemState::skipped;
  file.why = kAlreadyMarked;
  return file;
}

/// C libraries do not call our handler: they have their own words for it (OpenCV's, and errno's).
bool lacks_memory(const Error& error) {
  return error.code == "image.memory" ||
         error.message.find("Insufficient memory") != std::string::npos ||
         error.message.find("Cannot allocate memory") != std::string::npos ||
         error.message.find("cannot allocate memory") != std::string::npos;
}

/// A refused attempt may have written a part.
Status empty_again(int output) {
  if (::ftruncate(output, 0) == 0 && ::lseek(output, 0, SEEK_SET) == 0) return {};
  return fail("base.file.write", "cannot empty the output");
}

/// A picture that cannot be shown small is no failure: lists then show its name alone.
Bytes thumbnail_of(const Context& context, ByteView file, const std::string& name) {
  constexpr int kSide = 160;
  const auto inventory = container::inspect(context, file, name);
  if (!inventory) return {};
  const container::FormatInfo& format = container::format_info(inventory->format);
  const auto media = image::load_worker_media();
  if (!format.picture || !media) return {};
  return (*media)
      ->thumbnail(context, file, format.mime, inventory->orientation, kSide)
      .value_or(Bytes());
}

Result<std::optional<Bytes>> read_sidecar(const Descriptor& sidecar, const Limits& limits) {
  if (!sidecar.valid()) return std::nullopt;
  Limits store = limits;
  store.file_size = limits.manifest_store;
  SIGNMARK_ASSIGN(const MappedFile mapped, MappedFile::of(sidecar.get(), store));
  return Bytes(mapped.bytes().begin(), mapped.bytes().end());
}

}  // namespace

FileOutcome failed_file(const Error& error) {
  if (lacks_memory(error)) ::_exit(kMemoryExit);  // nor is the rest of the worker sound any more
  FileOutcome file;
  file.state = ItemState::failed;
  file.error = error;
  return file;
}

FileWork Workshop::work_file(ByteView bytes, int output, const std::optional<Bytes>& sidecar,
                             const std::string& name) {
  if (setup().task == Task::verify) return verify(bytes, sidecar, name);
  if (sidecar)
    if (auto known = marked_beside(bytes, sidecar, name)) return std::move(*known);
  return mark(bytes, output, name);
}

/// A manifest that lies beside a file: marking looks into the file only. Nothing when the file is
/// to be marked all the same.
std::optional<FileWork> Workshop::marked_beside(ByteView bytes, const std::optional<Bytes>& sidecar,
                                                const std::string& name) {
  VerifyOptions looking = verifying_;
  looking.layers.robust = false;
  const auto look = verify_bytes(context_, bytes, looking, sidecar, name);
  if (!look) return FileWork{failed_file(look.error()), {}};
  if (look->verdict == Verdict::verified)  // only we are believed here
    return FileWork{own_file(*look), {}};
  if (setup().existing == Existing::add) return std::nullopt;
  if (setup().existing == Existing::skip) return FileWork{skipped_file(kOthersMarks), {}};
  return FileWork{failed_file(Error{"pipeline.existing",
                                    "a manifest that is not yours lies beside the file",
                                    {},
                                    "use --existing skip, or --existing add"}),
                  {}};
}

FileWork Workshop::lay(const MarkOptions& options, ByteView bytes, int output,
                       const std::string& name) {
  FileWork work;
  auto report =
      mark_descriptor(context_, bytes, output, setup().scratch, options, name, work.sidecar);
  if (!report) return {failed_file(report.error()), {}};
  work.file.report = report_text(to_json(*report));
  work.file.entry = std::move(report->issued);
  return work;
}

FileWork Workshop::mark(ByteView bytes, int output, const std::string& name) {
  FileWork work = lay(marking_, bytes, output, name);
  if (!work.file.error || work.file.error->code != "pipeline.existing") return work;
  for (const bool pixels : {false, true}) {  // a manifest says it sooner
    if (pixels && !marking_.layers.robust) break;
    VerifyOptions looking = verifying_;
    looking.layers.robust = pixels;
    const auto look = verify_bytes(context_, bytes, looking, {}, name);
    if (!look) return {failed_file(look.error()), {}};
    if (look->verdict == Verdict::verified) return {own_file(*look), {}};
  }
  if (setup().existing == Existing::skip) return {skipped_file(kOthersMarks), {}};
  if (setup().existing == Existing::fail) return work;
  if (const Status emptied = empty_again(output); !emptied)
    return {failed_file(emptied.error()), {}};
  MarkOptions adding = marking_;
  adding.existing = signmark::Existing::add;
  return lay(adding, bytes, output, name);
}

FileWork Workshop::verify(ByteView bytes, const std::optional<Bytes>& sidecar,
                          const std::string& name) {
  const auto report = verify_bytes(context_, bytes, verifying_, sidecar, name);
  if (!report) return {failed_file(report.error()), {}};
  return {verified_file(*report), {}};
}

Result<WorkOutcome> Workshop::work(const ToldOrder& order) {
  WorkOutcome outcome;
  const auto input = MappedFile::of(order.input.get(), context_.limits);
  const auto sidecar = read_sidecar(order.sidecar, context_.limits);
  if (!input || !sidecar) {
    outcome.file = failed_file(input ? sidecar.error() : input.error());
    return outcome;
  }
  if (!order.archive) {
    FileWork work = work_file(input->bytes(), order.output.get(), *sidecar, order.name);
    outcome.file = std::move(work.file);
    outcome.sidecar = std::move(work.sidecar);
    if (setup().thumbnails) outcome.thumbnail = thumbnail_of(context_, input->bytes(), order.name);
    return outcome;
  }
  auto file = work_archive(*this, context_, input->bytes(), order.output.get(), supervisor_);
  if (!file && file.error().code == "batch.worker.gone") return tl::unexpected<Error>(file.error());
  outcome.file = file ? std::move(*file) : failed_file(file.error());
  return outcome;
}

}  // namespace signmark::batch
