// SPDX-License-Identifier: Apache-2.0
// Input checks, read-back and publication.
#include "pipeline/publish.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark {
namespace fs = std::filesystem;
namespace {

Status refuse_same_file(const fs::path& input, const OutputOptions& output) {
  std::error_code ignored;
  if (output.in_place || !fs::equivalent(input, output.file, ignored)) return {};
  return fail("pipeline.same-file", "input and output are the same file", input.string(),
              "write to another name, or use --in-place");
}

/// `path` + ".c2pa".
fs::path sidecar_of(fs::path path) {
  path += ".c2pa";
  return path;
}

/// Whether the findings of the written file show what was meant to be written.
Status check_expectation(const Examination& look, const Expectation& expectation) {
  const auto broken = [](const std::string& message) {
    return fail("pipeline.readback", "the written file does not show its marks: " + message, {},
                "nothing was published; this is a bug, please report it with the input's format");
  };
  if (!look.inventory.complete)
    return broken(look.problems.empty() ? "it is incomplete" : look.problems.front().message);
  if (expectation.record &&
      (!look.record || look.record->record.record != *expectation.record || look.record->ambiguous))
    return broken("the AIGC record read back differs");
  if (expectation.text_id != (look.text_records > 0 ? look.robust_id : std::string()) &&
      !expectation.text_id.empty())
    return broken("the signed records in the text were not found again");
  for (const Finding& finding : look.findings)
    if (!expectation.text_id.empty() && finding.layer == Layer::robust &&
        (finding.state == State::invalid || finding.state == State::foreign))
      return broken("signed records do not fit the text: " + finding.basis);
  if (!expectation.manifest) return {};
  const State wanted = expectation.signer_root.empty() ? State::valid : State::trusted;
  for (const Finding& finding : look.findings)
    if (finding.layer == Layer::manifest && finding.state != wanted)
      return broken(fmt::format("manifest {} ({})", state_name(finding.state), finding.basis));
  return {};
}

/// The robust mark was read back from the encoded picture; what is left to show is that the written
/// file holds the same pixels.
Status check_pixels(const Context& context, ByteView written, const Examination& look,
                    const Expectation& expectation) {
  if (expectation.pixel_digest.empty()) return {};
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  const std::string mime(container::format_info(look.inventory.format).mime);
  SIGNMARK_ASSIGN(const Bytes digest, room->pixel_digest(context, written, mime));
  if (digest == expectation.pixel_digest) return {};
  return fail("pipeline.readback", "the written file does not hold the marked pixels", {},
              "nothing was published; this is a bug, please report it with the input's format");
}

/// In place means the file itself, not a link that leads to it.
fs::path destination_of(const Source& source, const OutputOptions& output) {
  std::error_code failed;
  const fs::path real = output.in_place ? fs::canonical(source.path, failed) : fs::path();
  return real.empty() ? output.file : real;
}

PublishOptions publish_options(const OutputOptions& output) {
  PublishOptions options;
  options.replace = output.force || output.in_place;
  options.keep = output.backup;
  return options;
}

}  // namespace

Result<std::optional<Bytes>> sidecar_beside(const Context& context, const fs::path& file) {
  const fs::path path = sidecar_of(file);
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;
  SIGNMARK_ASSIGN(Bytes store, read_file(path, context.limits.manifest_store));
  return std::optional<Bytes>(std::move(store));
}

Result<Source> examine_source(const Context& context, ByteView bytes, const VerifyOptions& options,
                              const std::string& name, std::optional<Bytes> sidecar) {
  Source source;
  source.bytes = bytes;
  source.name = name;
  source.sidecar = std::move(sidecar);
  SIGNMARK_ASSIGN(source.look, examine(context, bytes, options, source.sidecar, name));
  const auto& inventory = source.look.inventory;
  if (!inventory.complete) {
    const Error cause = inventory.problems.empty() ? Error{} : inventory.problems.front();
    return fail(
        "pipeline.damaged",
        fmt::format("the input is damaged or cut off ({}: {})", cause.where, cause.message), {},
        container::format_info(inventory.format).timed
            ? "restore the file first; if it plays to its end, its container can be written "
              "anew: ffmpeg -i IN -map 0 -c copy OUT"
            : "restore the file first: a mark would vouch for the damage");
  }
  const auto& info = container::format_info(inventory.format);
  if (!info.writes_metadata && !info.document)
    return fail("pipeline.format", fmt::format("{} files cannot be marked yet", info.name), {},
                "pictures, films, sounds and documents can; `signmark mark --help` names them");
  return source;
}

