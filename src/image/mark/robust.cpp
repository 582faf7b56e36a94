// SPDX-License-Identifier: Apache-2.0
// The margin check: what counts is what the encoded bytes give back.
#include "image/mark/robust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "image/mark/content.hpp"
#include "image/mark/registered.hpp"
#include "image/mark/tamper.hpp"

namespace signmark::image {
namespace {

Result<EmbedRequest> embed_request(const RobustRequest& request) {
  EmbedRequest result;
  SIGNMARK_ASSIGN(result.keys, mark_keys(request.keys));
  result.strength = request.strength;
  result.id.content_id = request.content_id;
  std::copy_n(request.issuer_hint.begin(), result.id.issuer_hint.size(),
              result.id.issuer_hint.begin());
  if (!request.sign) return result;
  signal::SignedFrame frame;
  frame.content_id = request.content_id;
  frame.issuer_hint = request.issuer_hint;
  frame.time = static_cast<std::uint32_t>(
      std::clamp<UnixTime>(request.time, 0, std::numeric_limits<std::uint32_t>::max()));
  result.signed_frame = frame;
  result.sign = request.sign;
  return result;
}

/// What the encoded bytes give back, the weakest of all keys.
struct Margins {
  bool id = true, signed_frame = true;
  double id_db = std::numeric_limits<double>::infinity(), signed_db = id_db;
  std::uint64_t fingerprint = 0;
};

/// A marked file, what went into its first picture, and what can be read back from it.
struct Attempt {
  EncodedImage image;
  Embedding embedding;
  Margins margins;
};

/// The best mark of a key that carries the content id.
const FoundMark* find_mark(const Detection& detection, const MarkKey& key, std::uint64_t id) {
  const FoundMark* best = nullptr;
  for (const FoundMark& mark : detection.marks) {
    if (mark.key != key.name || !mark.id || mark.id->content_id != id) continue;
    if (best == nullptr || (mark.signed_frame && !best->signed_frame)) best = &mark;
  }
  return best;
}

void weigh(const FoundMark* mark, std::uint64_t content_id, Margins& margins) {
  margins.id = margins.id && mark != nullptr;
  const bool whole =
      mark != nullptr && mark->signed_frame && mark->signed_frame->content_id == content_id;
  margins.signed_frame = margins.signed_frame && whole;
  if (mark != nullptr) margins.id_db = std::min(margins.id_db, mark->id_margin_db);
  if (!whole) return;
  margins.signed_db = std::min(margins.signed_db, mark->signed_margin_db);
  margins.fingerprint = mark->signed_frame->fingerprint;
}

Result<Margins> read_back(const Context& context, const Codec& codec, ByteView file,
                          const EmbedRequest& request, const Lattice& lattice) {
  SIGNMARK_ASSIGN(const LumaPicture picture, codec.read_luma(context, file));
  DetectRequest look;
  look.keys = request.keys;
  SIGNMARK_ASSIGN(const Detection detection, lattice.detect(context, picture, look));
  Margins margins;
  for (const MarkKey& key : request.keys)
    weigh(find_mark(detection, key, request.id.content_id), request.id.content_id, margins);
  return margins;
}

/// Lays the mark, encodes, reads back.
Result<Attempt> attempt(const Codec& codec, Job job, const EmbedRequest& request,
                        const Lattice& lattice) {
  std::optional<Embedding> first;
  const LumaChanger changer = [&](const LumaPicture& picture) -> Result<cv::Mat> {
    SIGNMARK_ASSIGN(Embedding embedding, lattice.embed(job.context, picture, request));
    cv::Mat change = std::exchange(embedding.change, {});
    if (!first) first = std::move(embedding);
    return change;
  };
  job.changer = &changer;
  SIGNMARK_ASSIGN(EncodedImage image, codec.change(job));
  if (!first) return fail("image.mark.size", "the file has nothing but thumbnails");
  SIGNMARK_TRY(job.context.report("read back", 0, 1));
  SIGNMARK_ASSIGN(const Margins margins,
                  read_back(job.context, codec, image.file, request, lattice));
  return Attempt{std::move(image), std::move(*first), margins};
}

tl::unexpected<Error> too_little_room(RobustStrength strength) {
  return fail("image.mark.margin", "the robust mark cannot be read back from the encoded picture",
              {},
              strength == RobustStrength::strong
                  ? "use a larger picture, or a higher --quality"
                  : "use a larger picture, a higher --quality, or --strength strong");
}

RobustReport report_of(const Attempt& done) {
  const Embedding& embedding = done.embedding;
  const Margins& margins = done.margins;
  RobustReport report;
  report.psnr_db = embedding.psnr_db;
  report.ssim = embedding.ssim;
  report.lattice = embedding.lattice;
  report.tiles = embedding.tiles;
  report.id_margin_db = margins.id_db;
  report.signed_frame = embedding.signed_frame && margins.signed_frame;
  if (!report.signed_frame) return report;
  report.signed_margin_db = margins.signed_db;
  report.fingerprint = margins.fingerprint;
  return report;
}

}  // namespace

const Lattice kLattice{embed_lattice, detect_lattice};

Result<EncodedImage> change_with_robust(const Context& context, const Codec& codec, Job job,
                                        const RobustRequest& request, const Lattice& lattice) {
  SIGNMARK_ASSIGN(EmbedRequest embed, embed_request(request));
  SIGNMARK_ASSIGN(Attempt done, attempt(codec, job, embed, lattice));
  std::string why;
  if (embed.signed_frame && !done.embedding.signed_frame) {
    why = "the picture is too small for it";
  } else if (embed.signed_frame && !(done.margins.id && done.margins.signed_frame)) {
    // It takes most of the energy: without it the id frame is the stronger.
    why = "it could not be read back from the encoded picture";
    embed.signed_frame.reset();
    SIGNMARK_TRY(context.report("robust mark", 0, 1));
    SIGNMARK_ASSIGN(done, attempt(codec, job, embed, lattice));
  }
  if (!done.margins.id) return too_little_room(request.strength);
  done.image.robust = report_of(done);
  done.image.robust->why_no_signed_frame = std::move(why);
  return std::move(done.image);
}

namespace {

/// Whether the signed frame belongs to this picture.
void compare_content(const LumaPicture& picture, const FoundMark& found, const CarrierSet& lattice,
                     RobustMark& mark) {
  if (!found.signed_frame) return;
  const ContentCheck check =
      check_content(picture, found.map, found.signed_frame->fingerprint, lattice.fingerprint_key);
  mark.content = check.content;
  mark.cells_compared = check.compared;
  mark.cells_wrong = check.wrong;
}

/// Tiles and map of a mark with an id.
Status look_closer(const LumaPicture& picture, const FoundMark& found, const CarrierSet& lattice,
                   const RobustLookup& lookup, RobustFinding& finding) {
  const TileComparison tiles = compare_tiles(picture, found.map, lookup.tiles);
  finding.tiles_compared = tiles.compared;
  finding.tiles_differing = tiles.differing;
  if (!lookup.tamper_map || !can_register(found.map)) return {};
  SIGNMARK_ASSIGN(finding.map, tamper_map(picture, found, lattice, tiles));
  return {};
}

}  // namespace

Result<RobustFinding> find_robust(const Context& context, const Codec& codec, ByteView file,
                                  const RobustLookup& lookup, const Lattice& lattice) {
  DetectRequest request;
  SIGNMARK_ASSIGN(request.keys, mark_keys(lookup.keys));
  request.deep = lookup.deep;
  request.tamper_map = lookup.tamper_map;
  SIGNMARK_ASSIGN(const LumaPicture picture, codec.read_luma(context, file));
  SIGNMARK_ASSIGN(const Detection detection, lattice.detect(context, picture, request));
  RobustFinding finding;
  finding.hypotheses = detection.hypotheses;
  bool closer = false;
  for (const FoundMark& found : detection.marks) {
    const auto key = std::find_if(request.keys.begin(), request.keys.end(),
                                  [&](const MarkKey& k) { return k.name == found.key; });
    RobustMark& mark = finding.marks.emplace_back(to_mark(found));
    if (key == request.keys.end() || !found.id) continue;
    const CarrierSet carriers = build_lattice(key->key);
    compare_content(picture, found, carriers, mark);
    if (!std::exchange(closer, true))
      SIGNMARK_TRY(look_closer(picture, found, carriers, lookup, finding));
  }
  return finding;
}

}  // namespace signmark::image
