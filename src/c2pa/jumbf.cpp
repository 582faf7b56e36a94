// SPDX-License-Identifier: Apache-2.0
// Reading JUMBF boxes.
#include "c2pa/jumbf.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/text.hpp"

namespace signmark::c2pa::jumbf {
namespace {

// A user may raise limits.box_depth; the stack of a thread is still finite.
constexpr std::uint64_t kHardDepth = 256;

// Toggles of a description box (ISO 19566-5 A.3).
constexpr std::uint8_t kRequestable = 0x01;
constexpr std::uint8_t kHasLabel = 0x02;
constexpr std::uint8_t kHasId = 0x04;
constexpr std::uint8_t kHasSha256 = 0x08;
constexpr std::uint8_t kHasPrivate = 0x10;
constexpr std::uint8_t kReserved = 0xe0;

class Parser {
 public:
  Parser(const Limits& limits, ByteView bytes)
      : limits_(limits), bytes_(bytes), max_depth_(std::min(limits.box_depth, kHardDepth)) {}

  Result<Box> root() {
    ByteReader reader(bytes_, kContext);
    SIGNMARK_ASSIGN(Box box, next(reader, 0, 0));
    if (!box.super()) return reader.error("malformed", "the first box is no superbox");
    const ByteView after = reader.rest();
    if (std::any_of(after.begin(), after.end(), [](Byte b) { return b != 0; }))
      return fail("c2pa.jumbf.trailing",
                  fmt::format("{} bytes that are no padding follow the box", after.size()),
                  fmt::format("byte {}", box.raw.size()));
    return box;
  }

 private:
  static constexpr std::string_view kContext = "c2pa.jumbf";

  [[nodiscard]] Status check(std::uint64_t depth, std::uint64_t at) {
    if (depth > max_depth_)
      return fail("c2pa.jumbf.limit", fmt::format("boxes nested deeper than {}", max_depth_),
                  fmt::format("byte {}", at), "raise it with --limit box-depth=N");
    if (++count_ > limits_.blocks)
      return fail("c2pa.jumbf.limit", fmt::format("more than {} boxes", limits_.blocks),
                  fmt::format("byte {}", at), "raise it with --limit blocks=N");
    return {};
  }

  /// Size of the box whose header begins at the reader's position: the 32-bit field, the 64-bit one
  /// behind it, or all that is left (0, only for the outermost box).
  static Result<std::uint64_t> total_size(ByteReader& reader, std::uint32_t field, std::size_t left,
                                          std::uint64_t depth) {
    if (field == 1) return reader.u64be();
    if (field == 0 && depth == 0) return left;
    return field;
  }

  Result<Box> next(ByteReader& reader, std::uint64_t base, std::uint64_t depth) {
    Box box;
    const std::size_t start = reader.position();
    const std::size_t left = reader.remaining();
    box.offset = base + start;
    SIGNMARK_TRY(check(depth, box.offset));
    SIGNMARK_ASSIGN(const std::uint32_t field, reader.u32be());
    SIGNMARK_ASSIGN(box.type, reader.fourcc());
    SIGNMARK_ASSIGN(const std::uint64_t size, total_size(reader, field, left, depth));
    const std::size_t header = reader.position() - start;
    if (size < header)
      return reader.error("malformed", fmt::format("a box says a size of {} bytes", size));
    SIGNMARK_ASSIGN(box.payload, reader.take(size - header));
    box.raw = bytes_.subspan(static_cast<std::size_t>(box.offset), static_cast<std::size_t>(size));
    if (box.super()) SIGNMARK_TRY(fill_super(box, box.offset + header, depth));
    return box;
  }

  Status fill_super(Box& box, std::uint64_t base, std::uint64_t depth) {
    ByteReader reader(box.payload, kContext, base);
    SIGNMARK_ASSIGN(const Box description, next(reader, base, depth + 1));
    if (description.type != "jumd")
      return fail("c2pa.jumbf.malformed", "a superbox does not begin with its description box",
                  fmt::format("byte {}", base));
    SIGNMARK_TRY(describe(box, description, depth + 1));
    while (!reader.at_end()) {
      SIGNMARK_ASSIGN(Box child, next(reader, base, depth + 1));
      box.children.push_back(std::move(child));
    }
    index_labels(box);
    return {};
  }

  static void index_labels(Box& box) {
    for (std::size_t i = 0; i < box.children.size(); ++i)
      if (box.children[i].labelled) box.by_label.push_back(i);
    std::stable_sort(box.by_label.begin(), box.by_label.end(), [&](std::size_t a, std::size_t b) {
      return box.children[a].label < box.children[b].label;
    });
  }

