// SPDX-License-Identifier: Apache-2.0
// The ledger's row of a mark (batch.md section 5.1), and prints of any file.
#include "pipeline/issue.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "pipeline/tile_record.hpp"
#include "text/print_list.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

bool laid_robust(const MarkReport& report) {
  return report.robust || report.text || !report.robust_kept.empty() ||
         (report.timed &&
          (report.timed->picture || (report.timed->sound && report.timed->sound->id_frame)));
}

bool laid_label(const MarkReport& report) {
  return report.overlay.width != 0 || report.visible_paragraph ||
         (report.timed && report.timed->sound && report.timed->sound->notice);
}

std::string layers_of(const MarkReport& report) {
  std::string list;
  const auto add = [&list](bool laid, Layer layer) {
    if (laid) list += fmt::format("{}{}", list.empty() ? "" : ",", layer_name(layer));
  };
  add(laid_robust(report), Layer::robust);
  add(laid_label(report), Layer::visible);
  add(!report.record.label.empty(), Layer::metadata);
  add(!report.manifest_label.empty(), Layer::manifest);
  return list;
}

Result<std::vector<Print>> document_prints(const Context& context, ByteView file,
                                           const container::Inventory& inventory, PrintUse use) {
  SIGNMARK_ASSIGN(std::vector<Passage> passages, container::passages(context, file, inventory));
  for (Passage& passage : passages) passage.kind = Passage::Kind::prose;
  return text::prints(context, passages, use);
}

/// In steps, so that the pages of a large file need not all be there at once.
Result<std::string> digest_text(const Context& context, ByteView bytes) {
  constexpr std::size_t kReportStep = 8U << 20;
  Blake2b hasher;
  for (std::size_t done = 0; done < bytes.size(); done += kReportStep) {
    hasher.update(bytes.subspan(done, std::min(kReportStep, bytes.size() - done)));
    SIGNMARK_TRY(context.report("digest", done, bytes.size()));
  }
  return "blake2b-256:" + hex(hasher.finish());
}

/// Whether a film or sound was copied as it stood. Only prints would ask for the library that
/// decodes it, and for a hundred times the rest of the work.
bool is_copied_stream(const ledger::Entry& entry) {
  const auto has = [](std::string_view text, std::string_view word) {
    return text.find(word) != std::string_view::npos;
  };
  return (has(entry.format, "video/") || has(entry.format, "audio/")) &&
         !has(entry.layers, layer_name(Layer::robust)) &&
         !has(entry.layers, layer_name(Layer::visible));
}

}  // namespace

bool wants_issue(const MarkOptions& options) { return options.prints || options.ledger != nullptr; }

Status check_supply(const MarkOptions& options) {
  if (options.supply.empty()) return {};
  if (options.supply.recipient.empty() || options.supply.agreement.empty())
    return fail("pipeline.supply", "recipient and agreement belong together", {},
                "give both --recipient and --agreement (Labelling Measures, Article 9)");
  if (!options.layers.metadata)
    return fail("pipeline.supply", "content without a visible label must carry the metadata label",
                {},
                "add metadata to --layers (Labelling Measures, Article 9; GB 45438 clause 6.1)");
  if (!wants_issue(options))
    return fail("pipeline.supply", "recipient and agreement would be recorded nowhere", {},
                "leave --no-ledger out: the law asks for these records for six months");
  return {};
}

ledger::Entry issued_entry(const MarkReport& report, const MarkOptions& options,
                           const Media& media) {
  ledger::Entry entry;
  entry.action = "mark";
  if (options.signer != nullptr) entry.actor = hex(options.signer->key().fingerprint);
  entry.content_id = report.content_id;
  entry.name = media.name;
  entry.format = container::format_info(media.inventory.format).mime;
  entry.bytes = report.bytes_out;
  entry.layers = layers_of(report);
  entry.manifest = report.manifest_label;
  entry.label = report.record.label;
  entry.producer = report.record.content_producer;
  entry.produce_id = report.record.produce_id;
  entry.propagator = report.record.content_propagator;
  entry.propagate_id = report.record.propagate_id;
  entry.supply = options.supply;
  if (const auto id = id_of(unhex(report.content_id).value_or(Bytes())); id && report.robust)
    entry.tiles = encode_tiles({*id, report.robust->lattice, report.robust->tiles});
  return entry;
}

Status take_issue(const Context& context, ByteView input, ByteView written, const std::string& name,
                  Prints wanted, ledger::Entry& entry) {
  SIGNMARK_ASSIGN(entry.input_digest, digest_text(context, input));
  SIGNMARK_ASSIGN(entry.output_digest, digest_text(context, written));
  if (wanted == Prints::cheap && is_copied_stream(entry)) return {};
  auto prints = prints_of(context, written, PrintUse::store, name);
  if (!prints && prints.error().code == "base.cancelled")
    return tl::unexpected<Error>(prints.error());
  entry.prints = prints.value_or(std::vector<Print>());
  return {};
}

Status record_issue(ledger::Ledger* ledger, const keys::Signer* signer, std::string_view done,
                    ledger::Entry& entry, bool& recorded) {
  if (ledger == nullptr) return {};
  const auto sequence = ledger->append({entry}, signer);
  if (!sequence) {
    const Error& cause = sequence.error();
    return fail("pipeline.ledger",
                fmt::format("{}, but not recorded in the ledger: {}", done, cause.message),
                cause.where, cause.hint);
  }
  entry.sequence = *sequence;
  recorded = true;
  return {};
}

Status record_issue(const MarkOptions& options, MarkReport& report) {
  return record_issue(options.ledger, options.signer, "marked", report.issued, report.recorded);
}

Result<std::vector<Print>> prints_of(const Context& context, ByteView file, PrintUse use,
                                     const fs::path& name) {
  SIGNMARK_ASSIGN(const container::Inventory inventory,
                  container::inspect(context, file, name.filename().string()));
  const auto& format = container::format_info(inventory.format);
  if (format.document) return document_prints(context, file, inventory, use);
  if (format.timed) {
    SIGNMARK_ASSIGN(const video::VideoRoom* room, video::load());
    return room->prints(context, file, format.mime, use);
  }
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  return room->prints(context, file, format.mime, inventory.orientation, use);
}

}  // namespace signmark
