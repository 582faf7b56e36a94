// SPDX-License-Identifier: Apache-2.0
// The margin check and the reports around the lattice mark, with a mark that obeys the test.
#include "image/mark/robust.hpp"

#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(160, 120);
constexpr std::uint64_t kContentId = 0x0123456789ABCDEF;
const std::array<Byte, 32> kPublicKey{1}, kOwnKey{2};

/// What the obedient mark does; its two functions have no other way to be told.
struct Script {
  bool room_for_signed = true;    ///< embed lays the signed frame when asked
  bool id_comes_back = true;      ///< detect reads the id frame
  bool id_beside_signed = true;   ///< ... also when the signed frame took its energy
  bool signed_comes_back = true;  ///< detect reads the signed frame
  std::string lost_key;           ///< detect does not find this key's mark
  int embedded = 0, detected = 0;
  std::optional<EmbedRequest> laid;
  std::optional<signal::SignedFrame> frame;
  cv::Mat seen;  ///< luma that detect was given
};
Script script;

Result<Embedding> obedient_embed(const Context&, const LumaPicture& picture,
                                 const EmbedRequest& request) {
  ++script.embedded;
  script.laid = request;
  script.frame.reset();
  Embedding embedding;
  embedding.change = wave(picture.luma.size(), 2);
  embedding.psnr_db = 43;
  embedding.ssim = 0.99;
  embedding.lattice.tile = 140;
  embedding.tiles = {{1, 2, 3}};
  if (!request.signed_frame || !script.room_for_signed) return embedding;
  script.frame = request.signed_frame;
  script.frame->fingerprint = 77;
  SIGNMARK_ASSIGN(script.frame->signature, request.sign(signal::packed_fields(*script.frame)));
  embedding.signed_frame = true;
  return embedding;
}

FoundMark found_mark(const MarkKey& key) {
  FoundMark mark;
  mark.key = key.name;
  mark.scale = 140;
  mark.pilot_z = 30;
  mark.id = script.laid->id;
  mark.id->with_signed = script.frame.has_value();
  mark.id_margin_db = key.name == "public" ? 9 : 7;
  mark.id_bits_corrected = 4;
  mark.where = {1, 2, 3, 4};
  if (!script.frame || !script.signed_comes_back) return mark;
  mark.signed_frame = script.frame;
  mark.signed_margin_db = key.name == "public" ? 3 : 2;
  return mark;
}

Result<Detection> obedient_detect(const Context&, const LumaPicture& picture,
                                  const DetectRequest& request) {
  ++script.detected;
  script.seen = picture.luma;
  Detection detection;
  detection.hypotheses = 64;
  const bool back = script.id_comes_back && (!script.frame || script.id_beside_signed);
  for (const MarkKey& key : request.keys)
    if (back && key.name != script.lost_key) detection.marks.push_back(found_mark(key));
  return detection;
}

const Lattice kObedient{obedient_embed, obedient_detect};

RobustRequest request_of(bool with_signature) {
  RobustRequest request;
  request.keys = {{"public", kPublicKey}};
  request.content_id = kContentId;
  request.issuer_hint = {9, 8, 7, 6};
  request.time = 1'700'000'000;
  if (with_signature)
    request.sign = [](ByteView fields) -> Result<std::array<Byte, 64>> {
      std::array<Byte, 64> signature{};
      std::copy(fields.begin(), fields.end(), signature.begin());
      return signature;
    };
  return request;
}

Bytes picture() { return png_of(soft_pattern(kSize, CV_8U, 3)); }

Result<EncodedImage> lay(const Bytes& file, const RobustRequest& request,
                         const label::VisibleLabel* label = nullptr) {
  static const EncodeOptions options;
  const Context context = test_context();
  return change_with_robust(context, kPngCodec, Job{context, file, 1, nullptr, label, options},
                            request, kObedient);
}

}  // namespace

TEST_CASE("image: a robust mark is laid once and read back from the encoded file") {
  script = {};
  const Bytes file = picture();
  const auto image = lay(file, request_of(true));
  REQUIRE_OK(image);
  CHECK(script.embedded == 1);
  CHECK(script.detected == 1);
  CHECK(cv::norm(script.seen, luma_in(image->file, "image/png").luma, cv::NORM_INF) == 0);
  CHECK(worst_deviation(luma_in(file, "image/png"), luma_in(image->file, "image/png"),
                        wave(kSize, 2)) < 0.501);
  REQUIRE(image->robust);
  CHECK(image->robust->signed_frame);
  CHECK(image->robust->why_no_signed_frame.empty());
  CHECK(image->robust->psnr_db == 43);
  CHECK(image->robust->id_margin_db == 9);
  CHECK(image->robust->signed_margin_db == 3);
  CHECK(image->robust->fingerprint == 77);
  CHECK(image->robust->lattice.tile == 140);
  REQUIRE(image->robust->tiles.size() == 1);
  CHECK(image->robust->tiles[0].bits == 3);
}

