// SPDX-License-Identifier: Apache-2.0
// The metadata layer of an examination: AIGC records, our and others' integrity values, source
// type.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.hpp"
#include "pipeline/examination.hpp"
#include "pipeline/leaf_key.hpp"

namespace signmark {
namespace {

using container::Block;
using container::BlockKind;
using label::Place;

/// Reads one text place; what is no record there is no problem, a broken record is one.
void read_place(const Context& context, std::string_view value, Place place, std::size_t block,
                Examination& look) {
  auto parsed = label::parse_record(value, place, context.limits);
  if (parsed) {
    look.records.push_back({std::move(*parsed), block, std::string(value)});
    return;
  }
  if (parsed.error().code != "label.aigc.none") {
    look.record_unreadable = true;
    look.problems.push_back(parsed.error().at(look.inventory.blocks[block].place));
    return;
  }
  if (const auto trace = label::find_trace(value)) {
    look.trace = look.trace || trace->generated;
    look.findings.push_back(
        {Layer::metadata,
         State::present,
         trace->scheme,
         "a provider's own scheme, which is no GB 45438 record",
         {{"value", trace->detail}, {"place", look.inventory.blocks[block].place}},
         {}});
  }
}

void read_packet(const Context& context, std::size_t index, Examination& look) {
  const Block& block = look.inventory.blocks[index];
  auto fields = label::read_xmp(block.payload, context.limits);
  if (!fields) {
    look.record_unreadable = true;
    look.problems.push_back(fields.error().at(block.place));
    return;
  }
  for (const std::string& value : fields->aigc)
    read_place(context, value, Place::aigc, index, look);
  for (const std::string& value : fields->aigc_elsewhere) {
    const std::size_t before = look.records.size();
    read_place(context, value, Place::generic, index, look);
    if (look.records.size() > before)
      look.records.back().parsed.broken.push_back(
          {"label.aigc.place", "the record stands under a foreign XMP namespace",
           "TC260-PG-20259A"});
  }
  for (const std::string& type : fields->digital_source_types)
    if (look.ai_source_type.empty() && is_ai_source_type(type)) look.ai_source_type = type;
}

void read_blocks(const Context& context, Examination& look) {
  for (std::size_t i = 0; i < look.inventory.blocks.size(); ++i) {
    const Block& block = look.inventory.blocks[i];
    if (block.kind == BlockKind::xmp) read_packet(context, i, look);
    if (block.kind == BlockKind::aigc)
      read_place(context, as_text(block.payload), Place::aigc, i, look);
    if (block.kind == BlockKind::exif_text || block.kind == BlockKind::text)
      read_place(context, as_text(block.payload), Place::generic, i, look);
  }
}

/// Whether the file's manifest was made by the same run as the record: ours, and with no history.
bool manifest_made_with_record(const Examination& look) {
  return look.manifest && look.manifest->signature == c2pa::Answer::good &&
         look.manifest->active.generator == "signmark" && look.manifest->ingredients.empty();
}

/// Our Ed25519 integrity value, checked with the key of the file's own manifest.
void check_reserved(const Examination& look, Finding& finding) {
  const label::AigcRecord& record = look.record->record.record;
  std::optional<keys::PublicKey> key;
  if (look.manifest) key = ed25519_key_of(look.manifest->active.signer.leaf_der);
  const auto verify = [&](std::string_view type, ByteView body, const keys::Signature& signature) {
    return key && keys::verify_object(*key, type, body, signature);
  };
  switch (label::verify_reserved_code(record, label::Trio::production, verify)) {
    case label::ReservedCheck::verified:
      finding.fields.push_back({"integrity", "Ed25519 value in ReservedCode1 verified"});
      break;
    case label::ReservedCheck::failed:
      if (manifest_made_with_record(look)) {
        finding.state = State::invalid;
        finding.basis = "the record's integrity value does not fit its fields";
      } else {
        finding.fields.push_back(
            {"integrity",
             "Ed25519 value in ReservedCode1 not checked: its key is not in the file"});
      }
      break;
    default:
      break;
  }
}

/// SecurityData of TC260-PG-202511A in one of the reserved codes.
void check_security(const std::string& reserved, label::Trio trio, const label::AigcRecord& record,
                    Finding& finding) {
  const auto data = label::parse_security_data(reserved);
  if (!data) return;
  for (const auto& check : label::verify_security_data(*data, record, trio)) {
    constexpr std::array<std::string_view, 3> kWords = {"verified", "failed", "not checkable"};
    finding.fields.push_back(
        {"SecurityData", fmt::format("{} {}: {}", check.subject,
                                     kWords[static_cast<std::size_t>(check.state)], check.detail)});
    if (check.state != label::SecurityState::failed) continue;
    finding.state = State::invalid;
    finding.basis = "a signature in the record's SecurityData fails";
  }
}

void add_record_fields(const label::AigcRecord& record, Finding& finding) {
  const auto add = [&](std::string name, const std::string& value) {
    if (!value.empty()) finding.fields.push_back({std::move(name), printable(value)});
  };
  add("Label", record.label);
  add("ContentProducer", record.content_producer);
  add("ProduceID", record.produce_id);
  add("ContentPropagator", record.content_propagator);
  add("PropagateID", record.propagate_id);
}

Finding record_finding(const Examination& look) {
  const label::ParsedRecord& parsed = look.record->record;
  Finding finding{Layer::metadata, State::present, "AIGC record", {}, {}, parsed.broken};
  finding.basis =
      parsed.empty_shell
          ? "an AIGC place without content: a trace of wiping"
          : fmt::format("GB 45438 record ({}), unsigned: whoever edits metadata can change it",
                        parsed.shape);
  finding.fields.push_back(
      {"place", printable(look.inventory.blocks[look.records.front().block].place)});
  add_record_fields(parsed.record, finding);
  check_reserved(look, finding);
  check_security(parsed.record.reserved_code1, label::Trio::production, parsed.record, finding);
  check_security(parsed.record.reserved_code2, label::Trio::propagation, parsed.record, finding);
  return finding;
}

Finding no_record_finding(const Examination& look) {
  Finding finding{
      Layer::metadata, State::absent, "AIGC record", "no AIGC place in this file", {}, {}};
  if (look.record_unreadable || !look.inventory.complete) {
    finding.state = State::unreadable;
    finding.basis = look.record_unreadable
                        ? "an AIGC place or XMP packet could not be read"
                        : "the file is damaged or cut off, so a record may be missing";
  }
  return finding;
}

}  // namespace

void examine_metadata(const Context& context, Examination& look) {
  read_blocks(context, look);
  if (!look.records.empty()) {
    std::vector<label::ParsedRecord> parsed;
    for (const FoundRecord& found : look.records) parsed.push_back(found.parsed);
    if (auto merged = label::reconcile(std::move(parsed))) look.record = std::move(*merged);
  }
  look.findings.push_back(look.record ? record_finding(look) : no_record_finding(look));
  if (!look.ai_source_type.empty())
    look.findings.push_back({Layer::metadata,
                             State::present,
                             "IPTC source type",
                             "XMP says that the content is machine-made; unsigned",
                             {{"value", printable(look.ai_source_type)}},
                             {}});
}

label::TierAnswer tier_of_examination(const Examination& look, bool declared) {
  label::TierEvidence evidence;
  evidence.declared = declared;
  if (look.record) {
    evidence.state = look.record->record.empty_shell ? label::RecordState::empty_shell
                                                     : label::RecordState::present;
    evidence.label = look.record->record.record.label;
  } else if (look.record_unreadable || !look.inventory.complete) {
    evidence.state = label::RecordState::unreadable;
  }
  evidence.robust_mark = look.robust_present;
  evidence.trace = look.trace || !look.ai_source_type.empty();
  if (look.manifest)
    for (const std::string& type : look.manifest->active.digital_source_types)
      evidence.trace = evidence.trace || is_ai_source_type(type);
  return label::tier_of(evidence);
}

std::string content_id_of(const Examination& look) {
  if (look.manifest)
    for (const auto& binding : look.manifest->active.soft_bindings)
      if (binding.alg.starts_with("io.signmark.")) return hex(binding.value);
  if (!look.robust_id.empty()) return look.robust_id;
  if (!look.record) return {};
  const std::string& id = look.record->record.record.produce_id;
  const bool ours =
      id.size() == 16 && id.find_first_not_of("0123456789abcdef") == std::string::npos;
  return ours ? id : std::string();
}

bool is_ai_source_type(std::string_view uri) {
  // c2pa.md section 17: terms that say generated, or edited with generated parts.
  constexpr std::array<std::string_view, 5> kTerms = {
      "trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia", "compositeSynthetic",
      "algorithmicMedia", "trainedAlgorithmicData"};
  constexpr std::string_view kAround = " \t\r\n";
  const std::size_t first = uri.find_first_not_of(kAround);
  if (first == std::string_view::npos) return false;
  uri = uri.substr(first, uri.find_last_not_of(kAround) - first + 1);
  if (uri.ends_with('/')) uri.remove_suffix(1);
  const std::string_view term = uri.substr(uri.rfind('/') + 1);
  return std::find(kTerms.begin(), kTerms.end(), term) != kTerms.end();
}

}  // namespace signmark
