// SPDX-License-Identifier: Apache-2.0
// What every target of a file format does: look at the bytes, change them, look at the result.
#pragma once

#include <cstdlib>

#include "signmark/container.hpp"

namespace signmark::fuzz {

/// A format's own errors are fine; one that says we made a mistake is a finding.
inline void check_error(const Error& error) {
  if (error.code.find("internal") != std::string::npos || error.code == "container.splice.overlap")
    std::abort();
}

/// The head of a manifest store, so that JPEG's APP11 is recognised as one.
inline Bytes small_store() {
  constexpr std::string_view kStore(
      "\0\0\0\x26jumb\0\0\0\x1Ejumd"
      "c2pa\0\x11\0\x10\x80\0\0\xAA\0\x38\x9B\x71\x03"
      "c2pa\0",
      38);
  return {kStore.begin(), kStore.end()};
}

inline void plan_and_look(const Context& context, ByteView file,
                          const container::Inventory& inventory, std::string_view name) {
  container::Edits edits;
  const container::FormatInfo& info = container::format_info(inventory.format);
  constexpr std::string_view kRecord = R"({"Label":"1"})";
  if (info.native_aigc)
    edits.aigc = Bytes(kRecord.begin(), kRecord.end());
  else
    edits.xmp = Bytes(60, Byte{'x'});
  if (!info.sidecar_only) edits.manifest = small_store();
  const auto plan = container::plan(context, file, inventory, edits);
  if (!plan) return check_error(plan.error());
  const Bytes marked = plan->rope.flatten();
  const auto again = container::inspect(context, marked, name);
  // What we wrote must be whole, and the store where the plan says.
  if (!again) return check_error(again.error());
  if (!again->complete || (edits.manifest && again->find(container::BlockKind::c2pa) == nullptr) ||
      (edits.aigc && again->find(container::BlockKind::aigc) == nullptr) ||
      again->manifest_exclusions != plan->manifest_exclusions)
    std::abort();
  if (const auto moved = container::transplant(context, file, inventory, marked); !moved)
    check_error(moved.error());
}

/// A letter is a stroke.
inline Result<Outline> draw_strokes(std::string_view text) {
  Outline outline;
  outline.text_height = 0.5;
  for (const char c : text)
    outline.glyphs.push_back({static_cast<char32_t>(c), 0.5, {{{}, {0, 0.5}}}});
  return outline;
}

/// Marks in the text and a new paragraph must read back.
inline void insert_and_look(const Context& context, ByteView file,
                            const container::Inventory& inventory, std::string_view name) {
  const auto before = container::passages(context, file, inventory);
  if (!before) return check_error(before.error());
  std::vector<Insertion> insertions;
  for (std::size_t i = 0; i < before->size(); ++i)
    if (const Passage& passage = (*before)[i];
        passage.kind == Passage::Kind::prose && passage.closed.empty())
      insertions.push_back({i, passage.text.size(), "\u2060\uFE03"});
  const auto rope =
      container::insert_text(context, file, inventory, insertions,
                             {{before->size() / 2, "AI-generated"}}, {{}, draw_strokes});
  if (!rope) return check_error(rope.error());
  const Bytes marked = rope->flatten();
  const auto again = container::inspect(context, marked, name);
  if (!again || !again->complete || !container::passages(context, marked, *again)) std::abort();
}

/// Only bytes that probe as `format`, or as `other`, go on: the rest is another target's.
inline int run_container(const std::uint8_t* data, std::size_t size, container::Format format,
                         container::Format other = container::Format::unknown,
                         std::string_view name = {}) {
  static const Context context = Context::standard();
  const ByteView file(data, size);
  const container::Format found = container::probe(file, name);
  if (found != format && found != other) return 0;
  const auto inventory = container::inspect(context, file, name);
  if (!inventory) {
    check_error(inventory.error());
    return 0;
  }
  plan_and_look(context, file, *inventory, name);
  if (container::format_info(found).document) insert_and_look(context, file, *inventory, name);
  return 0;
}

}  // namespace signmark::fuzz
