// SPDX-License-Identifier: Apache-2.0
// What binds a mark to its picture: fingerprint, hashes of tiles, and the map of what was altered.
#include "image/mark/content.hpp"

#include "image/mark/lattice.hpp"
#include "image/mark/registered.hpp"
#include "image/mark/tamper.hpp"
#include "image/mark/tile_hashes.hpp"
#include "unit/image/lattice_scene.hpp"
#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;
using Content = RobustMark::Content;
using Block = TamperMap::Block;

namespace {

const auto kKey = key_of(1);

/// A marked picture, and what was laid on it.
struct Marked {
  LumaPicture original;
  Embedding embedding;
  cv::Mat luma;
};

Marked mark_scene(const LumaPicture& original) {
  auto embedding = embed_lattice(seeded(), original, request(kKey, true));
  REQUIRE(embedding);
  REQUIRE(embedding->signed_frame);
  const cv::Mat luma = rounded(original.luma + embedding->change);
  return {original, std::move(*embedding), luma};
}

const Marked& marked_scene() {
  static const Marked kMarked = mark_scene(scene(1100, 900));
  return kMarked;
}

ContentCheck checked(const cv::Mat& luma) {
  const FoundMark mark = read(luma, kKey);
  REQUIRE(mark.signed_frame);
  return check_content({luma, {}}, mark.map, mark.signed_frame->fingerprint,
                       build_lattice(kKey).fingerprint_key);
}

cv::Mat jpeg(const cv::Mat& luma, int quality) {
  cv::Mat bytes;
  luma.convertTo(bytes, CV_8U);
  return luma_in(jpeg_of(bytes, {.quality = quality, .h = 1, .v = 1}), "image/jpeg").luma;
}

cv::Mat mirrored(const cv::Mat& luma) {
  cv::Mat out;
  cv::flip(luma, out, 1);
  return out;
}

/// A part of this share of each side.
cv::Mat cropped(const cv::Mat& luma, double share) {
  const cv::Size size(static_cast<int>(luma.cols * share), static_cast<int>(luma.rows * share));
  return luma(cv::Rect({luma.cols / 9, luma.rows / 11}, size)).clone();
}

/// The place of a tile of the scene.
std::vector<cv::Point> outline_of(const Marked& marked, const TileHash& tile) {
  const CellGrid grid(marked.luma.size(), map_at_embedding(marked.embedding.lattice), 1, 1);
  std::vector<cv::Point> outline;
  for (const cv::Point2d& p : grid.corners(tile.column, tile.row)) outline.push_back(p);
  return outline;
}

Block block_at(const TamperMap& map, cv::Point at) {
  return map.blocks[static_cast<std::size_t>(at.y / map.block * map.columns + at.x / map.block)];
}

}  // namespace

TEST_CASE("content: the fingerprint fits after what leaves the picture the same") {
  const cv::Mat& luma = marked_scene().luma;
  const std::pair<const char*, cv::Mat> changes[] = {{"none", luma},
                                                     {"JPEG 50", jpeg(luma, 50)},
                                                     {"half size", resized(luma, 0.5, 0.5)},
                                                     {"17 degrees", turned(luma, 17)},
                                                     {"mirrored", mirrored(luma)}};
  for (const auto& [name, changed] : changes) {
    INFO(name);
    const ContentCheck check = checked(changed);
    CHECK(check.content == Content::fits);
    CHECK(check.compared >= 20);
    CHECK(check.wrong <= check.compared / 10);
  }
}

TEST_CASE("content: a crop is never called another picture") {
  const cv::Mat& luma = marked_scene().luma;
  const double share = GENERATE(0.85, 0.71, 0.5);
  const ContentCheck check = checked(cropped(luma, share));
  CHECK(check.content == (share > 0.8 ? Content::fits : check.content));
  CHECK(check.content != Content::differs);
}

TEST_CASE("content: a mark carried over to another picture differs") {
  const Marked& from = marked_scene();
  const LumaPicture other = scene(1100, 900, 77);
  const ContentCheck check = checked(rounded(other.luma + (from.luma - from.original.luma)));
  CHECK(check.content == Content::differs);
}

TEST_CASE("content: a mark estimated by smoothing and pasted elsewhere differs") {
  const Marked& from = marked_scene();
  cv::Mat smooth;
  cv::GaussianBlur(from.luma, smooth, {}, 1.2);
  const cv::Mat estimate = cv::min(cv::max(from.luma - smooth, -6), 6);
  const LumaPicture other = scene(1100, 900, 78);
  cv::Mat quiet;  // the forger smooths his picture to make room
  cv::GaussianBlur(other.luma, quiet, {}, 2);
  CHECK(checked(rounded(quiet + 2 * estimate)).content == Content::differs);
}

TEST_CASE("content: a fingerprint of nonsense and a map of nonsense compare nothing") {
  const LumaPicture picture{marked_scene().luma, {}};
  const auto key = build_lattice(kKey).fingerprint_key;
  const LatticeMap map = map_at_embedding(marked_scene().embedding.lattice);
  CHECK(check_content(picture, {}, 0, key).content == Content::not_compared);
  CHECK(check_content(picture, map, ~std::uint64_t{0}, key).content == Content::not_compared);
  CHECK(check_content(picture, {1, 0, 0, 1, 0, 0}, 0, key).content == Content::not_compared);
  CHECK_FALSE(compare_tiles(picture, {}, marked_scene().embedding.tiles).aligned);
}

