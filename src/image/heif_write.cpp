// SPDX-License-Identifier: Apache-2.0
// Writing AVIF and HEIC in the manner of a source picture.
#include <fmt/format.h>

#include <algorithm>

#include "image/heif_io.hpp"

namespace signmark::image {
namespace {

tl::unexpected<Error> encode_error(const HeifKind& kind, const heif_error& problem) {
  return fail(fmt::format("image.{}.encode", kind.name),
              fmt::format("cannot encode the picture: {}",
                          problem.message != nullptr ? problem.message : "libheif gave up"));
}

heif_error append(heif_context*, const void* data, std::size_t size, void* user) {
  const auto* bytes = static_cast<const Byte*>(data);
  auto* file = static_cast<Bytes*>(user);
  file->insert(file->end(), bytes, bytes + size);
  return {heif_error_Ok, heif_suberror_Unspecified, "ok"};
}

const char* chroma_name(heif_chroma chroma) {
  switch (chroma) {
    case heif_chroma_422:
      return "422";
    case heif_chroma_444:
      return "444";
    default:
      return "420";
  }
}

/// libheif 1.15 asks libaom for a wrong AV1 profile here (its issue 788), and libaom ends the
/// process.
bool is_fatal(const HeifKind& kind, const HeifPicture& picture) {
  constexpr std::uint32_t kMended = 0x01100000;  // 1.16.0
  if (kind.codec != heif_compression_AV1 || heif_get_version_number() >= kMended) return false;
  if (picture.chroma == heif_chroma_monochrome) return picture.planes.depth > 8;
  return picture.planes.depth == 10 && picture.chroma != heif_chroma_422;
}

Status check_encoder(const HeifKind& kind, const HeifPicture& picture) {
  if (heif_have_encoder_for_format(kind.codec) == 0)
    return fail(
        "image.unsupported",
        fmt::format("libheif has no encoder for {} on this machine", kind.name), {},
        "install libheif with libaom (AVIF) and x265 (HEIC), or convert the picture to JPEG");
  if (is_fatal(kind, picture))
    return fail("image.unsupported",
                fmt::format("libheif {} cannot encode AVIF of {} bits in this chroma format",
                            heif_get_version(), picture.planes.depth),
                {},
                "convert it to 8 or 12 bits, or mark it without a visible label: "
                "--layers metadata,manifest");
  return {};
}

Result<HeifPtr<heif_encoder>> make_encoder(const HeifKind& kind, heif_context* context,
                                           const HeifPicture& picture, const HeifCoding& coding) {
  SIGNMARK_TRY(check_encoder(kind, picture));
  heif_encoder* raw = nullptr;
  const heif_error problem = heif_context_get_encoder_for_format(context, kind.codec, &raw);
  if (problem.code != heif_error_Ok) return encode_error(kind, problem);
  HeifPtr<heif_encoder> encoder(raw);
  heif_encoder_set_lossy_quality(raw, coding.quality);
  heif_encoder_set_lossless(raw, coding.lossless ? 1 : 0);
  heif_encoder_set_parameter_string(raw, "chroma", chroma_name(picture.chroma));
  // Beyond these the encoders take several times as long for a few per cent of size.
  if (kind.codec == heif_compression_AV1) heif_encoder_set_parameter_integer(raw, "speed", 7);
  if (kind.codec == heif_compression_HEVC) heif_encoder_set_parameter_string(raw, "preset", "fast");
  return encoder;
}

HeifPtr<heif_encoding_options> make_options(const HeifPicture& picture) {
  HeifPtr<heif_encoding_options> options(heif_encoding_options_alloc());
  options->output_nclx_profile = picture.nclx.get();
  options->macOS_compatibility_workaround_no_nclx_profile = 0;
  options->save_two_colr_boxes_when_ICC_and_nclx_available = picture.nclx ? 1 : 0;
  return options;
}

// ---------------------------------------------------------------------------------------------
// Samples of a large picture

constexpr int kTile = 256;  // even, so that chroma samples stay whole

/// Copies four tiles of a plane side by side. `step_x`, `step_y`: pixels a sample.
void copy_tiles(const cv::Mat& from, cv::Mat& to, int step_x, int step_y, cv::Size picture) {
  for (int row = 0; row < 2; ++row)
    for (int column = 0; column < 2; ++column) {
      // In the middle of each quarter of the picture.
      const int x = (picture.width * (1 + 2 * column) / 4 - kTile / 2) & ~1;
      const int y = (picture.height * (1 + 2 * row) / 4 - kTile / 2) & ~1;
      const cv::Size size(kTile / step_x, kTile / step_y);
      from(cv::Rect({x / step_x, y / step_y}, size))
          .copyTo(to(cv::Rect({column * size.width, row * size.height}, size)));
    }
}

bool add_tiles(heif_image* source, heif_image* target, heif_channel channel, cv::Size picture) {
  if (heif_image_has_channel(source, channel) == 0) return true;
  const int bits = heif_image_get_bits_per_pixel_range(source, channel);
  const int type = bits > 8 ? CV_16UC1 : CV_8UC1;
  const int width = heif_image_get_width(source, channel);
  const int height = heif_image_get_height(source, channel);
  const int step_x = width < picture.width ? 2 : 1, step_y = height < picture.height ? 2 : 1;
  const cv::Size size(2 * kTile / step_x, 2 * kTile / step_y);
  if (heif_image_add_plane(target, channel, size.width, size.height, bits).code != heif_error_Ok)
    return false;
  int from_stride = 0, to_stride = 0;
  std::uint8_t* from = heif_image_get_plane(source, channel, &from_stride);
  std::uint8_t* to = heif_image_get_plane(target, channel, &to_stride);
  cv::Mat tiles(size, type, to, static_cast<std::size_t>(to_stride));
  copy_tiles(cv::Mat(height, width, type, from, static_cast<std::size_t>(from_stride)), tiles,
             step_x, step_y, picture);
  return true;
}

/// A picture of four tiles of a large one; nothing when it is small or cannot be made.
std::optional<HeifPicture> sample(const HeifPicture& picture) {
  const cv::Size size = picture.planes.luma.size();
  if (size.width < 2 * kTile || size.height < 2 * kTile) return std::nullopt;
  heif_image* raw = nullptr;
  heif_image* const source = picture.image.get();
  if (heif_image_create(2 * kTile, 2 * kTile, heif_image_get_colorspace(source), picture.chroma,
                        &raw)
          .code != heif_error_Ok)
    return std::nullopt;
  HeifPicture tiles;
  tiles.image.reset(raw);
  tiles.chroma = picture.chroma;
  tiles.planes.depth = picture.planes.depth;
  for (const heif_channel channel :
       {heif_channel_Y, heif_channel_Cb, heif_channel_Cr, heif_channel_R, heif_channel_G,
        heif_channel_B, heif_channel_Alpha})
    if (!add_tiles(source, raw, channel, size)) return std::nullopt;
  if (picture.nclx) heif_image_set_nclx_color_profile(raw, picture.nclx.get());
  return tiles;
}

double area(const heif_image* image) {
  return static_cast<double>(heif_image_get_primary_width(image)) *
         heif_image_get_primary_height(image);
}

}  // namespace

Result<Bytes> write_heif(const HeifKind& kind, const HeifPicture& picture,
                         const HeifCoding& coding) {
  const HeifPtr<heif_context> context(heif_context_alloc());
  SIGNMARK_ASSIGN(const HeifPtr<heif_encoder> encoder,
                  make_encoder(kind, context.get(), picture, coding));
  const HeifPtr<heif_encoding_options> options = make_options(picture);
  heif_error problem = heif_context_encode_image(context.get(), picture.image.get(), encoder.get(),
                                                 options.get(), nullptr);
  if (problem.code != heif_error_Ok) return encode_error(kind, problem);
  Bytes file;
  heif_writer writer{1, append};
  problem = heif_context_write(context.get(), &writer, &file);
  if (problem.code != heif_error_Ok) return encode_error(kind, problem);
  return file;
}

Result<HeifCoding> heif_coding_like(const HeifKind& kind, const HeifPicture& picture,
                                    std::uint64_t coded_bytes) {
  constexpr int kLowest = 20, kHighest = 100, kPrecision = 3;
  constexpr double kNearEnough = 1.1;
  const std::optional<HeifPicture> tiles = sample(picture);
  const HeifPicture& probe = tiles ? *tiles : picture;
  const double wanted =
      static_cast<double>(coded_bytes) * area(probe.image.get()) / area(picture.image.get());
  // Invariant: `low` gives fewer bytes than wanted, `high` enough (or is all there is).
  int low = kLowest, high = kHighest;
  while (high - low > kPrecision) {
    const int middle = (low + high + 1) / 2;
    SIGNMARK_ASSIGN(const Bytes file, write_heif(kind, probe, {middle, false}));
    const double ratio = static_cast<double>(heif_media_bytes(file)) / std::max(wanted, 1.0);
    if (ratio >= 1 && ratio < kNearEnough) return HeifCoding{middle, false};
    (ratio >= 1 ? high : low) = middle;
  }
  if (high < kHighest) return HeifCoding{high, false};
  SIGNMARK_ASSIGN(const Bytes most, write_heif(kind, probe, {kHighest, false}));
  return HeifCoding{kHighest, static_cast<double>(heif_media_bytes(most)) < wanted};
}

}  // namespace signmark::image
