// SPDX-License-Identifier: Apache-2.0
// The wrapper of a C2PA manifest store in unstructured text (C2PA 2.5, A.8).
#include <algorithm>

#include "base/bytes.hpp"
#include "text/record.hpp"

namespace signmark::text {
namespace {

constexpr std::string_view kMagic{"C2PATXT\0", 8};
constexpr Byte kVersion = 1;
constexpr std::size_t kHeadSize = 8 + 1 + 4;
constexpr std::size_t kBomSize = 3;

/// The store within the bytes of a run.
std::optional<Bytes> store_of(ByteView bytes, std::uint64_t max_store) {
  if (!starts_with(bytes, kMagic)) return std::nullopt;
  ByteReader reader(bytes.subspan(kMagic.size()), "text.wrapper");
  const auto version = reader.u8();
  const auto size = reader.u32be();
  if (!version || *version != kVersion || !size || *size > max_store) return std::nullopt;
  const auto store = reader.take(*size);
  if (!store) return std::nullopt;
  return Bytes(store->begin(), store->end());
}

}  // namespace

std::string c2pa_wrapper(ByteView store) {
  ByteWriter writer;
  writer.text(kMagic).u8(kVersion).u32be(static_cast<std::uint32_t>(store.size())).bytes(store);
  std::string out;
  append_utf8(out, kBom);
  for (const Byte b : writer.view()) append_utf8(out, selector_of(b));
  // Padding to the longest that the bytes could have come to: b selectors of four bytes and the
  // rest of three, so that the length is known before the store is signed.
  const std::size_t target = kBomSize + (kHeadSize + store.size()) * 4 + 6;
  const std::size_t gap = target - out.size();
  const std::size_t long_ones = gap % 3, short_ones = (gap - 4 * long_ones) / 3;
  for (std::size_t i = 0; i < short_ones; ++i) append_utf8(out, selector_of(0));
  for (std::size_t i = 0; i < long_ones; ++i) append_utf8(out, selector_of(16));
  return out;
}

std::vector<C2paWrapper> find_c2pa_wrappers(std::string_view text, std::uint64_t max_store) {
  std::string bom;
  append_utf8(bom, kBom);
  std::vector<C2paWrapper> found;
  for (std::size_t at = text.find(bom); at != std::string_view::npos; at = text.find(bom, at)) {
    const SelectorRun run = take_run(text, at + kBomSize);
    if (auto store = store_of(run.bytes, max_store))
      found.push_back({{at, kBomSize + run.where.size}, std::move(*store)});
    at = run.where.end();
  }
  return found;
}

}  // namespace signmark::text
