// SPDX-License-Identifier: Apache-2.0
// Choosing and concluding hard bindings; c2pa.hash.data.
#include "c2pa/content_hash.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace signmark::c2pa {
namespace {

using cbor::Value;

constexpr std::string_view kBmffFamily = "c2pa.hash.bmff";
constexpr std::string_view kMalformed = "assertion.dataHash.malformed";
constexpr std::string_view kMismatch = "assertion.dataHash.mismatch";

/// Between two progress reports; also how soon a cancellation is noticed.
constexpr std::uint64_t kReportStep = 16ULL << 20;

/// The `exclusions` of a data hash, sorted; nothing when they are malformed, overlap or leave the
/// file.
std::optional<std::vector<Range>> read_exclusions(const Value& map, std::uint64_t file_size) {
  std::vector<Range> ranges;
  const Value* list = map.find("exclusions");
  if (list == nullptr || list->is(cbor::Kind::null)) return ranges;
  if (list->as_array() == nullptr) return std::nullopt;
  for (const Value& item : *list->as_array()) {
    const Value* start = item.find("start");
    const Value* length = item.find("length");
    if (start == nullptr || !start->as_uint() || length == nullptr || !length->as_uint())
      return std::nullopt;
    ranges.push_back({*start->as_uint(), *length->as_uint()});
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range& a, const Range& b) { return a.offset < b.offset; });
  std::uint64_t at = 0;
  for (const Range& range : ranges) {
    if (range.offset < at || range.offset > file_size || range.size > file_size - range.offset)
      return std::nullopt;
    at = range.end();
  }
  return ranges;
}

bool inside(const Range& inner, const Range& outer) {
  return inner.offset >= outer.offset && inner.end() <= outer.end();
}

bool overlap(const Range& a, const Range& b) { return a.offset < b.end() && b.offset < a.end(); }

bool all_zero(ByteView bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](Byte b) { return b == 0; });
}

/// How an exclusion relates to the places of the store.
enum class Exclusion { store, elsewhere, too_wide };

/// The excluded range may hold the store, its carrier and zero padding (16.3.1); a range apart from
/// the store is allowed and told; one that takes foreign bytes along is a forgery's tool.
Exclusion judge(const Content& content, const Range& range) {
  std::vector<Range> touched;
  for (const Range& place : content.inventory.manifest_exclusions) {
    if (inside(range, place)) return Exclusion::store;
    if (overlap(range, place)) touched.push_back(place);
  }
  if (touched.empty()) return Exclusion::elsewhere;
  for (Range& place : touched) {
    const std::uint64_t start = std::max(place.offset, range.offset);
    place = {start, std::min(place.end(), range.end()) - start};
  }
  for (const Range& rest : remainder(range, touched))
    if (!all_zero(content.file.subspan(rest.offset, rest.size))) return Exclusion::too_wide;
  return Exclusion::store;
}

/// Update manifests lengthen the store after the hash was taken: the exclusion that begins where
/// the store begins covers all of it today, and what follows has moved (2.5: 11.2.3).
void follow_updates(const Content& content, std::vector<Range>& ranges) {
  if (!content.updated || content.inventory.manifest_exclusions.empty()) return;
  const Range& store = content.inventory.manifest_exclusions.front();
  const auto grown = std::find_if(ranges.begin(), ranges.end(), [&](const Range& range) {
    return range.offset == store.offset && range.size < store.size;
  });
  if (grown == ranges.end()) return;
  const std::uint64_t growth = store.size - grown->size;
  *grown = store;
  for (auto later = grown + 1; later != ranges.end(); ++later) later->offset += growth;
}

/// The binding's own algorithm, the claim's, or the default.
std::string algorithm_name(const Value& binding, const Manifest& manifest) {
  const Value* own = binding.find("alg");
  if (own != nullptr && own->as_text() != nullptr) return *own->as_text();
  return manifest.claim->alg.empty() ? "sha256" : manifest.claim->alg;
}

}  // namespace

bool is_hard_binding(const Assertion& assertion) {
  return assertion.is(kDataHashLabel) || assertion.is(kBmffFamily) ||
         assertion.is(kBoxesHashLabel) || assertion.is(kCollectionHashLabel);
}

std::vector<const Assertion*> hard_bindings(const Manifest& manifest) {
  std::vector<const Assertion*> found;
  for (const Assertion& assertion : manifest.assertions)
    if (assertion.created && is_hard_binding(assertion)) found.push_back(&assertion);
  return found;
}

Result<Bytes> hash_parts(const Context& context, ByteView file, HashAlg alg,
                         const std::vector<HashPart>& parts) {
  Hasher hasher(alg);
  for (const HashPart& part : parts) {
    if (part.with_offset) hasher.update(ByteWriter().u64be(part.range.offset).view());
    for (Range rest = part.range; rest.size > 0;) {
      const std::uint64_t step = std::min(rest.size, kReportStep);
      hasher.update(file.subspan(rest.offset, step));
      rest = {rest.offset + step, rest.size - step};
      SIGNMARK_TRY(context.report("hash", rest.offset, file.size()));
    }
  }
  return hasher.finish();
}

