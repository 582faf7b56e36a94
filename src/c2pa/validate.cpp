// SPDX-License-Identifier: Apache-2.0
// Validates a file: finds the store, judges its manifests and the content (C2PA 2.5 chapter 14).
#include <algorithm>

#include "c2pa/content_hash.hpp"
#include "c2pa/validate_history.hpp"
#include "c2pa/xmp_property.hpp"

namespace signmark::c2pa {
namespace {

using container::Block;
using container::BlockKind;
using container::Format;

std::string remote_manifest(const container::Inventory& inventory) {
  for (const Block& block : inventory.blocks)
    if (block.kind == BlockKind::xmp)
      if (auto url = xmp_remote_manifest(block.payload)) return *url;
  return {};
}

/// The bytes of the only store. Which of several counts is undefined, and choosing one would let a
/// forger show another manifest to other readers (14.2).
Result<ByteView> only_store(const container::Inventory& inventory) {
  const Block* found = nullptr;
  for (const Block& block : inventory.blocks) {
    if (block.kind != BlockKind::c2pa) continue;
    if (found != nullptr)
      return fail("c2pa.store.unreadable", "the file has several manifest stores", block.place);
    found = &block;
  }
  if (found == nullptr)
    return fail("c2pa.absent", "the file has no manifest", remote_manifest(inventory));
  return ByteView(found->payload);
}

Result<jumbf::Box> parse_boxes(const Limits& limits, ByteView bytes) {
  auto store = jumbf::parse_store(limits, bytes);
  if (store || store.error().code == "c2pa.jumbf.limit") return store;
  Error error = std::move(store).error();
  error.code = "c2pa.store.unreadable";
  return tl::unexpected<Error>(std::move(error));
}

// ---------------------------------------------------------------------------------------------
// Answers

/// Failures that say "could not look", never "was changed".
bool is_unchecked(const StatusCode& status) {
  return status.code == kAlgorithmUnsupported || status.code == kManifestCompressed;
}

/// Good until a code says otherwise. Distrust is another question.
Answer answer_of(std::initializer_list<const Codes*> lists) {
  Answer answer = Answer::good;
  for (const Codes* codes : lists)
    for (const StatusCode& status : *codes) {
      if (status.kind != CodeKind::failure || status.code == kCredentialUntrusted) continue;
      if (!is_unchecked(status)) return Answer::bad;
      answer = Answer::unknown;
    }
  return answer;
}

Answer signature_answer(const Codes& own, const Codes& of_ingredients) {
  const Answer answer = answer_of({&own, &of_ingredients});
  const bool checked = has_code(own, kSignatureValidated);
  return answer == Answer::good && !checked ? Answer::unknown : answer;
}

Answer trust_answer(const Codes& signature) {
  if (has_code(signature, kCredentialUntrusted) || has_code(signature, kCredentialRevoked))
    return Answer::bad;
  return has_code(signature, kCredentialTrusted) ? Answer::good : Answer::unknown;
}

// ---------------------------------------------------------------------------------------------
// The content

struct Subject {
  const Context& context;
  ByteView file;
  const container::Inventory& inventory;
  bool sidecar = false;  ///< the store lies outside the file
};

Result<Answer> content_answer(const Subject& subject, const History& history, Codes& codes) {
  const std::string url = history.active().manifest.uri();
  if (subject.inventory.format == Format::c2pa_sidecar)
    return not_checked(url, "the store stands alone, without the file that it describes", codes);
  const Chapter* chapter = history.binding();
  if (chapter == nullptr)
    return not_checked(url, "no manifest of the store describes the content", codes);
  const bool updated = chapter != &history.active();
  return check_content({subject.context, subject.file, subject.inventory, subject.sidecar, updated},
                       chapter->manifest, codes);
}

Result<Report> report_on(const Subject& subject, const TrustContext& trust,
                         const jumbf::Box& store) {
  SIGNMARK_ASSIGN(const History history, History::read(subject.context.limits, store));
  Judgement own = judge(trust, history, history.active());
  IngredientCodes others = judge_ingredients(trust, history);
  Codes content;
  Report report;
  SIGNMARK_ASSIGN(report.content, content_answer(subject, history, content));
  report.structure = answer_of({&own.structure, &others.structure});
  report.signature = signature_answer(own.signature, others.signature);
  report.trust = trust_answer(own.signature);
  for (Codes* codes : {&own.structure, &own.signature, &content})
    std::move(codes->begin(), codes->end(), std::back_inserter(report.codes));
  for (Codes* codes : {&others.structure, &others.signature})
    std::move(codes->begin(), codes->end(), std::back_inserter(report.ingredient_codes));
  report.active = std::move(own.view);
  report.ingredients = std::move(others.views);
  report.manifests = history.stored();
  report.remote_url = remote_manifest(subject.inventory);
  return report;
}

/// The kind of media that a signature on this file is on. A film's container with sound alone is
/// sound.
keys::MediaKind media_of(const container::Inventory& inventory) {
  const container::FormatInfo& info = container::format_info(inventory.format);
  if (info.picture) return keys::MediaKind::image;
  if (!info.timed) return keys::MediaKind::text;
  const bool film = inventory.video_tracks > 0 || inventory.sound_tracks == 0;
  return info.mime.starts_with("video/") && film ? keys::MediaKind::video : keys::MediaKind::audio;
}

}  // namespace

Result<Report> validate(const Context& context, ByteView file,
                        const container::Inventory& inventory, const ValidationOptions& options) {
  ByteView bytes;
  if (options.sidecar) {
    bytes = *options.sidecar;
  } else {
    SIGNMARK_ASSIGN(bytes, only_store(inventory));
  }
  SIGNMARK_ASSIGN(const jumbf::Box store, parse_boxes(context.limits, bytes));
  SIGNMARK_ASSIGN(const AnchorStore anchors, AnchorStore::create(options.anchors));
  const UnixTime now = options.at ? *options.at : context.clock->now();
  const TrustContext trust{context.limits, anchors, now, media_of(inventory), options};
  return report_on({context, file, inventory, options.sidecar.has_value()}, trust, store);
}

}  // namespace signmark::c2pa
