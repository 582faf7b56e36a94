// SPDX-License-Identifier: Apache-2.0
// Marking a document's text: the visible label, then the signed records.
#include "pipeline/prose.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/memory.hpp"
#include "pipeline/pixels.hpp"

namespace signmark {
namespace fs = std::filesystem;
namespace {

using container::TextOptions;

/// The bytes of `media` become those of the rope: in memory, or for a long text in a file, so that
/// it is not held several times over.
Status take(const Context& context, Result<Rope> rope, const fs::path& folder, Media& media) {
  constexpr std::uint64_t kLong = 8U << 20;
  if (!rope) return tl::unexpected<Error>(rope.error());
  if (rope->size() > context.limits.document_text)  // nobody could read it back
    return fail("pipeline.limit",
                fmt::format("with its records the text takes {} bytes, more than the limit "
                            "document-text",
                            rope->size()),
                {}, fmt::format("--limit document-text={}, here and for `verify`", rope->size()));
  if (rope->size() < kLong) {
    media.owned = rope->flatten();
    media.bytes = media.owned;
  } else {
    SIGNMARK_ASSIGN(media.mapped, map_rope(context, folder, *rope));
    media.bytes = media.mapped.bytes();
    media.owned = {};
    *rope = Rope();  // what it owned is in the file now
    release_heap();
  }
  media.changed = true;
  SIGNMARK_ASSIGN(media.inventory, container::inspect(context, media.bytes, media.name));
  return {};
}

/// Before which passage the label stands: never amid code.
std::size_t label_index(const std::vector<Passage>& passages, LabelPlace place) {
  if (place == LabelPlace::start) return 0;
  if (place == LabelPlace::end) return passages.size();
  const auto is_prose = [](const Passage& p) { return p.kind == Passage::Kind::prose; };
  const auto middle = passages.begin() + static_cast<std::ptrdiff_t>(passages.size() / 2);
  const auto found = std::find_if(middle, passages.end(), is_prose);
  return static_cast<std::size_t>(found - passages.begin());
}

/// On a page, as far as the options say.
container::PagePlace page_place(const MarkOptions& options) {
  using label::Corner;
  using Side = container::PagePlace::Side;
  container::PagePlace place;
  place.height = options.visible.height;
  if (!options.text.page_corner) return place;
  const Corner corner = *options.text.page_corner;
  place.bottom = corner == Corner::bottom_left || corner == Corner::bottom_right ||
                 corner == Corner::bottom_edge;
  if (corner == Corner::bottom_right || corner == Corner::top_right) place.side = Side::right;
  if (corner == Corner::bottom_edge || corner == Corner::top_edge) place.side = Side::middle;
  return place;
}

Status add_label(const Context& context, const MarkOptions& options, const TextOptions& where,
                 const fs::path& folder, Media& media) {
  SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  SIGNMARK_ASSIGN(const std::vector<Passage> passages,
                  container::passages(context, media.bytes, media.inventory, where));
  const NewParagraph paragraph{label_index(passages, options.text.label_place),
                               options.visible.text};
  SIGNMARK_TRY(
      take(context,
           container::insert_text(context, media.bytes, media.inventory, {}, {paragraph}, where),
           folder, media));
  media.visible_paragraph = true;
  return {};
}

text::MarkRequest request_of(const MarkOptions& options, std::uint64_t content_id,
                             const std::array<Byte, 4>& hint, UnixTime now) {
  text::MarkRequest request;
  request.density = options.text.density;
  request.placement = options.text.placement;
  request.content_id = content_id;
  request.key_hint = hint;
  request.time = now;
  request.sign = [&signer = *options.signer](ByteView fields) {
    return signer.sign_object(kTextRecordType, fields);
  };
  return request;
}

/// The records for the text as it is now; nothing when none of it can be reached.
Result<std::optional<text::Marking>> make_records(const Context& context,
                                                  const MarkOptions& options,
                                                  std::uint64_t content_id,
                                                  const TextOptions& where, Media& media) {
  SIGNMARK_ASSIGN(const std::vector<Passage> passages,
                  container::passages(context, media.bytes, media.inventory, where));
  if (std::all_of(passages.begin(), passages.end(),
                  [](const Passage& p) { return p.kind == Passage::Kind::verbatim; })) {
    media.left_out.emplace_back("robust: signed records need prose, and none can be reached here");
    return std::nullopt;
  }
  if (options.signer == nullptr)
    return fail("pipeline.signer", "the signed records in a text need a signing key", {},
                "make one with `signmark key new`, or leave the layer `robust` out with --layers");
  return text::mark(context, passages,
                    request_of(options, content_id, key_hint(options), context.clock->now()));
}

Status add_records(const Context& context, const MarkOptions& options, const Laying& laying,
                   const TextOptions& where, Media& media) {
  SIGNMARK_ASSIGN(auto marking, make_records(context, options, laying.content_id, where, media));
  if (!marking) return {};
  SIGNMARK_TRY(take(context,
                    container::insert_text(context, media.bytes, media.inventory,
                                           std::move(marking->insertions), {}, where),
                    laying.folder, media));
  media.text = marking->report;
  return {};
}

}  // namespace

Status change_document(const Context& whole, const MarkOptions& options, const Laying& laying,
                       Media& media) {
  const Context context = releasing(whole, media.mapped);
  const TextOptions where{
      options.text.field,
      [&](std::string_view text) { return label::outline_text(text, options.visible.font_file); },
      page_place(options)};
  SIGNMARK_TRY(context.report("text", 0, 1));
  if (options.layers.visible)
    SIGNMARK_TRY(add_label(context, options, where, laying.folder, media));
  if (options.layers.robust) SIGNMARK_TRY(add_records(context, options, laying, where, media));
  return context.report("text", 1, 1);
}

}  // namespace signmark
