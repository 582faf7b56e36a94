// SPDX-License-Identifier: Apache-2.0
// c2pa.hash.bmff: boxes of an ISO base media file, minus the exclusions (2.5: 16.3.4).
#include <algorithm>
#include <array>

#include "base/bytes.hpp"
#include "c2pa/content_hash.hpp"
#include "c2pa/hash_tree.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::string_view kMalformed = "assertion.bmffHash.malformed";
constexpr std::string_view kMismatch = "assertion.bmffHash.mismatch";

/// With a hash tree the hash over the file leaves out the media from here on (16.3.4).
constexpr std::uint64_t kMediaOffset = 16;
/// Leaves of a tree: 4 GiB in blocks of 4 KiB.
constexpr std::uint64_t kMaxLeaves = 1U << 20;

/// A box of the file; header sizes as ISO 14496-12 4.2.
struct MediaBox {
  std::string type;
  Range range;
  std::uint64_t header = 8;  ///< bytes before its content: 8 or 16, and 16 more for `uuid`
};

/// Boxes whose content is boxes; an xpath ends at anything else.
constexpr std::array<std::string_view, 16> kContainers{
    "moov", "trak", "mdia", "minf", "stbl", "dinf", "edts", "udta",
    "mvex", "moof", "traf", "mfra", "meta", "schi", "tref", "iprp"};

/// Nothing when the boxes do not fill `range` exactly, or are more than allowed.
std::optional<std::vector<MediaBox>> boxes_in(const Content& content, Range range) {
  std::vector<MediaBox> boxes;
  ByteReader reader(content.file.subspan(range.offset, range.size), "c2pa.content", range.offset);
  while (!reader.at_end()) {
    if (boxes.size() >= content.context.limits.blocks) return std::nullopt;
    const std::uint64_t start = reader.position();
    const std::uint64_t left = reader.remaining();
    const auto field = reader.u32be();
    auto type = reader.fourcc();
    if (!field || !type) return std::nullopt;
    std::uint64_t size = *field == 0 ? left : *field;
    if (*field == 1) {
      const auto large = reader.u64be();
      if (!large) return std::nullopt;
      size = *large;
    }
    const std::uint64_t header = reader.position() - start;
    if (size < header || size > left) return std::nullopt;
    boxes.push_back({std::move(*type), {range.offset + start, size}, header});
    if (boxes.back().type == "uuid") boxes.back().header += 16;
    if (!reader.seek(start + size)) return std::nullopt;
  }
  return boxes;
}

/// Where the children of a container begin: behind version and flags in ISO's `meta`, which
/// QuickTime's lacks.
Range children_of(const Content& content, const MediaBox& box) {
  std::uint64_t skip = box.header;
  const ByteView bytes = content.file.subspan(box.range.offset, box.range.size);
  const bool iso_meta = box.type == "meta" && bytes.size() >= skip + 8 &&
                        as_text(bytes.subspan(skip + 4, 4)) != "hdlr";
  if (iso_meta) skip += 4;
  return {box.range.offset + skip, box.range.size - skip};
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty() && path.front() == '/') {
    path.remove_prefix(1);
    const std::size_t slash = std::min(path.find('/'), path.size());
    parts.emplace_back(path.substr(0, slash));
    path.remove_prefix(slash);
  }
  return parts;
}

/// One entry of `exclusions`.
struct Rule {
  std::vector<std::string> path;
  const Value* map = nullptr;
};

std::optional<std::uint64_t> number(const Value& map, std::string_view key) {
  const Value* value = map.find(key);
  return value ? value->as_uint() : std::nullopt;
}

bool data_matches(const Content& content, const MediaBox& box, const Value* data) {
  const auto* items = data ? data->as_array() : nullptr;
  if (items == nullptr) return true;
  for (const Value& item : *items) {
    const auto offset = number(item, "offset");
    const Value* value = item.find("value");
    const Bytes* wanted = value ? value->as_bytes() : nullptr;
    if (!offset || wanted == nullptr || *offset > box.range.size ||
        wanted->size() > box.range.size - *offset)
      return false;
    const ByteView actual = content.file.subspan(box.range.offset + *offset, wanted->size());
    if (!std::equal(actual.begin(), actual.end(), wanted->begin())) return false;
  }
  return true;
}

