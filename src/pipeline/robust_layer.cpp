// SPDX-License-Identifier: Apache-2.0
// The robust layer of an examination: looking into the pixels.
#include "pipeline/robust_layer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/raw_picture.hpp"
#include "base/text.hpp"
#include "pipeline/tile_record.hpp"

namespace signmark {
namespace {

/// The tile list of a manifest whose signature is good. Its hard binding may fail: then the list
/// says where.
std::optional<TileRecord> signed_tiles(const Context& context, const Examination& look) {
  if (!look.manifest || look.manifest->signature != c2pa::Answer::good ||
      look.manifest->structure != c2pa::Answer::good)
    return std::nullopt;
  const auto find = [&](const c2pa::ManifestView& view) -> std::optional<TileRecord> {
    for (const c2pa::OwnAssertion& own : view.own_assertions) {
      if (own.label != kTilesLabel) continue;
      if (auto record = decode_tiles(context.limits, own.cbor)) return std::move(*record);
    }
    return std::nullopt;
  };
  if (auto record = find(look.manifest->active)) return record;
  for (const c2pa::ManifestView& view : look.manifest->ingredients)
    if (auto record = find(view)) return record;
  return std::nullopt;
}

Result<image::RobustFinding> look_into(const Context& context, ByteView file,
                                       const CarrierKeys& keys, const VerifyOptions& options,
                                       const Examination& look) {
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  image::RobustLookup lookup;
  lookup.keys = keys.keys();
  lookup.deep = options.deep;
  lookup.tamper_map = options.tamper_map;
  if (auto record = signed_tiles(context, look)) {
    lookup.tiles = std::move(record->tiles);
    lookup.lattice = record->lattice;
  }
  SIGNMARK_TRY(context.report("robust mark", 0, 1));
  const std::string mime(look.raw ? kRawPictureMime
                                  : container::format_info(look.inventory.format).mime);
  return room->find_robust(context, file, mime, lookup);
}

Finding absent_finding(const MarkMedium& medium, const CarrierKeys& keys) {
  const std::size_t private_keys = keys.keys().size() - 1;
  return plain_finding(
      medium, State::absent,
      private_keys == 0 ? fmt::format("no mark of the public carrier key in {}", medium.where)
                        : fmt::format("no mark of the public carrier key or {} private one{} in {}",
                                      private_keys, private_keys == 1 ? "" : "s", medium.where));
}

/// Tiles whose content is not what was signed, named by their place in the lattice.
std::string differing_tiles(const image::RobustFinding& found) {
  constexpr std::size_t kShown = 12;
  std::string text = fmt::format("{} of {} tiles differ from the signed list",
                                 found.tiles_differing.size(), found.tiles_compared);
  for (std::size_t i = 0; i < std::min(kShown, found.tiles_differing.size()); ++i)
    text += fmt::format("{}{},{}", i == 0 ? ": " : " ", found.tiles_differing[i].column,
                        found.tiles_differing[i].row);
  return text + (found.tiles_differing.size() > kShown ? " ..." : "");
}

/// How much a state says of where the content comes from.
int rank(State state) {
  if (state == State::trusted) return 3;
  if (state == State::valid) return 2;
  return state == State::present ? 1 : 0;
}

/// What the flows need of the marks: the best one's id and signer.
void note_best(const std::vector<Judgement>& judgements, Examination& look) {
  for (const Judgement& judgement : judgements) {
    const int here = rank(judgement.finding.state);
    look.robust_present = look.robust_present || here > 0;
    const auto& fields = judgement.finding.fields;
    const auto id = std::find_if(fields.begin(), fields.end(),
                                 [](const Field& field) { return field.name == "content id"; });
    if (id == fields.end() || here <= look.robust_rank) continue;
    look.robust_rank = here;
    look.robust_id = id->value;
    look.robust_signer = judgement.signer;
  }
}

}  // namespace

Finding plain_finding(const MarkMedium& medium, State state, std::string basis) {
  return {Layer::robust, state, std::string(medium.what), std::move(basis), {}, {}};
}

std::vector<Finding> findings_of(const std::vector<Judgement>& judgements, const MarkMedium& medium,
                                 const CarrierKeys& keys, Examination& look) {
  note_best(judgements, look);
  std::vector<Finding> findings;
  findings.reserve(judgements.size() + 1);
  for (const Judgement& judgement : judgements) findings.push_back(judgement.finding);
  if (findings.empty()) findings.push_back(absent_finding(medium, keys));
  if (keys.closed() > 0)
    findings.front().fields.push_back(
        {"not tried",
         fmt::format("{} private carrier key{} that need{} a passphrase", keys.closed(),
                     keys.closed() == 1 ? "" : "s", keys.closed() == 1 ? "s" : "")});
  return findings;
}

Status note_failure(const Error& error, const MarkMedium& medium, Examination& look) {
  if (error.code == "base.cancelled") return tl::unexpected<Error>(error);
  look.findings.push_back(plain_finding(medium, State::unreadable, error.message));
  look.problems.push_back(error);
  return {};
}

Status examine_robust(const Context& context, ByteView file, const VerifyOptions& options,
                      Examination& look) {
  if (!look.raw && !container::format_info(look.inventory.format).picture) return {};
  const auto keys = CarrierKeys::to_look(options.carriers, kPictures.key);
  if (!keys) return note_failure(keys.error(), kPictures, look);
  auto found = look_into(context, file, *keys, options, look);
  if (!found) return note_failure(found.error(), kPictures, look);
  const UnixTime now = options.at.value_or(context.clock->now());
  const auto judgements = judge_marks(found->marks, kPictures, {look, options.trust, now});
  std::vector<Finding> findings = findings_of(judgements, kPictures, *keys, look);
  if (found->tiles_compared > 0)
    findings.front().fields.push_back(
        {found->tiles_differing.empty() ? "tiles" : "edited regions", differing_tiles(*found)});
  look.findings.insert(look.findings.end(), std::make_move_iterator(findings.begin()),
                       std::make_move_iterator(findings.end()));
  look.robust = std::move(*found);
  return {};
}

State manifest_state(const Examination& look) {
  const auto finding = std::find_if(look.findings.begin(), look.findings.end(),
                                    [](const Finding& f) { return f.layer == Layer::manifest; });
  return finding == look.findings.end() ? State::absent : finding->state;
}

}  // namespace signmark