Status check_output(const fs::path& input, const OutputOptions& output) {
  SIGNMARK_TRY(refuse_same_file(input, output));
  constexpr std::size_t kLongestName = 240;  // NAME_MAX less what a temporary file adds
  const std::string name = output.file.filename().string();
  if (name.size() > kLongestName)
    return fail("base.file.create", "the output's name is too long", output.file.string(),
                fmt::format("file systems take names of 255 bytes; use at most {}", kLongestName));
  std::error_code ignored;
  if (fs::is_directory(output.file, ignored))
    return fail("base.file.type", "the output is a folder", output.file.string(),
                fmt::format("name a file in it: -o {}", (output.file / input.filename()).string()));
  if (!output.force && !output.in_place && fs::exists(output.file, ignored))
    return fail("base.file.exists", "the output exists already", output.file.string(),
                "use -f to replace it");
  return {};
}

Result<Source> open_source(const Context& context, const fs::path& input,
                           const OutputOptions& output, const VerifyOptions& options,
                           bool with_sidecar) {
  SIGNMARK_TRY(check_output(input, output));
  std::optional<Bytes> sidecar;
  if (with_sidecar) {
    SIGNMARK_ASSIGN(sidecar, sidecar_beside(context, input));
  }
  SIGNMARK_ASSIGN(MappedFile file, MappedFile::open(input, context.limits));
  auto source = examine_source(releasing(context, file), file.bytes(), options,
                               input.filename().string(), std::move(sidecar));
  if (!source) return tl::unexpected<Error>(source.error().in_file(input.string()));
  source->path = input;
  source->file = std::move(file);
  source->file.release_pages();  // those of the look; what follows reads anew what it needs
  return source;
}

Result<std::vector<Finding>> read_back(const Context& context, ByteView written, ByteView sidecar,
                                       const Expectation& expectation) {
  VerifyOptions options;
  options.layers.robust = !expectation.text_id.empty();
  options.field = expectation.field;
  if (!expectation.signer_root.empty()) options.trust.anchors.push_back(expectation.signer_root);
  const auto store =
      sidecar.empty() ? std::nullopt : std::make_optional(Bytes(sidecar.begin(), sidecar.end()));
  Examination wanted;
  wanted.wants_pieces = false;  // of a long text they would take more than the text
  SIGNMARK_ASSIGN(Examination look,
                  examine(context, written, options, store, expectation.name, std::move(wanted)));
  SIGNMARK_TRY(check_expectation(look, expectation));
  SIGNMARK_TRY(check_pixels(context, written, look, expectation));
  return std::move(look.findings);
}

Result<Published> publish(const Context& context, const Source& source, const MappedFile& media,
                          const Rope& rope, ByteView sidecar, const OutputOptions& output,
                          const Expectation& expectation, const LookAtWritten& look) {
  Published published;
  SIGNMARK_TRY(context.report("write", 0, rope.size()));
  SIGNMARK_ASSIGN(AtomicFile file,
                  AtomicFile::create(destination_of(source, output), publish_options(output)));
  SIGNMARK_TRY(file.write(rope));
  source.file.release_pages();
  media.release_pages();

  SIGNMARK_TRY(context.report("read back", 0, 1));
  SIGNMARK_ASSIGN(const MappedFile written, MappedFile::open(file.temporary(), context.limits));
  const Context frugal = releasing(context, written);
  SIGNMARK_ASSIGN(published.findings, read_back(frugal, written.bytes(), sidecar, expectation));
  if (look) SIGNMARK_TRY(look(frugal, written.bytes()));

  // The sidecar first: without its picture it is harmless, a picture without it would look
  // unsigned.
  if (!sidecar.empty()) {
    published.sidecar_file = sidecar_of(output.file);
    PublishOptions how;
    how.replace = output.force || output.in_place;
    if (!output.backup.empty()) how.keep = sidecar_of(output.backup);
    SIGNMARK_TRY(write_file(published.sidecar_file, sidecar, how));
  }
  SIGNMARK_TRY(file.commit());
  SIGNMARK_TRY(context.report("write", rope.size(), rope.size()));
  return published;
}

}  // namespace signmark
