// SPDX-License-Identifier: Apache-2.0
// The tile list of a manifest: it comes back as it was, and nothing else is taken for one.
#include "pipeline/tile_record.hpp"

#include "c2pa/cbor.hpp"
#include "support/test_support.hpp"

using namespace signmark;
using namespace signmark::test;

namespace {

TileRecord sample() {
  TileRecord record;
  record.content_id = 0xFEDCBA9876543210;
  record.lattice = {139.25, -12.125, 7.5, -1.75, 768, 512};
  record.tiles = {{0, 0, 1}, {-1, 3, 0xFFFFFFFFFFFFFFFF}};
  return record;
}

}  // namespace

TEST_CASE("a tile list comes back as it was") {
  const TileRecord record = sample();
  const auto back = decode_tiles({}, encode_tiles(record));
  REQUIRE_OK(back);
  CHECK(back->content_id == record.content_id);
  CHECK(back->lattice.tile == Approx(139.25));
  CHECK(back->lattice.origin_x == Approx(-12.125));
  CHECK(back->lattice.origin_y == Approx(7.5));
  CHECK(back->lattice.rotation_degrees == Approx(-1.75));
  CHECK(back->lattice.width == 768);
  CHECK(back->lattice.height == 512);
  REQUIRE(back->tiles.size() == 2);
  CHECK(back->tiles[1].column == -1);
  CHECK(back->tiles[1].row == 3);
  CHECK(back->tiles[1].bits == 0xFFFFFFFFFFFFFFFF);
}

TEST_CASE("other shapes are no tile list") {
  using c2pa::cbor::Value;
  CHECK(code_of(decode_tiles({}, c2pa::cbor::encode(Value::array()))) == "pipeline.tiles");
  CHECK(code_of(decode_tiles({}, Bytes{0xFF})).starts_with("c2pa.cbor."));
  TileRecord record = sample();
  record.lattice.tile = 1;
  CHECK(code_of(decode_tiles({}, encode_tiles(record))) == "pipeline.tiles");
  record = sample();
  record.lattice.width = 0;
  CHECK(code_of(decode_tiles({}, encode_tiles(record))) == "pipeline.tiles");
  // Every one of its bytes matters, or the decoder says so.
  const Bytes good = encode_tiles(sample());
  for (std::size_t i = 0; i < good.size(); ++i) {
    Bytes changed = good;
    changed[i] ^= 0x20;
    const auto back = decode_tiles({}, changed);
    CHECK((!back || encode_tiles(*back) != good));
  }
}

TEST_CASE("ids are eight bytes, or none") {
  CHECK(id_of(id_bytes(42)) == 42);
  CHECK(id_text(42) == "000000000000002a");
  CHECK_FALSE(id_of(Bytes(7)));
  CHECK_FALSE(id_of(Bytes(9)));
}