/// Version and flags of a full box: one byte and three behind the header.
bool full_box_matches(const Content& content, const MediaBox& box, const Value& rule) {
  const auto version = number(rule, "version");
  const Value* flags = rule.find("flags");
  const Bytes* wanted = flags ? flags->as_bytes() : nullptr;
  if (!version && wanted == nullptr) return true;
  if (box.range.size < box.header + 4) return false;
  const ByteView head = content.file.subspan(box.range.offset + box.header, 4);
  if (version && *version != head[0]) return false;
  if (wanted == nullptr) return true;
  if (wanted->size() != 3) return false;
  const Value* exact = rule.find("exact");
  const bool whole = exact == nullptr || exact->as_bool().value_or(true);
  for (std::size_t i = 0; i < 3; ++i) {
    const Byte actual = whole ? head[i + 1] : static_cast<Byte>(head[i + 1] & (*wanted)[i]);
    if (actual != (*wanted)[i]) return false;
  }
  return true;
}

bool rule_matches(const Content& content, const MediaBox& box, const Value& rule) {
  const auto length = number(rule, "length");
  if (length && *length != box.range.size) return false;
  return full_box_matches(content, box, rule) && data_matches(content, box, rule.find("data"));
}

/// All that the exclusions take out.
class Excluder {
 public:
  Excluder(const Content& content, const std::vector<MediaBox>& roots)
      : content_(content), roots_(roots) {}

  /// False when the rule is malformed, or there are too many boxes to look at (see exhausted()).
  bool apply(const Rule& rule) { return apply(rule, roots_, 0); }
  [[nodiscard]] bool exhausted() const {
    return steps_ > kStepsPerBlock * content_.context.limits.blocks;
  }

  [[nodiscard]] bool whole(std::uint64_t offset) const {
    return std::binary_search(whole_.begin(), whole_.end(), offset);
  }

  /// Sorts and joins; before the ranges are used.
  void finish() {
    std::sort(whole_.begin(), whole_.end());
    std::sort(ranges_.begin(), ranges_.end(),
              [](const Range& a, const Range& b) { return a.offset < b.offset; });
  }

  [[nodiscard]] const std::vector<Range>& ranges() const { return ranges_; }
  [[nodiscard]] bool media_unbound() const { return media_unbound_; }
  /// Whether the media is left to hash trees, as the specification says.
  [[nodiscard]] bool media_in_trees() const { return media_in_trees_; }

 private:
  /// Every rule may look at every box; no honest file has more than some ten rules.
  static constexpr std::uint64_t kStepsPerBlock = 16;

  bool apply(const Rule& rule, const std::vector<MediaBox>& boxes, std::size_t depth) {
    for (const MediaBox& box : boxes) {
      ++steps_;
      if (exhausted()) return false;
      if (box.type != rule.path[depth]) continue;
      if (depth + 1 == rule.path.size()) {
        if (rule_matches(content_, box, *rule.map) && !exclude(box, *rule.map)) return false;
        continue;
      }
      if (std::find(kContainers.begin(), kContainers.end(), box.type) == kContainers.end())
        continue;
      const auto children = boxes_in(content_, children_of(content_, box));
      if (children && !apply(rule, *children, depth + 1)) return false;
    }
    return true;
  }

  bool exclude(const MediaBox& box, const Value& rule) {
    const Value* subset = rule.find("subset");
    if (subset == nullptr || subset->is(cbor::Kind::null)) {
      if (box.type == "mdat") media_unbound_ = true;
      whole_.push_back(box.range.offset);
      ranges_.push_back(box.range);
      return true;
    }
    if (subset->as_array() == nullptr) return false;
    for (const Value& item : *subset->as_array()) {
      const auto offset = number(item, "offset");
      const auto length = number(item, "length");
      if (!offset || !length) return false;
      if (*offset > box.range.size) continue;
      const std::uint64_t left = box.range.size - *offset;
      const std::uint64_t size = *length == 0 ? left : std::min(*length, left);
      const bool to_trees = *offset == kMediaOffset && *length == 0;
      if (box.type == "mdat" && size > 0) (to_trees ? media_in_trees_ : media_unbound_) = true;
      ranges_.push_back({box.range.offset + *offset, size});
    }
    return true;
  }

