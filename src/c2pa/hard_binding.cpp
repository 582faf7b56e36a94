// SPDX-License-Identifier: Apache-2.0
// Hard bindings that signmark writes.
#include "c2pa/hard_binding.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "c2pa/labels.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

/// Between two progress reports; also how soon a cancellation is noticed.
constexpr std::uint64_t kReportStep = 16ULL << 20;

/// Hashes parts of a rope and tells how far it is.
class RopeHasher {
 public:
  RopeHasher(const Context& context, const Rope& rope) : context_(context), rope_(rope) {}

  Status add(Range range) {
    while (range.size > 0) {
      const Range step{range.offset, std::min(range.size, kReportStep)};
      SIGNMARK_TRY(rope_.visit(step, [this](ByteView piece) -> Status {
        hasher_.update(piece);
        return {};
      }));
      SIGNMARK_TRY(context_.report("hash", step.end(), rope_.size()));
      range = {step.end(), range.size - step.size};
    }
    return {};
  }

  void add(ByteView bytes) { hasher_.update(bytes); }
  Bytes finish() { return hasher_.finish(); }

 private:
  const Context& context_;
  const Rope& rope_;
  Hasher hasher_{HashAlg::sha256};
};

// ---------------------------------------------------------------------------------------------
// ISO BMFF

constexpr std::uint32_t kMfra = 0x6d667261;  // 'mfra'
constexpr std::uint32_t kUuid = 0x75756964;  // 'uuid'

struct RootBox {
  std::uint32_t type = 0;
  Range range;
  Range content;  ///< behind the header
};

tl::unexpected<Error> bad_box(std::uint64_t offset) {
  return fail("c2pa.sign.bmff", "a box has no valid size", fmt::format("byte {}", offset));
}

/// The root box at `offset` (ISO 14496-12 4.2): 32-bit size, 1 for a 64-bit one, 0 for "to the
/// end".
Result<RootBox> root_box(const Rope& rope, std::uint64_t offset) {
  const std::uint64_t left = rope.size() - offset;
  SIGNMARK_ASSIGN(const Bytes head, rope.copy({offset, std::min<std::uint64_t>(left, 16)}));
  ByteReader reader(head, "c2pa.sign.bmff", offset);
  SIGNMARK_ASSIGN(std::uint64_t size, reader.u32be());
  SIGNMARK_ASSIGN(const std::uint32_t type, reader.u32be());
  if (size == 1) {
    SIGNMARK_ASSIGN(size, reader.u64be());
  } else if (size == 0) {
    size = left;
  }
  const std::uint64_t header = reader.position();
  if (size < header || size > left) return bad_box(offset);
  return RootBox{type, {offset, size}, {offset + header, size - header}};
}

/// Whether bmff_hash_assertion() excludes this box. Its data match looks 8 bytes behind the box's
/// start, so a box with a 64-bit size never matches.
Result<bool> is_excluded(const Rope& rope, const RootBox& box) {
  if (box.type == kMfra) return true;
  const bool short_header = box.content.offset == box.range.offset + kBmffUuidOffset;
  if (box.type != kUuid || !short_header || box.content.size < kBmffStoreUuid.size()) return false;
  SIGNMARK_ASSIGN(const Bytes uuid, rope.copy({box.content.offset, kBmffStoreUuid.size()}));
  return std::equal(uuid.begin(), uuid.end(), kBmffStoreUuid.begin());
}

}  // namespace

Value data_hash_assertion(const std::vector<Range>& exclusions, ByteView digest) {
  Value ranges = Value::array();
  for (const Range& range : exclusions)
    ranges.push(Value::map()
                    .set("start", Value::uint(range.offset))
                    .set("length", Value::uint(range.size)));
  Value value = Value::map();
  if (!exclusions.empty()) value.set("exclusions", std::move(ranges));
  // `pad` is required even when nothing had to be reserved (16.3.1).
  return value.set("alg", Value::text(std::string(hash_name(HashAlg::sha256))))
      .set("hash", Value::bytes(digest))
      .set("pad", Value::bytes(Bytes{}));
}

Result<Bytes> hash_data(const Context& context, const Rope& rope,
                        const std::vector<Range>& exclusions) {
  RopeHasher hasher(context, rope);
  std::uint64_t at = 0;
  for (const Range& range : exclusions) {
    if (range.offset < at || range.size > rope.size() || range.end() > rope.size())
      return fail("c2pa.sign.exclusions", "exclusions overlap or leave the file",
                  fmt::format("byte {}", range.offset));
    SIGNMARK_TRY(hasher.add({at, range.offset - at}));
    at = range.end();
  }
  SIGNMARK_TRY(hasher.add({at, rope.size() - at}));
  return hasher.finish();
}

Value bmff_hash_assertion(ByteView digest) {
  Value match = Value::map()
                    .set("offset", Value::uint(kBmffUuidOffset))
                    .set("value", Value::bytes(ByteView(kBmffStoreUuid)));
  Value store =
      Value::map().set("xpath", Value::text("/uuid")).set("data", Value::array({std::move(match)}));
  Value random_access = Value::map().set("xpath", Value::text("/mfra"));
  return Value::map()
      .set("exclusions", Value::array({std::move(store), std::move(random_access)}))
      .set("alg", Value::text(std::string(hash_name(HashAlg::sha256))))
      .set("hash", Value::bytes(digest));
}

Result<Bytes> hash_bmff(const Context& context, const Rope& rope) {
  RopeHasher hasher(context, rope);
  std::uint64_t boxes = 0;
  for (std::uint64_t at = 0; at < rope.size();) {
    if (++boxes > context.limits.blocks)
      return fail("c2pa.sign.bmff", fmt::format("more than {} boxes", context.limits.blocks), {},
                  "raise it with --limit blocks=N");
    SIGNMARK_ASSIGN(const RootBox box, root_box(rope, at));
    SIGNMARK_ASSIGN(const bool excluded, is_excluded(rope, box));
    if (!excluded) {
      hasher.add(ByteWriter().u64be(at).view());
      SIGNMARK_TRY(hasher.add(box.range));
    }
    at = box.range.end();
  }
  return hasher.finish();
}

}  // namespace signmark::c2pa
