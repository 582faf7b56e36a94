// SPDX-License-Identifier: Apache-2.0
// Walks the boxes of ISO base media files, with bounds on number and depth.
#include "container/bmff_boxes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace signmark::container {
namespace {

/// Boxes whose content is boxes and nothing else.
constexpr std::array<std::string_view, 16> kContainers = {
    "moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta",
    "mvex", "moof", "traf", "mfra", "iprp", "ipco", "meta", "ilst"};

/// Root boxes of the standards: one of these that does not fit is cut off, while other bytes
/// behind the last box are another file's.
constexpr std::array<std::string_view, 20> kRoots = {
    "ftyp", "styp", "meta", "moov", "moof", "mdat", "idat", "free", "skip", "wide",
    "uuid", "sidx", "ssix", "mfra", "pdin", "prft", "emsg", "imda", "pnot", "jumb"};

template <std::size_t kCount>
bool is_one_of(const std::array<std::string_view, kCount>& list, std::string_view type) {
  return std::find(list.begin(), list.end(), type) != list.end();
}

Result<BmffBox> next_box(ByteReader& reader, std::uint64_t base) {
  const std::uint64_t start = reader.position();
  const std::uint64_t left = reader.remaining();
  SIGNMARK_ASSIGN(std::uint64_t size, reader.u32be());
  BmffBox box;
  SIGNMARK_ASSIGN(box.type, reader.fourcc());
  box.open_ended = size == 0;
  box.large = size == 1;
  if (size == 0) size = left;
  if (box.large) {
    SIGNMARK_ASSIGN(size, reader.u64be());
  }
  const std::uint64_t header = reader.position() - start;
  if (size < header)
    return reader.error("syntax",
                        fmt::format("the box {} is smaller than its header", printable(box.type)));
  if (size > left)
    return reader.error("truncated", fmt::format("the box {} has {} bytes, {} are left",
                                                 printable(box.type), size, left));
  box.range = {base + start, size};
  box.content = {base + start + header, size - header};
  SIGNMARK_TRY(reader.seek(start + size));
  return box;
}

/// ISO's `meta` is a FullBox, QuickTime's is not: there `hdlr` follows at once.
void skip_full_box_header(const BmffSource& source, BmffBox& meta) {
  ByteReader reader = source.reader(meta.content);
  const bool bare = reader.skip(4) && reader.next_is("hdlr");
  if (bare || meta.content.size < kFullBoxHeader) return;
  meta.content = {meta.content.offset + kFullBoxHeader, meta.content.size - kFullBoxHeader};
}

class TreeReader {
 public:
  explicit TreeReader(const BmffSource& source) : source_(source) {}

  /// Fills in the children, as far as they can be read.
  Status read_children(BmffBox& box, std::uint64_t depth, std::optional<Error>& damage) {
    if (!is_one_of(kContainers, box.type)) return {};
    SIGNMARK_TRY(check_limit(code_name(source_.format), "box-depth", depth,
                             source_.limits.box_depth, at_byte(box.range.offset)));
    if (box.type == "meta") skip_full_box_header(source_, box);
    Range content = box.content;
    if (box.type == "udta") content.size -= quicktime_end(content);
    auto children = bmff_boxes(source_, content);
    if (!children) return note(children.error(), damage);
    box.children = std::move(*children);
    SIGNMARK_TRY(count(box.children.size(), box.range.offset));
    for (BmffBox& child : box.children) SIGNMARK_TRY(read_children(child, depth + 1, damage));
    return {};
  }

  /// Limits hold for the whole file, not only for one box.
  Status count(std::uint64_t boxes, std::uint64_t offset) {
    boxes_ += boxes;
    return check_limit(code_name(source_.format), "blocks", boxes_, source_.limits.blocks,
                       at_byte(offset));
  }

  Status note(const Error& error, std::optional<Error>& damage) const {
    if (is_limit_error(source_, error)) return tl::unexpected<Error>(error);
    if (!damage) damage = error;
    return {};
  }

 private:
  /// QuickTime file format, user data: the list may end with four zero bytes.
  std::uint64_t quicktime_end(Range content) const {
    if (content.size < 4) return 0;
    const ByteView last = source_.view({content.end() - 4, 4});
    const bool zeros = std::all_of(last.begin(), last.end(), [](Byte b) { return b == 0; });
    if (!zeros) return 0;
    const auto whole = bmff_boxes(source_, content);
    return whole ? 0 : 4;
  }