  Status describe(Box& box, const Box& description, std::uint64_t depth) {
    const std::uint64_t base =
        description.offset + (description.raw.size() - description.payload.size());
    ByteReader reader(description.payload, kContext, base);
    SIGNMARK_ASSIGN(const ByteView uuid, reader.take(box.uuid.size()));
    std::copy(uuid.begin(), uuid.end(), box.uuid.begin());
    SIGNMARK_ASSIGN(box.toggles, reader.u8());
    if ((box.toggles & kReserved) != 0)
      return reader.error("malformed", "a description box uses reserved toggles");
    // A label exists to be requested by (ISO 19566-5 A.3); c2pa-rs reads no label otherwise.
    if ((box.toggles & (kHasLabel | kRequestable)) == kHasLabel)
      return reader.error("malformed", "a labelled box cannot be requested");
    if ((box.toggles & kHasLabel) != 0) SIGNMARK_TRY(read_label(box, reader));
    if ((box.toggles & kHasId) != 0) SIGNMARK_TRY(reader.skip(4));
    if ((box.toggles & kHasSha256) != 0) SIGNMARK_TRY(reader.skip(32));
    if ((box.toggles & kHasPrivate) != 0) SIGNMARK_TRY(read_private(box, reader, base, depth));
    if (!reader.at_end())
      return reader.error("malformed", "a description box is longer than its toggles say");
    return {};
  }

  static Status read_label(Box& box, ByteReader& reader) {
    SIGNMARK_ASSIGN(box.label, reader.cstring());
    box.labelled = true;
    if (!is_utf8(box.label)) return reader.error("malformed", "a label is not UTF-8");
    const auto bad = [](char c) {
      const auto u = static_cast<unsigned char>(c);
      return u < 0x20 || u == 0x7f || c == '/' || c == ';' || c == '?' || c == '#';
    };
    if (std::any_of(box.label.begin(), box.label.end(), bad))
      return reader.error("malformed", "a label holds a character that is not allowed");
    return {};
  }

  Status read_private(Box& box, ByteReader& reader, std::uint64_t base, std::uint64_t depth) {
    SIGNMARK_ASSIGN(const Box inner, next(reader, base, depth + 1));
    if (inner.type == "c2sh") box.salt = inner.payload;
    return {};
  }

  const Limits& limits_;
  ByteView bytes_;
  std::uint64_t max_depth_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::vector<std::size_t>::const_iterator Box::first_labelled(std::string_view child_label) const {
  return std::lower_bound(
      by_label.begin(), by_label.end(), child_label,
      [&](std::size_t i, std::string_view wanted) { return children[i].label < wanted; });
}

const Box* Box::content(std::string_view child_type) const {
  for (const Box& box : children)
    if (box.type == child_type) return &box;
  return nullptr;
}

const Box* Box::child(const Uuid& child_uuid) const {
  for (const Box& box : children)
    if (box.super() && box.uuid == child_uuid) return &box;
  return nullptr;
}

std::size_t Box::count(std::string_view child_label) const {
  const auto first = first_labelled(child_label);
  const auto last = std::find_if(first, by_label.end(),
                                 [&](std::size_t i) { return children[i].label != child_label; });
  return static_cast<std::size_t>(last - first);
}

const Box* Box::only(std::string_view child_label) const {
  const auto first = first_labelled(child_label);
  if (first == by_label.end() || children[*first].label != child_label) return nullptr;
  const auto second = first + 1;
  if (second != by_label.end() && children[*second].label == child_label) return nullptr;
  return &children[*first];
}

Result<Box> parse(const Limits& limits, ByteView bytes) {
  if (bytes.size() > limits.manifest_store)
    return fail("c2pa.jumbf.limit",
                fmt::format("the manifest store has {} bytes, {} are allowed", bytes.size(),
                            limits.manifest_store),
                {}, "raise it with --limit manifest-store=SIZE");
  return Parser(limits, bytes).root();
}

Result<Box> parse_store(const Limits& limits, ByteView bytes) {
  SIGNMARK_ASSIGN(Box store, parse(limits, bytes));
  if (store.uuid != kStoreType || store.label != kStoreLabel)
    return fail("c2pa.jumbf.not-a-store", "the box is no C2PA manifest store", "byte 0");
  return store;
}

bool is_manifest(const Box& box) {
  return box.super() &&
         (box.uuid == kStandardManifestType || box.uuid == kUpdateManifestType ||
          box.uuid == kCompressedManifestType || box.uuid == kDeprecatedManifestType);
}

}  // namespace signmark::c2pa::jumbf
