// SPDX-License-Identifier: Apache-2.0
// Writing and reading the tile list of a manifest.
#include "pipeline/tile_record.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/bytes.hpp"
#include "base/result.hpp"
#include "base/text.hpp"
#include "c2pa/cbor.hpp"

namespace signmark {
namespace {

using c2pa::cbor::Value;

constexpr double kMillion = 1e6;

Value millionths(double value) { return Value::integer(std::llround(value * kMillion)); }

/// Reads straight through; the first wrong shape is remembered.
class Reader {
 public:
  explicit Reader(const Value& map) : map_(map) {}

  const Value& at(std::string_view key) {
    const Value* value = map_.find(key);
    return value == nullptr ? wrong() : *value;
  }
  const Value& at(const Value& list, std::size_t index, std::size_t size) {
    const auto* items = list.as_array();
    return items == nullptr || items->size() != size ? wrong() : (*items)[index];
  }
  double scaled(const Value& value) { return static_cast<double>(integer(value)) / kMillion; }
  std::int64_t integer(const Value& value) {
    const auto number = value.as_int();
    if (!number) good_ = false;
    return number.value_or(0);
  }
  /// Pixels or tiles: what no picture exceeds.
  int small(const Value& value) {
    constexpr std::int64_t kMost = 1 << 24;
    const std::int64_t number = integer(value);
    if (number < -kMost || number > kMost) good_ = false;
    return good_ ? static_cast<int>(number) : 0;
  }
  std::uint64_t id(const Value& value) {
    const Bytes* bytes = value.as_bytes();
    const auto number = bytes == nullptr ? std::nullopt : id_of(*bytes);
    if (!number) good_ = false;
    return number.value_or(0);
  }
  void require(bool condition) { good_ = good_ && condition; }
  [[nodiscard]] bool good() const { return good_; }

 private:
  const Value& wrong() {
    good_ = false;
    return null_;
  }

  const Value& map_;
  const Value null_ = Value::null();
  bool good_ = true;
};

}  // namespace

Bytes id_bytes(std::uint64_t id) {
  ByteWriter writer;
  writer.u64be(id);
  return writer.take();
}

std::string id_text(std::uint64_t id) { return fmt::format("{:016x}", id); }

std::optional<std::uint64_t> id_of(ByteView bytes) {
  ByteReader reader(bytes, "pipeline.id");
  const auto id = reader.u64be();
  if (!id || !reader.at_end()) return std::nullopt;
  return *id;
}

Bytes encode_tiles(const TileRecord& record) {
  const image::LatticePlace& lattice = record.lattice;
  Value tiles = Value::array();
  for (const image::TileHash& tile : record.tiles)
    tiles.push(Value::array({Value::integer(tile.column), Value::integer(tile.row),
                             Value::bytes(id_bytes(tile.bits))}));
  return c2pa::cbor::encode(
      Value::map()
          .set("alg", Value::text(std::string(kLatticeAlg)))
          .set("id", Value::bytes(id_bytes(record.content_id)))
          .set("size",
               Value::array({Value::integer(lattice.width), Value::integer(lattice.height)}))
          .set("tile", millionths(lattice.tile))
          .set("origin", Value::array({millionths(lattice.origin_x), millionths(lattice.origin_y)}))
          .set("rotation", millionths(lattice.rotation_degrees))
          .set("tiles", std::move(tiles)));
}

Result<TileRecord> decode_tiles(const Limits& limits, ByteView cbor) {
  SIGNMARK_ASSIGN(const Value map, c2pa::cbor::decode(limits, cbor, kTilesLabel));
  Reader reader(map);
  TileRecord record;
  const std::string* alg = reader.at("alg").as_text();
  reader.require(alg != nullptr && *alg == kLatticeAlg);
  record.content_id = reader.id(reader.at("id"));
  image::LatticePlace& lattice = record.lattice;
  const Value& size = reader.at("size");
  lattice.width = reader.small(reader.at(size, 0, 2));
  lattice.height = reader.small(reader.at(size, 1, 2));
  lattice.tile = reader.scaled(reader.at("tile"));
  const Value& origin = reader.at("origin");
  lattice.origin_x = reader.scaled(reader.at(origin, 0, 2));
  lattice.origin_y = reader.scaled(reader.at(origin, 1, 2));
  lattice.rotation_degrees = reader.scaled(reader.at("rotation"));
  constexpr double kLeastTile = 16;  // far below what is ever laid (image-mark.md 5.3)
  reader.require(lattice.width > 0 && lattice.height > 0 && lattice.tile >= kLeastTile);
  const Value& tiles = reader.at("tiles");
  const auto* list = tiles.as_array();
  reader.require(list != nullptr);
  if (list != nullptr)
    for (const Value& tile : *list)
      record.tiles.push_back({reader.small(reader.at(tile, 0, 3)),
                              reader.small(reader.at(tile, 1, 3)),
                              reader.id(reader.at(tile, 2, 3))});
  if (!reader.good())
    return fail("pipeline.tiles", "the manifest's tile list has a shape that is not known",
                std::string(kTilesLabel));
  return record;
}

}  // namespace signmark
