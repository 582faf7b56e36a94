// SPDX-License-Identifier: Apache-2.0
// What every document format must do with its text, its record and its manifest.
#pragma once

#include "base/text.hpp"
#include "format_checks.hpp"

namespace signmark::test {

using container::Inventory;
using container::TextOptions;

/// A guard and two variation selectors, as the marks in text are made of.
inline const std::string kInvisible = "\u2060\uFE03\uFE05";
inline constexpr std::string_view kRecord =
    R"({"Label":"1","ContentProducer":"a<b>&c","ProduceID":"7\"x"})";

/// Every letter is half an em high and wide, and half an em of space follows.
inline Result<Outline> draw_plainly(std::string_view text) {
  using Kind = OutlineStep::Kind;
  Outline outline;
  outline.text_height = 0.5;
  SIGNMARK_ASSIGN(const std::u32string letters, decode_utf8(text));
  for (const char32_t c : letters)
    outline.glyphs.push_back({c,
                              1,
                              {{Kind::move, {0, 0}},
                               {Kind::line, {0.5, 0}},
                               {Kind::curve, {0.5, 0.2, 0.2, 0.5, 0, 0.5}}}});
  return outline;
}

inline Inventory look_at(ByteView file, std::string_view name) {
  auto inventory = container::inspect(test_context(), file, name);
  REQUIRE_OK(inventory);
  return *inventory;
}

inline std::vector<Passage> passages_of(ByteView file, std::string_view name,
                                        const TextOptions& options = {}) {
  auto result = container::passages(test_context(), file, look_at(file, name), options);
  REQUIRE_OK(result);
  return *result;
}

/// "kind: text", a line a passage; closed ranges stand in ⟦⟧.
inline std::vector<std::string> shown(const std::vector<Passage>& passages) {
  constexpr std::array<const char*, 3> kKinds = {"prose: ", "title: ", "verbatim: "};
  std::vector<std::string> lines;
  for (const Passage& passage : passages) {
    std::string text(passage.text.view());
    for (auto range = passage.closed.rbegin(); range != passage.closed.rend(); ++range)
      text.insert(range->end(), "⟧").insert(range->offset, "⟦");
    lines.push_back(kKinds[static_cast<std::size_t>(passage.kind)] + text);
  }
  return lines;
}

inline std::vector<std::string> shown(ByteView file, std::string_view name,
                                      const TextOptions& options = {}) {
  return shown(passages_of(file, name, options));
}

inline Bytes inserted(ByteView file, std::string_view name,
                      const std::vector<Insertion>& insertions,
                      const std::vector<NewParagraph>& paragraphs = {},
                      const TextOptions& options = {}) {
  const auto rope = container::insert_text(test_context(), file, look_at(file, name), insertions,
                                           paragraphs, options);
  REQUIRE_OK(rope);
  return rope->flatten();
}

inline bool is_open(const Passage& passage, std::size_t offset) {
  const bool boundary =
      offset == passage.text.size() || (static_cast<Byte>(passage.text[offset]) & 0xC0) != 0x80;
  return passage.kind == Passage::Kind::prose && boundary &&
         std::none_of(passage.closed.begin(), passage.closed.end(), [&](const Range& closed) {
           return offset >= closed.offset && offset <= closed.end();
         });
}

inline std::string without_marks(std::string text) {
  for (std::size_t at = 0; (at = text.find(kInvisible, at)) != std::string::npos;)
    text.erase(at, kInvisible.size());
  return text;
}

/// Marks in every place of every passage read back there, and taking them out gives the old text.
inline Bytes check_insertions(ByteView file, std::string_view name,
                              const TextOptions& options = {}) {
  const std::vector<Passage> before = passages_of(file, name, options);
  std::vector<Insertion> insertions;
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < before.size(); ++i) {
    std::string text(before[i].text.view());
    for (std::size_t at = text.size() + 1; at-- > 0;) {
      if (!is_open(before[i], at)) continue;
      insertions.push_back({i, at, kInvisible});
      text.insert(at, kInvisible);
    }
    expected.push_back(text);
  }
  REQUIRE_FALSE(insertions.empty());
  const Bytes marked = inserted(file, name, insertions, {}, options);
  const std::vector<Passage> after = passages_of(marked, name, options);
  REQUIRE(after.size() == before.size());
  for (std::size_t i = 0; i < after.size(); ++i) {
    CHECK(hex(as_bytes(after[i].text)) == hex(as_bytes(expected[i])));
    CHECK(after[i].kind == before[i].kind);
  }
  return marked;
}