  const BmffSource& source_;
  std::uint64_t boxes_ = 0;
};

/// Whether the bytes behind the last root box belong to the file although they cannot be read.
bool looks_like_root(const BmffSource& source, std::uint64_t offset) {
  if (source.file.size() - offset < 8) return true;
  return is_one_of(kRoots, as_text(source.file.subspan(offset + 4, 4)));
}

Status read_roots(const BmffSource& source, TreeReader& tree, BmffScan& scan) {
  ByteReader reader(source.file, source.context());
  while (!reader.at_end()) {
    const std::uint64_t start = reader.position();
    auto box = next_box(reader, 0);
    const bool foreign = (!box || box->open_ended) && !looks_like_root(source, start);
    if (foreign) {
      scan.trailing = {start, source.file.size() - start};
      return {};
    }
    if (!box) return tree.note(box.error(), scan.damage);
    SIGNMARK_TRY(tree.count(1, start));
    scan.roots.push_back(std::move(*box));
  }
  return {};
}

}  // namespace

const BmffBox* BmffBox::find(std::string_view child_type) const {
  const auto found = std::find_if(children.begin(), children.end(),
                                  [&](const BmffBox& child) { return child.type == child_type; });
  return found == children.end() ? nullptr : &*found;
}

const BmffBox* BmffBox::find(std::initializer_list<std::string_view> path) const {
  const BmffBox* box = this;
  for (const std::string_view step : path)
    if (box != nullptr) box = box->find(step);
  return box;
}

const BmffBox* BmffScan::find(std::string_view type) const {
  const auto found = std::find_if(roots.begin(), roots.end(),
                                  [&](const BmffBox& box) { return box.type == type; });
  return found == roots.end() ? nullptr : &*found;
}

std::string BmffSource::context() const { return fmt::format("container.{}", code_name(format)); }

ByteReader BmffSource::reader(Range range) const { return {view(range), context(), range.offset}; }

Result<BmffSource::FullBox> BmffSource::full_box(const BmffBox& box) const {
  FullBox full{0, 0, reader(box.content)};
  SIGNMARK_ASSIGN(full.version, full.reader.u8());
  SIGNMARK_ASSIGN(full.flags, full.reader.u24be());
  return full;
}

Result<std::vector<BmffBox>> bmff_boxes(const BmffSource& source, Range range) {
  std::vector<BmffBox> boxes;
  ByteReader reader = source.reader(range);
  while (!reader.at_end()) {
    SIGNMARK_ASSIGN(BmffBox box, next_box(reader, range.offset));
    boxes.push_back(std::move(box));
    SIGNMARK_TRY(check_limit(code_name(source.format), "blocks", boxes.size(), source.limits.blocks,
                             at_byte(range.offset)));
  }
  return boxes;
}

Result<BmffScan> scan_bmff(const BmffSource& source) {
  BmffScan scan;
  TreeReader tree(source);
  SIGNMARK_TRY(read_roots(source, tree, scan));
  for (BmffBox& box : scan.roots) SIGNMARK_TRY(tree.read_children(box, 1, scan.damage));
  return scan;
}

bool is_limit_error(const BmffSource& source, const Error& error) {
  return error.code == source.context() + ".limit";
}

bool is_uuid_box(const BmffSource& source, const BmffBox& box, std::string_view uuid) {
  return box.type == "uuid" && starts_with(source.view(box.content), uuid);
}

Bytes bmff_box(std::string_view type, ByteView content) {
  ByteWriter out;
  out.u32be(static_cast<std::uint32_t>(8 + content.size())).text(type).bytes(content);
  return out.take();
}

bool has_brand(ByteView file, std::initializer_list<std::string_view> brands) {
  ByteReader reader(file, "container.ftyp");
  const auto size = reader.u32be();
  const auto type = reader.fourcc();
  if (!size || !type || *type != "ftyp") return false;
  const std::uint64_t end = std::min<std::uint64_t>(*size, file.size());
  for (std::uint64_t at = 8; at + 4 <= end; at += 4) {
    const bool version = at == 12;  // the minor version stands between the brands
    const std::string_view brand = as_text(file.subspan(at, 4));
    if (!version && std::find(brands.begin(), brands.end(), brand) != brands.end()) return true;
  }
  return false;
}

tl::unexpected<Error> bmff_error(const BmffSource& source, std::string_view what,
                                 std::string message, std::uint64_t offset) {
  return format_error(source.format, what, std::move(message), at_byte(offset));
}

}  // namespace signmark::container
