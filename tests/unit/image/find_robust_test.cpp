// SPDX-License-Identifier: Apache-2.0
// The whole way through files: the real mark is laid on a PNG, the file is edited, and what comes
// back is compared with what the frame, the tile list and the map say.
#include <opencv2/imgproc.hpp>

#include "image/mark/lattice.hpp"
#include "image/mark/robust.hpp"
#include "image/mark/tile_hashes.hpp"
#include "unit/image/lattice_scene.hpp"
#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;
using Content = RobustMark::Content;

namespace {

const auto kCarrier = key_of(4);

cv::Mat grey(const LumaPicture& picture) {
  cv::Mat bytes;
  picture.luma.convertTo(bytes, CV_8U);
  return bytes;
}

/// A marked scene of one megapixel as a PNG file.
const EncodedImage& marked_file() {
  static const EncodedImage kMarked = [] {
    const Bytes file = png_of(grey(scene(1200, 900, 8)));
    RobustRequest request;
    request.keys = {{"test", kCarrier}};
    request.content_id = kId;
    request.issuer_hint = {7, 8, 9, 10};
    request.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
      std::array<Byte, 64> signature{};
      std::copy(fields.begin(), fields.end(), signature.begin());
      return signature;
    };
    const EncodeOptions options;
    const Context context = seeded();
    auto image = change_with_robust(
        context, kPngCodec, Job{context, file, 1, nullptr, nullptr, options}, request, kLattice);
    REQUIRE_OK(image);
    return std::move(*image);
  }();
  return kMarked;
}

RobustFinding found(const cv::Mat& luma, bool map = false) {
  RobustLookup lookup;
  lookup.keys = {{"test", kCarrier}};
  lookup.tiles = marked_file().robust->tiles;
  lookup.lattice = marked_file().robust->lattice;
  lookup.tamper_map = map;
  cv::Mat bytes;
  luma.convertTo(bytes, CV_8U);
  auto finding = find_robust(test_context(), kPngCodec, png_of(bytes), lookup, kLattice);
  REQUIRE_OK(finding);
  REQUIRE(finding->marks.size() == 1);
  CHECK(finding->marks[0].content_id == kId);
  return std::move(*finding);
}

cv::Mat marked_luma() { return luma_in(marked_file().file, "image/png").luma; }

}  // namespace

TEST_CASE("find_robust: an untouched file fits its frame, its tiles and its map") {
  REQUIRE(marked_file().robust);
  REQUIRE(marked_file().robust->signed_frame);
  const RobustFinding finding = found(marked_luma(), true);
  const RobustMark& mark = finding.marks[0];
  CHECK(mark.has_signed);
  CHECK(std::equal(mark.signed_fields.begin(), mark.signed_fields.end(), mark.signature.begin()));
  CHECK(mark.content == Content::fits);
  CHECK(mark.cells_wrong == 0);
  CHECK(finding.tiles_compared >= 30);
  CHECK(finding.tiles_differing.empty());
  REQUIRE(finding.map);
  using Block = TamperMap::Block;
  CHECK(std::count(finding.map->blocks.begin(), finding.map->blocks.end(), Block::altered) <=
        static_cast<std::ptrdiff_t>(finding.map->blocks.size() / 50));
}

TEST_CASE("find_robust: a face pasted over is told by tiles and map") {
  cv::Mat luma = marked_luma();
  const cv::Rect patch(450, 320, 260, 240);
  scene(1200, 900, 99).luma(patch).copyTo(luma(patch));
  const RobustFinding finding = found(luma, true);
  CHECK(finding.marks[0].content != Content::differs);
  CHECK(finding.tiles_compared >= 30);
  CHECK_FALSE(finding.tiles_differing.empty());
  REQUIRE(finding.map);
  const TamperMap& map = *finding.map;
  const cv::Point middle = (patch.tl() + patch.br()) / 2 / map.block;
  CHECK(map.blocks[static_cast<std::size_t>(middle.y * map.columns + middle.x)] ==
        TamperMap::Block::altered);
}

TEST_CASE("find_robust: the mark's residual on another picture is told as another content") {
  const cv::Mat plain = luma_in(png_of(grey(scene(1200, 900, 8))), "image/png").luma;
  const cv::Mat forged = rounded(scene(1200, 900, 123).luma + (marked_luma() - plain));
  const RobustFinding finding = found(cv::min(cv::max(forged, 0), 255));
  CHECK(finding.marks[0].has_signed);
  CHECK(finding.marks[0].content == Content::differs);
  CHECK(finding.tiles_compared == 0);  // nothing aligns
}

TEST_CASE("find_robust: looking changes no pixel that is looked at") {
  // Small cells are not reduced before they are smoothed.
  for (const double tile : {60.0, 110.0, 150.0}) {
    const LumaPicture picture = scene(640, 480);
    const cv::Mat before = picture.luma.clone();
    LatticePlace place;
    place.tile = tile;
    place.width = 640, place.height = 480;
    CHECK_FALSE(tile_hashes(picture, place).empty());
    CHECK(cv::norm(before, picture.luma, cv::NORM_INF) == 0);
  }
}
