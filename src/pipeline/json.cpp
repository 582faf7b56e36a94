// SPDX-License-Identifier: Apache-2.0
// Reports as JSON.
#include "signmark/json.hpp"

#include <cmath>

namespace signmark {
namespace {

using JsonValue = nlohmann::json;

/// A name may stand twice (several soft bindings): then it is a list.
JsonValue fields_json(const std::vector<Field>& fields) {
  JsonValue object = JsonValue::object();
  for (const Field& field : fields) {
    if (!object.contains(field.name))
      object[field.name] = field.value;
    else if (object[field.name].is_array())
      object[field.name].push_back(field.value);
    else
      object[field.name] = {object[field.name], field.value};
  }
  return object;
}

/// One letter a block, a text a row: i intact, a altered, u unknowable.
JsonValue map_json(const image::TamperMap& map) {
  constexpr std::string_view kLetters = "iau";
  JsonValue rows = JsonValue::array();
  for (int row = 0; row < map.rows; ++row) {
    std::string text;
    for (int column = 0; column < map.columns; ++column)
      text += kLetters[static_cast<std::size_t>(
          map.blocks[static_cast<std::size_t>(row) * static_cast<std::size_t>(map.columns) +
                     static_cast<std::size_t>(column)])];
    rows.push_back(std::move(text));
  }
  return {{"block_px", map.block}, {"rows", std::move(rows)}};
}

/// Three decimals: more is noise of the measurement.
double rounded(double value) { return std::round(value * 1000) / 1000; }

JsonValue robust_json(const image::RobustReport& report) {
  JsonValue value = {
      {"signed_frame", report.signed_frame},     {"id_margin_db", rounded(report.id_margin_db)},
      {"psnr_db", rounded(report.psnr_db)},      {"ssim", rounded(report.ssim)},
      {"tile_px", rounded(report.lattice.tile)}, {"tiles", report.tiles.size()}};
  if (report.signed_frame) value["signed_margin_db"] = rounded(report.signed_margin_db);
  if (!report.why_no_signed_frame.empty())
    value["why_no_signed_frame"] = report.why_no_signed_frame;
  return value;
}

}  // namespace

JsonValue to_json(const Error& error) {
  JsonValue value = {{"code", error.code}, {"message", error.message}};
  if (!error.where.empty()) value["where"] = error.where;
  if (!error.hint.empty()) value["hint"] = error.hint;
  return value;
}

JsonValue to_json(const Finding& finding) {
  JsonValue value = {{"layer", layer_name(finding.layer)},
                     {"state", state_name(finding.state)},
                     {"mark", finding.what},
                     {"basis", finding.basis},
                     {"fields", fields_json(finding.fields)}};
  for (const auto& rule : finding.broken_rules)
    value["broken_rules"].push_back(
        {{"code", rule.code}, {"message", rule.message}, {"clause", rule.clause}});
  return value;
}

JsonValue record_json(const label::AigcRecord& record) {
  return {{"Label", record.label},
          {"ContentProducer", record.content_producer},
          {"ProduceID", record.produce_id},
          {"ReservedCode1", record.reserved_code1},
          {"ContentPropagator", record.content_propagator},
          {"PropagateID", record.propagate_id},
          {"ReservedCode2", record.reserved_code2}};
}

JsonValue to_json(const VerifyReport& report) {
  JsonValue problems = JsonValue::array();
  for (const Error& problem : report.problems) problems.push_back(to_json(problem));
  JsonValue findings = JsonValue::array();
  for (const Finding& finding : report.findings) findings.push_back(to_json(finding));
  JsonValue value = {{"path", report.file.string()},
                     {"format", container::format_info(report.format).name},
                     {"verdict", verdict_name(report.verdict)},
                     {"tier", report.tier.tier ? label::tier_name(*report.tier.tier) : "unknown"},
                     {"tier_basis", report.tier.basis},
                     {"exit_code", verdict_exit_code(report.verdict)},
                     {"notice_zh", report.notice_zh},
                     {"notice_en", report.notice_en},
                     {"content_id", report.content_id},
                     {"sentence", report.sentence},
                     {"problems", std::move(problems)},
                     {"findings", std::move(findings)}};
  if (report.map) value["map"] = map_json(*report.map);
  if (!report.pieces.empty()) {
    value["text_coverage"] = report.text_coverage;
    for (const TextPiece& piece : report.pieces)
      value["pieces"].push_back({{"outcome", text::outcome_name(piece.outcome)},
                                 {"passage", piece.passage},
                                 {"characters", piece.characters},
                                 {"excerpt", piece.excerpt}});
  }
  return value;
}

JsonValue sound_json(const audio::SoundReport& sound) {
  JsonValue value = {{"seconds", sound.seconds},
                     {"snr_db", sound.snr_db},
                     {"id_frame", sound.id_frame},
                     {"signed_frame", sound.signed_frame},
                     {"id_margin_db", sound.id_margin_db},
                     {"signed_margin_db", sound.signed_margin_db},
                     {"notice", sound.notice}};
  if (!sound.why_not.empty()) value["why_not"] = sound.why_not;
  return value;
}

JsonValue picture_json(const video::PictureReport& picture) {
  JsonValue value = {{"frames", picture.frames},
                     {"holds", picture.holds},
                     {"psnr_db", picture.psnr_db},
                     {"worst_psnr_db", picture.worst_psnr_db},
                     {"signed_frame", picture.signed_frame},
                     {"id_margin_db", picture.id_margin_db},
                     {"signed_margin_db", picture.signed_margin_db}};
  if (!picture.why_no_signed_frame.empty())
    value["why_no_signed_frame"] = picture.why_no_signed_frame;
  return value;
}

JsonValue streams_json(const video::Report& report) {
  JsonValue value = {{"seconds", report.seconds}, {"notes", report.notes}};
  if (report.picture) value["picture"] = picture_json(*report.picture);
  if (report.sound) value["sound"] = sound_json(*report.sound);
  return value;
}

JsonValue to_json(const MarkReport& report) {
  JsonValue value = {{"input", {{"bytes", report.bytes_in}}},
                     {"output", {{"path", report.output.string()}, {"bytes", report.bytes_out}}},
                     {"content_id", report.content_id},
                     {"aigc", record_json(report.record)},
                     {"aigc_kept", report.record_kept},
                     {"manifest", report.manifest_label}};
  if (!report.sidecar_file.empty()) value["sidecar"] = report.sidecar_file.string();
  if (report.robust) value["robust"] = robust_json(*report.robust);
  if (!report.robust_kept.empty()) value["robust_kept"] = report.robust_kept;
  if (report.text)
    value["text"] = {{"records", report.text->blocks},
                     {"sentences", report.text->units},
                     {"characters", report.text->characters},
                     {"hidden_bytes", report.text->hidden_bytes}};
  if (report.timed) value["streams"] = streams_json(*report.timed);
  if (!report.left_out.empty()) value["left_out"] = report.left_out;
  if (report.recorded) value["ledger"] = {{"sequence", report.issued.sequence}};
  if (report.overlay.width != 0)
    value["visible"] = {{"x_px", report.overlay.x},
                        {"y_px", report.overlay.y},
                        {"width_px", report.overlay.width},
                        {"height_px", report.overlay.height},
                        {"glyph_height_px", report.overlay.glyph_height}};
  return value;
}

JsonValue to_json(const PropagateReport& report) {
  JsonValue value = {{"output", {{"path", report.output.string()}}},
                     {"tier", label::tier_name(report.tier)},
                     {"aigc_before", record_json(report.before)},
                     {"aigc_after", record_json(report.after)},
                     {"aigc_added", report.added},
                     {"manifest", report.manifest_label}};
  if (!report.sidecar_file.empty()) value["sidecar"] = report.sidecar_file.string();
  if (report.recorded) value["ledger"] = {{"sequence", report.issued.sequence}};
  return value;
}

JsonValue to_json(const TreeLine& line) {
  return {{"depth", line.depth}, {"name", line.name}, {"value", line.value}};
}

std::string json_line(JsonValue value, std::string_view type) {
  value["schema"] = "signmark/1";
  value["type"] = type;
  return value.dump(-1, ' ', false, JsonValue::error_handler_t::replace);
}

}  // namespace signmark