/// A flat file is, but for the marks, byte for byte what it was.
inline void check_flat_insertions(ByteView file, std::string_view name,
                                  const TextOptions& options = {}) {
  const Bytes marked = check_insertions(file, name, options);
  CHECK(without_marks(std::string(as_text(marked))) == as_text(file));
}

/// A new paragraph before each passage and at the end leaves the other passages as they are.
inline void check_paragraphs(ByteView file, std::string_view name, std::string_view line,
                             const TextOptions& options = {}) {
  const std::vector<std::string> before = shown(file, name, options);
  for (std::size_t i = 0; i <= before.size(); ++i) {
    INFO("before passage " << i);
    const Bytes changed = inserted(file, name, {}, {{i, std::string(line)}}, options);
    std::vector<std::string> after = shown(changed, name, options);
    const auto label = std::find(after.begin(), after.end(), "prose: " + std::string(line));
    REQUIRE(label != after.end());
    after.erase(label);
    CHECK(after == before);
  }
}

/// The record is added and replaced; the text stays.
inline Bytes check_record(ByteView file, std::string_view name, const TextOptions& options = {}) {
  const std::vector<std::string> text = shown(file, name, options);
  Bytes current(file.begin(), file.end());
  std::vector<std::size_t> sizes;
  for (int round = 0; round < 3; ++round) {
    container::Edits edits;
    edits.aigc = bytes_of(round == 0 ? R"({"Label":"3"})" : kRecord);
    const Inventory inventory = look_at(current, name);
    const auto plan = container::plan(test_context(), current, inventory, edits);
    REQUIRE_OK(plan);
    current = plan->rope.flatten();
    const Inventory after = look_at(current, name);
    CHECK(after.complete);
    CHECK(std::count_if(after.blocks.begin(), after.blocks.end(), [](const container::Block& b) {
            return b.kind == container::BlockKind::aigc;
          }) == 1);
    if (after.format != container::Format::markdown)
      CHECK(payload_of(after, container::BlockKind::aigc) == as_text(*edits.aigc));
    CHECK(shown(current, name, options) == text);
    sizes.push_back(current.size());
  }
  CHECK(sizes[1] == sizes[2]);
  return current;
}

/// The manifest is added and replaced, at a place that its content does not change.
inline void check_manifest(ByteView file, std::string_view name, bool with_record) {
  const std::vector<std::string> text = shown(file, name);
  Bytes current(file.begin(), file.end());
  for (const Byte fill : {Byte{0}, Byte{0x5A}, Byte{0xA5}}) {
    container::Edits edits;
    edits.manifest = store_of(300, fill);
    if (with_record) edits.aigc = bytes_of(kRecord);
    const auto plan = container::plan(test_context(), current, look_at(current, name), edits);
    REQUIRE_OK(plan);
    Bytes next = plan->rope.flatten();
    const Inventory after = look_at(next, name);
    CHECK(after.complete);
    REQUIRE(after.find(container::BlockKind::c2pa) != nullptr);
    CHECK(after.find(container::BlockKind::c2pa)->payload == *edits.manifest);
    CHECK(after.manifest_exclusions == plan->manifest_exclusions);
    REQUIRE(plan->manifest_exclusions.size() == 1);
    CHECK(shown(next, name) == text);
    current = std::move(next);
  }
}

/// Whatever a damaged file is, reading and changing it must come to an end.
inline void check_damage(ByteView file, std::string_view name, std::size_t step = 1) {
  const Context context = test_context();
  const auto survive = [&](ByteView bytes) {
    const auto inventory = container::inspect(context, bytes, name);
    if (!inventory) return;
    const auto found = container::passages(context, bytes, *inventory);
    if (found)
      if (const auto rope =
              container::insert_text(context, bytes, *inventory, {},
                                     {{found->size() / 2, "AI-generated"}}, {{}, draw_plainly}))
        CHECK(rope->size() > 0);
    container::Edits edits;
    edits.aigc = bytes_of(kRecord);
    if (const auto plan = container::plan(context, bytes, *inventory, edits))
      CHECK(plan->rope.size() > 0);
  };
  Bytes flipped(file.begin(), file.end());
  for (std::size_t i = 0; i < file.size(); i += step) {
    survive(file.first(i));
    for (const Byte mask : {Byte{0x01}, Byte{0x80}, Byte{0x1C}}) {
      flipped[i] = file[i] ^ mask;
      survive(flipped);
      flipped[i] = file[i];
    }
  }
}

}  // namespace signmark::test