  const Content& content_;
  const std::vector<MediaBox>& roots_;
  std::vector<std::uint64_t> whole_;
  std::vector<Range> ranges_;
  std::uint64_t steps_ = 0;
  bool media_unbound_ = false, media_in_trees_ = false;
};

/// Nothing when `exclusions` is malformed.
std::optional<std::vector<Rule>> read_rules(const Value& map) {
  const Value* list = map.find("exclusions");
  if (list == nullptr || list->as_array() == nullptr) return std::nullopt;
  std::vector<Rule> rules;
  for (const Value& item : *list->as_array()) {
    const Value* xpath = item.find("xpath");
    if (xpath == nullptr || xpath->as_text() == nullptr) return std::nullopt;
    rules.push_back({split(*xpath->as_text()), &item});
    if (rules.back().path.empty()) return std::nullopt;
  }
  return rules;
}

/// Exclusions that the specification (2.2 to 2.5) names; any other is worth telling.
bool is_usual(const Rule& rule) {
  const std::string& first = rule.path.front();
  return rule.path.size() == 1 &&
         (first == "uuid" || first == "ftyp" || first == "mfra" || first == "mdat");
}

using Roots = std::span<const MediaBox>;

std::vector<HashPart> parts_of(Roots roots, const Excluder& excluder) {
  std::vector<HashPart> parts;
  auto range = std::find_if(
      excluder.ranges().begin(), excluder.ranges().end(),
      [&](const Range& r) { return roots.empty() || r.offset >= roots.front().range.offset; });
  for (const MediaBox& box : roots) {
    std::vector<Range> inner;
    for (; range != excluder.ranges().end() && range->offset < box.range.end(); ++range)
      inner.push_back(*range);
    if (excluder.whole(box.range.offset)) continue;
    // The offset is hashed even when the first bytes of the box are excluded.
    parts.push_back({{box.range.offset, 0}, true});
    for (const Range& left : remainder(box.range, inner)) parts.push_back({left, false});
  }
  return parts;
}

/// Checks what the exclusions left, once they are known.
class BmffCheck {
 public:
  BmffCheck(const Content& content, const Binding& binding, Roots roots, const Excluder& excluder)
      : content_(content), binding_(binding), roots_(roots), excluder_(excluder) {}

  /// Whether the hash over the file matches.
  Result<bool> file_matches() const {
    SIGNMARK_ASSIGN(const Bytes actual, hash(binding_.alg, roots_));
    return actual == *binding_.digest;
  }

  /// Whether each `mdat` has a tree, and matches it.
  Result<bool> media_matches(const std::vector<HashTree>& trees) const {
    std::uint64_t index = 0;
    for (const MediaBox& box : roots_) {
      if (box.type != "mdat") continue;
      const auto tree = std::find_if(trees.begin(), trees.end(), [&](const HashTree& candidate) {
        return candidate.local_id == index;
      });
      if (tree == trees.end()) return false;
      const std::uint64_t head = std::min(kMediaOffset, box.range.size);
      const auto leaves =
          leaves_of(*tree, {box.range.offset + head, box.range.size - head}, kMaxLeaves);
      if (!leaves) return false;
      std::vector<Bytes> hashes;
      for (const Range& leaf : *leaves) {
        SIGNMARK_ASSIGN(Bytes digest,
                        hash_parts(content_.context, content_.file, *tree->alg, {{leaf, false}}));
        hashes.push_back(std::move(digest));
      }
      if (!matches(*tree, std::move(hashes))) return false;
      ++index;
    }
    return index == trees.size();
  }

  /// Whether the initialisation segment and each fragment (from one `moof` to the next) match.
  Result<bool> fragments_match(const HashTree& tree) const {
    auto at = next_fragment(roots_.begin());
    SIGNMARK_ASSIGN(const Bytes init, hash(*tree.alg, {roots_.begin(), at}));
    if (init != *tree.init_hash) return false;
    std::vector<Bytes> hashes;
    while (at != roots_.end()) {
      const auto end = next_fragment(at + 1);
      SIGNMARK_ASSIGN(Bytes digest, hash(*tree.alg, {at, end}));
      hashes.push_back(std::move(digest));
      at = end;
    }
    return matches(tree, std::move(hashes));
  }