TEST_CASE("content: the cells of a flat picture decide nothing") {
  const Marked& from = marked_scene();
  const LumaPicture flat{cv::Mat(from.luma.size(), CV_32F, cv::Scalar(128)), {}};
  const LatticeMap map = map_at_embedding(from.embedding.lattice);
  const auto key = build_lattice(kKey).fingerprint_key;
  const std::uint64_t carried = content_fingerprint(from.original, from.embedding.lattice, key);
  CHECK(check_content(flat, map, carried, key).content == Content::not_compared);
  CHECK(tile_hashes(flat, from.embedding.lattice).empty());
}

TEST_CASE("tiles: every listed tile finds its own after a crop and a turn") {
  const Marked& from = marked_scene();
  REQUIRE(from.embedding.tiles.size() >= 30);
  const cv::Mat part = turned(cropped(from.luma, 0.8), 9);
  const TileComparison tiles =
      compare_tiles({part, {}}, read(part, kKey).map, from.embedding.tiles);
  CHECK(tiles.aligned);
  CHECK(tiles.compared >= 10);
  CHECK(tiles.differing.size() <= 3);  // the corners that the turn made black
}

TEST_CASE("tiles: another picture under the same lattice is not aligned") {
  const Marked& from = marked_scene();
  const TileComparison tiles = compare_tiles(
      scene(1100, 900, 77), map_at_embedding(from.embedding.lattice), from.embedding.tiles);
  CHECK_FALSE(tiles.aligned);
  CHECK(tiles.compared == 0);
}

TEST_CASE("tiles: an edit that keeps the mark names its tile, in the map too") {
  const Marked& from = marked_scene();
  const TileHash victim = from.embedding.tiles[from.embedding.tiles.size() / 2];
  const auto outline = outline_of(from, victim);
  cv::Mat stroke = cv::Mat::zeros(from.luma.size(), CV_32F);
  const cv::Point middle = (outline[0] + outline[2]) / 2;
  cv::ellipse(stroke, middle, {60, 25}, 30, 0, 360, cv::Scalar(70), cv::FILLED);
  cv::GaussianBlur(stroke, stroke, {}, 6);  // soft: the mark below stays
  const LumaPicture edited{rounded(cv::min(from.luma + stroke, 255)), {}};
  const FoundMark mark = read(edited.luma, kKey);
  const TileComparison tiles = compare_tiles(edited, mark.map, from.embedding.tiles);
  REQUIRE(tiles.aligned);
  REQUIRE(tiles.differing.size() == 1);
  CHECK(tiles.differing[0].column == victim.column);
  CHECK(tiles.differing[0].row == victim.row);
  const auto map = tamper_map(edited, mark, build_lattice(kKey), tiles);
  REQUIRE(map);
  CHECK(block_at(*map, middle) == Block::altered);
}

TEST_CASE("tamper map: patches without the mark are altered, the rest is not") {
  const Marked& from = marked_scene();
  const int quality = GENERATE(100, 60);
  const cv::Rect patch(500, 300, 210, 210);
  cv::Mat luma = from.luma.clone();
  from.original.luma(patch).copyTo(luma(patch));
  const LumaPicture picture{jpeg(luma, quality), {}};
  const auto map = tamper_map(picture, read(picture.luma, kKey), build_lattice(kKey), {});
  REQUIRE(map);
  INFO(quality);
  int hit = 0, inside = 0, wrong = 0, outside = 0;
  for (int j = 0; j < map->rows; ++j)
    for (int i = 0; i < map->columns; ++i) {
      const cv::Rect block(i * map->block, j * map->block, map->block, map->block);
      const bool altered = block_at(*map, block.tl()) == Block::altered;
      const int shared = (block & patch).area();
      const cv::Rect around(block.tl() - cv::Point(map->block, map->block), block.size() * 3);
      if (shared == block.area()) ++inside, hit += altered ? 1 : 0;
      if ((around & patch).empty()) ++outside, wrong += altered ? 1 : 0;
    }
  CHECK(hit >= inside * 3 / 4);
  CHECK(wrong <= outside / 25);
  const auto png = read_png(test_context(), map->png);
  REQUIRE_OK(png);
  CHECK(png->pixels.size() == luma.size());
}

TEST_CASE("tamper map: where no mark can be nothing is called altered") {
  LumaPicture original = scene(1100, 900, 5);
  const cv::Rect black(0, 0, 500, 400);
  original.luma(black).setTo(0);
  const Marked laid = mark_scene(original);
  const auto map = tamper_map({laid.luma, {}}, read(laid.luma, kKey), build_lattice(kKey), {});
  REQUIRE(map);
  CHECK(block_at(*map, {200, 150}) == Block::unknowable);
  for (int y = 0; y < black.height - map->block; y += map->block)
    for (int x = 0; x < black.width - map->block; x += map->block)
      CHECK(block_at(*map, {x, y}) != Block::altered);
}