std::vector<Range> remainder(Range whole, const std::vector<Range>& excluded) {
  std::vector<Range> left;
  std::uint64_t at = whole.offset;
  for (const Range& range : excluded) {
    if (range.offset > at) left.push_back({at, range.offset - at});
    at = std::max(at, range.end());
  }
  if (at < whole.end()) left.push_back({at, whole.end() - at});
  return left;
}

Answer not_checked(const std::string& url, std::string why, Codes& codes) {
  inform(codes, "io.signmark.content.notChecked", url, std::move(why));
  return Answer::unknown;
}

Answer conclude(const Content& content, const Binding& binding, std::string_view kind, bool matches,
                Codes& codes) {
  const std::string code = "assertion." + std::string(kind);
  if (matches) {
    succeed(codes, code + ".match", binding.url);
    return Answer::good;
  }
  // A download that was cut off is not a forgery; only whole files can be called changed.
  if (!content.inventory.complete)
    return not_checked(binding.url, "the file is cut off or damaged", codes);
  reject(codes, code + ".mismatch", binding.url, "the content was changed");
  return Answer::bad;
}

Result<Answer> check_data_hash(const Content& content, const Binding& binding, Codes& codes) {
  auto ranges = read_exclusions(binding.value, content.file.size());
  if (!ranges && !content.inventory.complete)
    return not_checked(binding.url, "the file ends before an excluded range", codes);
  if (!ranges) {
    reject(codes, kMalformed, binding.url, "the exclusions are malformed or leave the file");
    return Answer::bad;
  }
  // What a manifest beside the file left out would be free space for anybody (16.3.1).
  if (content.sidecar && std::any_of(ranges->begin(), ranges->end(),
                                     [](const Range& range) { return range.size != 0; })) {
    reject(codes, kMismatch, binding.url, "a manifest beside the file may not leave out parts");
    return Answer::bad;
  }
  follow_updates(content, *ranges);
  bool elsewhere = false;
  for (const Range& range : *ranges) {
    if (range.end() > content.file.size()) {
      reject(codes, kMalformed, binding.url, "an exclusion leaves the file");
      return Answer::bad;
    }
    const Exclusion kind = range.size == 0 ? Exclusion::store : judge(content, range);
    elsewhere = elsewhere || kind == Exclusion::elsewhere;
    if (kind != Exclusion::too_wide) continue;
    reject(codes, kMismatch, binding.url, "an exclusion covers more than the manifest");
    return Answer::bad;
  }
  if (elsewhere)
    inform(codes, "assertion.dataHash.additionalExclusionsPresent", binding.url,
           "parts beside the manifest are not covered by the hash");
  std::vector<HashPart> parts;
  for (const Range& range : remainder({0, content.file.size()}, *ranges)) parts.push_back({range});
  SIGNMARK_ASSIGN(const Bytes actual,
                  hash_parts(content.context, content.file, binding.alg, parts));
  return conclude(content, binding, "dataHash", actual == *binding.digest, codes);
}

Result<Answer> check_content(const Content& content, const Manifest& manifest, Codes& codes) {
  const auto bindings = hard_bindings(manifest);
  if (bindings.size() != 1) {
    return not_checked(manifest.uri(), "not exactly one hard binding", codes);
  }
  const Assertion& assertion = *bindings.front();
  const std::string url = manifest.assertion_uri(assertion.label);
  const bool bmff = assertion.is(kBmffFamily);
  if (!bmff && !assertion.is(kDataHashLabel))
    return not_checked(url, "hard bindings of this kind are not checked: " + assertion.base, codes);
  const auto value = decode_assertion(content.context.limits, assertion);
  const Value* digest = value ? value->find("hash") : nullptr;
  if (!value || (digest != nullptr && digest->as_bytes() == nullptr)) {
    reject(codes, "assertion.cbor.invalid", url, value ? "no hash" : value.error().message);
    return Answer::bad;
  }
  if (digest == nullptr && !bmff)
    return not_checked(url, "the binding has no hash over the whole file", codes);
  const std::string name = algorithm_name(*value, manifest);
  const auto alg = hash_alg_from_name(name);
  if (!alg) {
    reject(codes, kAlgorithmUnsupported, url, "hash algorithm not checked: " + name);
    return Answer::unknown;
  }
  const Binding binding{*value, digest != nullptr ? digest->as_bytes() : nullptr, *alg, url};
  // Version 1 hashes boxes without their positions: whoever makes an excluded box longer moves
  // other bytes to where the file's offsets point.
  if (bmff && assertion.base == kBmffFamily)
    return not_checked(url, "hashes of version 1 do not bind positions", codes);
  if (bmff) return check_bmff_hash(content, binding, codes);
  return check_data_hash(content, binding, codes);
}

}  // namespace signmark::c2pa