 private:
  [[nodiscard]] Roots::iterator next_fragment(Roots::iterator from) const {
    return std::find_if(from, roots_.end(), [](const MediaBox& box) { return box.type == "moof"; });
  }
  [[nodiscard]] Result<Bytes> hash(HashAlg alg, Roots roots) const {
    return hash_parts(content_.context, content_.file, alg, parts_of(roots, excluder_));
  }

  const Content& content_;
  const Binding& binding_;
  Roots roots_;
  const Excluder& excluder_;
};

/// Fragmented files have no hash over the whole: all of it is in the leaves.
Result<Answer> check_fragments(const Content& content, const Binding& binding,
                               const std::vector<HashTree>& trees, const BmffCheck& check,
                               bool fragmented, Codes& codes) {
  const bool whole = std::all_of(trees.begin(), trees.end(),
                                 [](const HashTree& tree) { return tree.init_hash != nullptr; });
  if (!fragmented || !whole)
    return not_checked(binding.url, "hash trees over parts of several files are not checked",
                       codes);
  for (const HashTree& tree : trees) {
    SIGNMARK_ASSIGN(const bool good, check.fragments_match(tree));
    if (!good) return conclude(content, binding, "bmffHash", false, codes);
  }
  return conclude(content, binding, "bmffHash", true, codes);
}

Result<Answer> check_boxes(const Content& content, const Binding& binding,
                           const std::vector<MediaBox>& roots, const Excluder& excluder,
                           Codes& codes) {
  const Value* merkle = binding.value.find("merkle");
  std::optional<std::vector<HashTree>> trees;
  if (merkle != nullptr && !merkle->is(cbor::Kind::null)) {
    trees = read_hash_trees(*merkle, binding.alg);
    if (!trees) {
      reject(codes, kMalformed, binding.url, "the hash trees are malformed");
      return Answer::bad;
    }
    if (!std::all_of(trees->begin(), trees->end(), [](const auto& tree) { return tree.alg; })) {
      reject(codes, kAlgorithmUnsupported, binding.url, "hash algorithm of a tree not checked");
      return Answer::unknown;
    }
  }
  const BmffCheck check(content, binding, roots, excluder);
  if (excluder.media_unbound() || (excluder.media_in_trees() && !trees)) {
    reject(codes, kMismatch, binding.url, "the exclusions leave out the media");
    return Answer::bad;
  }
  if (binding.digest == nullptr && !trees)
    return not_checked(binding.url, "the binding has no hash over the whole file", codes);
  if (binding.digest == nullptr) {
    const bool fragmented = std::any_of(roots.begin(), roots.end(),
                                        [](const MediaBox& box) { return box.type == "moof"; });
    return check_fragments(content, binding, *trees, check, fragmented, codes);
  }
  SIGNMARK_ASSIGN(bool good, check.file_matches());
  if (good && excluder.media_in_trees()) {
    SIGNMARK_ASSIGN(good, check.media_matches(*trees));
  }
  return conclude(content, binding, "bmffHash", good, codes);
}

}  // namespace

Result<Answer> check_bmff_hash(const Content& content, const Binding& binding, Codes& codes) {
  const auto rules = read_rules(binding.value);
  if (!rules) {
    reject(codes, kMalformed, binding.url, "the exclusions are malformed");
    return Answer::bad;
  }
  const auto roots = boxes_in(content, {0, content.file.size()});
  if (!roots) return conclude(content, binding, "bmffHash", false, codes);
  Excluder excluder(content, *roots);
  for (const Rule& rule : *rules) {
    if (excluder.apply(rule)) continue;
    if (excluder.exhausted()) return not_checked(binding.url, "too many boxes to check", codes);
    reject(codes, kMalformed, binding.url, "an exclusion is malformed");
    return Answer::bad;
  }
  excluder.finish();
  if (!excluder.media_unbound() && !std::all_of(rules->begin(), rules->end(), is_usual))
    inform(codes, "assertion.bmffHash.additionalExclusionsPresent", binding.url,
           "boxes beside the manifest are not covered by the hash");
  return check_boxes(content, binding, *roots, excluder, codes);
}

}  // namespace signmark::c2pa