TEST_CASE("image: the frames carry what was asked for") {
  script = {};
  REQUIRE_OK(lay(picture(), request_of(true)));
  CHECK(script.laid->id.content_id == kContentId);
  CHECK(script.laid->id.issuer_hint == std::array<Byte, 3>{9, 8, 7});
  CHECK(script.frame->content_id == kContentId);
  CHECK(script.frame->issuer_hint == std::array<Byte, 4>{9, 8, 7, 6});
  CHECK(script.frame->time == 1'700'000'000);
  CHECK(script.laid->keys[0].key[0] == 1);
}

TEST_CASE("image: times beyond 32 bits are held to their ends") {
  for (const auto& [time, held] :
       {std::pair<UnixTime, std::uint32_t>(-5, 0U), std::pair(UnixTime{1} << 40U, UINT32_MAX)}) {
    script = {};
    RobustRequest request = request_of(true);
    request.time = time;
    REQUIRE_OK(lay(picture(), request));
    CHECK(script.frame->time == held);
  }
}

TEST_CASE("image: without a signer the id frame is laid alone, and that needs no excuse") {
  script = {};
  const auto image = lay(picture(), request_of(false));
  REQUIRE_OK(image);
  CHECK_FALSE(script.laid->signed_frame);
  CHECK_FALSE(image->robust->signed_frame);
  CHECK(image->robust->why_no_signed_frame.empty());
  CHECK(image->robust->fingerprint == 0);
}

TEST_CASE("image: a signed frame without room is left out and the report says why") {
  script = {};
  script.room_for_signed = false;
  const auto image = lay(picture(), request_of(true));
  REQUIRE_OK(image);
  CHECK(script.embedded == 1);
  CHECK_FALSE(image->robust->signed_frame);
  CHECK(image->robust->why_no_signed_frame == "the picture is too small for it");
}

TEST_CASE("image: a signed frame that does not come back is left out") {
  for (const bool id_too : {false, true}) {
    INFO("the id is lost too: " << id_too);
    script = {};
    script.signed_comes_back = false;
    script.id_beside_signed = !id_too;
    const auto image = lay(picture(), request_of(true));
    REQUIRE_OK(image);
    CHECK(script.embedded == 2);
    CHECK_FALSE(script.laid->signed_frame);
    CHECK_FALSE(image->robust->signed_frame);
    CHECK(image->robust->why_no_signed_frame ==
          "it could not be read back from the encoded picture");
    CHECK(image->robust->id_margin_db == 9);
  }
}

TEST_CASE("image: when not even the id comes back, nothing is marked and the cure is named") {
  script = {};
  script.id_comes_back = false;
  const auto refused = lay(picture(), request_of(true));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == "image.mark.margin");
  CHECK(refused.error().hint.find("--strength strong") != std::string::npos);
  RobustRequest strong = request_of(false);
  strong.strength = RobustStrength::strong;
  const auto still = lay(picture(), strong);
  REQUIRE_FALSE(still);
  CHECK(still.error().hint.find("--strength") == std::string::npos);
}

TEST_CASE("image: with two keys both marks must come back; the weaker one is reported") {
  RobustRequest request = request_of(true);
  request.keys.push_back({"mine", kOwnKey});
  script = {};
  const auto image = lay(picture(), request);
  REQUIRE_OK(image);
  CHECK(image->robust->id_margin_db == 7);
  CHECK(image->robust->signed_margin_db == 2);
  script = {};
  script.lost_key = "mine";
  CHECK(code_of(lay(picture(), request)) == "image.mark.margin");
}

TEST_CASE("image: the margin is that of the labelled file") {
  script = {};
  const label::VisibleLabel label;
  const auto image = lay(picture(), request_of(true), &label);
  REQUIRE_OK(image);
  CHECK(image->overlay.width > 0);
  CHECK(cv::norm(script.seen, luma_in(image->file, "image/png").luma, cv::NORM_INF) == 0);
}

TEST_CASE("image: keys of a wrong size or none at all are refused") {
  script = {};
  RobustRequest request = request_of(false);
  request.keys[0].key = std::span<const Byte>(kPublicKey).first(31);
  CHECK(code_of(lay(picture(), request)) == "image.mark.key");
  request.keys.clear();
  CHECK(code_of(lay(picture(), request)) == "image.mark.key");
  CHECK(code_of(find_robust(test_context(), kPngCodec, picture(), {}, kObedient)) ==
        "image.mark.key");
}

TEST_CASE("image: what signing refuses, marking refuses") {
  script = {};
  RobustRequest request = request_of(true);
  request.sign = [](ByteView) -> Result<std::array<Byte, 64>> {
    return fail("keys.agent", "no answer");
  };
  CHECK(code_of(lay(picture(), request)) == "keys.agent");
}

TEST_CASE("image: findings carry what the detector saw") {
  script = {};
  const auto image = lay(picture(), request_of(true));
  REQUIRE_OK(image);
  RobustLookup lookup;
  lookup.keys = {{"public", kPublicKey}};
  const auto finding = find_robust(test_context(), kPngCodec, image->file, lookup, kObedient);
  REQUIRE_OK(finding);
  CHECK(finding->hypotheses == 64);
  REQUIRE(finding->marks.size() == 1);
  const RobustMark& mark = finding->marks[0];
  CHECK(mark.key == "public");
  CHECK(mark.scale == 140);
  CHECK(mark.pilot_z == 30);
  CHECK(mark.has_id);
  CHECK(mark.content_id == kContentId);
  CHECK(mark.issuer_hint == std::array<Byte, 3>{9, 8, 7});
  CHECK(mark.promises_signed_frame);
  CHECK(mark.id_bits_corrected == 4);
  CHECK(mark.has_signed);
  CHECK(mark.signed_fields == signal::packed_fields(*script.frame));
  CHECK(std::equal(mark.signed_fields.begin(), mark.signed_fields.end(), mark.signature.begin()));
  CHECK(mark.where == std::array<int, 4>{1, 2, 3, 4});
  CHECK(mark.content == RobustMark::Content::not_compared);
}
