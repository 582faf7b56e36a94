// SPDX-License-Identifier: Apache-2.0
// Reading AVIF and HEIC. libheif looks at sizes before it allocates; ours come first.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/bytes.hpp"
#include "image/codec.hpp"
#include "image/heif_io.hpp"

namespace signmark::image {
namespace {

/// A box (ISO/IEC 14496-12 section 4.2).
struct Box {
  std::string type;
  std::uint64_t size = 0;
  ByteView payload;  ///< as far as it is there
};

/// The next box; nothing at the end or in rubbish.
std::optional<Box> next_box(ByteReader& reader) {
  const std::size_t start = reader.position();
  const auto small = reader.u32be();
  auto type = reader.fourcc();
  if (!small || !type) return std::nullopt;
  Box box{std::move(*type), *small, {}};
  constexpr std::uint64_t kToEnd = 0, kLarge = 1;
  if (box.size == kLarge) box.size = reader.u64be().value_or(0);
  if (*small == kToEnd) box.size = reader.size() - start;
  if (box.size < reader.position() - start) return std::nullopt;
  const std::uint64_t rest = box.size - (reader.position() - start);
  const auto payload = reader.take(std::min<std::uint64_t>(rest, reader.remaining()));
  if (!payload) return std::nullopt;
  box.payload = *payload;
  return box;
}

/// Payload of the first child box of a type; nothing when there is none.
std::optional<ByteView> find_child(ByteView payload, std::string_view type) {
  ByteReader reader(payload, "image.heif");
  while (const auto box = next_box(reader))
    if (box->type == type) return box->payload;
  return std::nullopt;
}

/// All properties of a type, of whichever picture (ISO/IEC 23008-12 section 9.3).
std::vector<ByteView> find_properties(ByteView file, std::string_view type) {
  constexpr std::size_t kFullBox = 4;  // version and flags of `meta`
  std::vector<ByteView> found;
  const auto meta = find_child(file, "meta");
  if (!meta || meta->size() < kFullBox) return found;
  const auto properties = find_child(meta->subspan(kFullBox), "iprp");
  const auto container = properties ? find_child(*properties, "ipco") : std::nullopt;
  if (!container) return found;
  ByteReader reader(*container, "image.heif");
  while (const auto box = next_box(reader))
    if (box->type == type) found.push_back(box->payload);
  return found;
}

/// Chroma format of an `av1C` record (AV1-ISOBMFF section 2.3.3).
heif_chroma chroma_of_av1(ByteView record) {
  constexpr unsigned kMonochrome = 0x10, kSubsampledX = 0x08, kSubsampledY = 0x04;
  if (record.size() < 3) return heif_chroma_monochrome;
  if ((record[2] & kMonochrome) != 0) return heif_chroma_monochrome;
  if ((record[2] & kSubsampledX) == 0) return heif_chroma_444;
  return (record[2] & kSubsampledY) != 0 ? heif_chroma_420 : heif_chroma_422;
}

/// Chroma format of an `hvcC` record (ISO/IEC 14496-15 section 8.3.3.1.2), numbered like libheif's.
heif_chroma chroma_of_hevc(ByteView record) {
  constexpr std::size_t kChromaFormat = 16;
  if (record.size() <= kChromaFormat) return heif_chroma_monochrome;
  return static_cast<heif_chroma>(record[kChromaFormat] & 3);
}

/// The chroma format of the pictures. Alpha is monochrome, so the richest one is the colours' own;
/// libheif does not tell, and gives RGB when not asked for a format.
heif_chroma chroma_of_file(ByteView file) {
  heif_chroma richest = heif_chroma_monochrome;
  for (const ByteView record : find_properties(file, "av1C"))
    richest = std::max(richest, chroma_of_av1(record));
  for (const ByteView record : find_properties(file, "hvcC"))
    richest = std::max(richest, chroma_of_hevc(record));
  return richest;
}

/// ISO/IEC 14496-12 section 12.1.4: size and offset of the centre, all as fractions.
std::optional<cv::Rect> read_aperture(ByteView clap, cv::Size stored) {
  ByteReader reader(clap, "image.heif");
  std::array<double, 4> values{};  // width, height, horizontal and vertical offset
  for (double& value : values) {
    const auto above = reader.u32be(), below = reader.u32be();
    if (!above || !below || *below == 0) return std::nullopt;
    value =
        static_cast<double>(static_cast<std::int32_t>(*above)) / static_cast<std::int32_t>(*below);
  }
  const auto [width, height, right, down] = values;
  const double limit = std::max(stored.width, stored.height);
  for (const double value : values)
    if (std::abs(value) > limit) return std::nullopt;
  const cv::Rect part(static_cast<int>(std::lround((stored.width - width) / 2 + right)),
                      static_cast<int>(std::lround((stored.height - height) / 2 + down)),
                      static_cast<int>(width), static_cast<int>(height));
  return part & cv::Rect({}, stored);
}

/// Sequences have a movie box beside or instead of the picture items (ISO/IEC 23008-12 section 7).
bool is_sequence(ByteView file) { return find_child(file, "moov").has_value(); }

/// A plane of the image as a matrix; empty when there is none.
cv::Mat view_plane(heif_image* image, heif_channel channel) {
  if (heif_image_has_channel(image, channel) == 0) return {};
  int stride = 0;
  std::uint8_t* data = heif_image_get_plane(image, channel, &stride);
  if (data == nullptr) return {};
  const int type = heif_image_get_bits_per_pixel_range(image, channel) > 8 ? CV_16UC1 : CV_8UC1;
  return {heif_image_get_height(image, channel), heif_image_get_width(image, channel), type, data,
          static_cast<std::size_t>(stride)};
}

/// Where diffuse white lies on the signal scale (ITU-R BT.2408 table 1).
double diffuse_white(heif_transfer_characteristics transfer) {
  constexpr double kPq = 0.58, kHlg = 0.75;
  if (transfer == heif_transfer_characteristic_ITU_R_BT_2100_0_PQ) return kPq;
  return transfer == heif_transfer_characteristic_ITU_R_BT_2100_0_HLG ? kHlg : 1;
}

void describe_colours(HeifPicture& picture) {
  Planes& planes = picture.planes;
  planes.premultiplied = heif_image_is_premultiplied_alpha(picture.image.get()) != 0;
  if (!picture.nclx) return;
  planes.full_range = picture.nclx->full_range_flag != 0;
  planes.white = diffuse_white(picture.nclx->transfer_characteristics);
  // Green, blue and red in the places of luma and chroma (ITU-T H.273).
  if (picture.nclx->matrix_coefficients == heif_matrix_coefficients_RGB_GBR && !planes.grey()) {
    planes.rgb = true;
    const cv::Mat green = planes.luma, blue = planes.chroma[0];
    planes.luma = planes.chroma[1];
    planes.chroma = {green, blue};
  }
}

void view_planes(HeifPicture& picture) {
  heif_image* const image = picture.image.get();
  Planes& planes = picture.planes;
  planes.rgb = heif_image_get_colorspace(image) == heif_colorspace_RGB;
  const heif_channel first = planes.rgb ? heif_channel_R : heif_channel_Y;
  planes.luma = view_plane(image, first);
  planes.chroma[0] = view_plane(image, planes.rgb ? heif_channel_G : heif_channel_Cb);
  planes.chroma[1] = view_plane(image, planes.rgb ? heif_channel_B : heif_channel_Cr);
  planes.alpha = view_plane(image, heif_channel_Alpha);
  planes.depth = heif_image_get_bits_per_pixel_range(image, first);
}

/// Whether we can draw on these planes; odd files have components of different kinds.
bool is_regular(const HeifPicture& picture) {
  const Planes& p = picture.planes;
  if (p.luma.empty() || p.chroma[0].empty() != p.chroma[1].empty()) return false;
  const auto deep = [&](heif_channel channel) {
    return heif_image_get_bits_per_pixel_range(picture.image.get(), channel) == p.depth;
  };
  const heif_channel second = heif_image_get_colorspace(picture.image.get()) == heif_colorspace_RGB
                                  ? heif_channel_G
                                  : heif_channel_Cb;
  if (!p.grey() && (p.chroma[0].size() != p.chroma[1].size() || !deep(second))) return false;
  return p.alpha.empty() || (p.alpha.size() == p.luma.size() && deep(heif_channel_Alpha));
}

}  // namespace

std::uint64_t heif_media_bytes(ByteView file) {
  std::uint64_t bytes = 0;
  ByteReader reader(file, "image.heif");
  while (const auto box = next_box(reader))
    if (box->type == "mdat") bytes += box->payload.size();
  return bytes;
}

tl::unexpected<Error> HeifReader::error(const heif_error& problem) const {
  if (problem.subcode == heif_suberror_Security_limit_exceeded)
    return fail("image.limit", "the picture is larger than libheif's own limits allow", {},
                "raise it with --limit image-side=65536, or scale the picture down");
  return fail(fmt::format("image.{}.decode", kind_.name),
              fmt::format("cannot decode the picture: {}",
                          problem.message != nullptr ? problem.message : "its structure is wrong"),
              {}, "the file is damaged: make it again or get another copy");
}

Status HeifReader::open(const Context& context, ByteView file) {
  file_ = file;
  if (is_sequence(file))
    return fail("image.unsupported",
                "image sequences cannot take a visible label or a robust mark yet", {},
                "mark it without them: --layers metadata,manifest");
  context_.reset(heif_context_alloc());
  // Our own check names the limit; libheif's, which comes first, is only raised.
  constexpr std::uint64_t kLibrarySide = 32768;
  const auto side =
      std::min<std::uint64_t>(std::max(context.limits.image_side, kLibrarySide), INT32_MAX);
  heif_context_set_maximum_image_size_limit(context_.get(), static_cast<int>(side));
  heif_error problem =
      heif_context_read_from_memory_without_copy(context_.get(), file.data(), file.size(), nullptr);
  if (problem.code != heif_error_Ok) return error(problem);
  heif_image_handle* handle = nullptr;
  problem = heif_context_get_primary_image_handle(context_.get(), &handle);
  if (problem.code != heif_error_Ok) return error(problem);
  handle_.reset(handle);
  count_coded_bytes();
  const auto size = [](int side_) { return static_cast<std::uint64_t>(std::max(side_, 0)); };
  SIGNMARK_TRY(check_size(context, kind_.name, size(heif_image_handle_get_ispe_width(handle)),
                          size(heif_image_handle_get_ispe_height(handle))));
  return check_size(context, kind_.name, size(heif_image_handle_get_width(handle)),
                    size(heif_image_handle_get_height(handle)));
}

/// Media data without what is known to be metadata.
void HeifReader::count_coded_bytes() {
  coded_bytes_ = heif_media_bytes(file_);
  const int blocks = heif_image_handle_get_number_of_metadata_blocks(handle_.get(), nullptr);
  std::vector<heif_item_id> ids(static_cast<std::size_t>(std::max(blocks, 0)));
  heif_image_handle_get_list_of_metadata_block_IDs(handle_.get(), nullptr, ids.data(), blocks);
  for (const heif_item_id id : ids)
    coded_bytes_ -= std::min<std::uint64_t>(coded_bytes_,
                                            heif_image_handle_get_metadata_size(handle_.get(), id));
}

bool HeifReader::is_collection() const {
  return heif_context_get_number_of_top_level_images(context_.get()) > 1;
}

Result<cv::Rect> HeifReader::shown_part(cv::Size stored) const {
  const std::vector<ByteView> apertures = find_properties(file_, "clap");
  if (apertures.empty()) return cv::Rect({}, stored);
  const auto part = read_aperture(apertures.front(), stored);
  if (apertures.size() > 1 || !part || part->empty())
    return fail("image.unsupported", "the picture is cropped in a way that cannot be followed", {},
                "export it again without a clean aperture (clap)");
  return *part;
}

Result<HeifPtr<heif_image>> HeifReader::decode(heif_colorspace space, heif_chroma chroma,
                                               bool stored) const {
  const HeifPtr<heif_decoding_options> options(heif_decoding_options_alloc());
  options->ignore_transformations = stored ? 1 : 0;  // the clean aperture too
  options->strict_decoding = 1;
  heif_image* image = nullptr;
  const heif_error problem = heif_decode_image(handle_.get(), &image, space, chroma, options.get());
  if (problem.code != heif_error_Ok) return error(problem);
  return HeifPtr<heif_image>(image);
}

Result<HeifPicture> HeifReader::read_stored() const {
  HeifPicture picture;
  picture.chroma = chroma_of_file(file_);
  const heif_colorspace space =
      picture.chroma == heif_chroma_monochrome ? heif_colorspace_monochrome : heif_colorspace_YCbCr;
  SIGNMARK_ASSIGN(picture.image, decode(space, picture.chroma, true));
  heif_color_profile_nclx* nclx = nullptr;
  if (heif_image_handle_get_nclx_color_profile(handle_.get(), &nclx).code != heif_error_Ok &&
      heif_image_get_nclx_color_profile(picture.image.get(), &nclx).code != heif_error_Ok)
    nclx = nullptr;
  picture.nclx.reset(nclx);
  view_planes(picture);
  if (!is_regular(picture))
    return fail("image.unsupported", "the picture's components differ in depth or size", {},
                "export it again as 4:4:4, 4:2:2 or 4:2:0 with alpha of the same depth");
  describe_colours(picture);
  return picture;
}

Result<HeifReader::Shown> HeifReader::read_shown() const {
  Shown shown;
  shown.alpha = heif_image_handle_has_alpha_channel(handle_.get()) != 0;
  const bool deep = heif_image_handle_get_luma_bits_per_pixel(handle_.get()) > 8;
  const heif_chroma chroma =
      deep ? (shown.alpha ? heif_chroma_interleaved_RRGGBBAA_LE : heif_chroma_interleaved_RRGGBB_LE)
           : (shown.alpha ? heif_chroma_interleaved_RGBA : heif_chroma_interleaved_RGB);
  SIGNMARK_ASSIGN(const HeifPtr<heif_image> image, decode(heif_colorspace_RGB, chroma, false));
  int stride = 0;
  std::uint8_t* data = heif_image_get_plane(image.get(), heif_channel_interleaved, &stride);
  if (data == nullptr)
    return error(
        {heif_error_Decoder_plugin_error, heif_suberror_Unspecified, "there are no pixels"});
  shown.depth = heif_image_get_bits_per_pixel_range(image.get(), heif_channel_interleaved);
  shown.premultiplied = heif_image_is_premultiplied_alpha(image.get()) != 0;
  const int type = CV_MAKETYPE(deep ? CV_16U : CV_8U, shown.alpha ? 4 : 3);
  shown.pixels = cv::Mat(heif_image_get_height(image.get(), heif_channel_interleaved),
                         heif_image_get_width(image.get(), heif_channel_interleaved), type, data,
                         static_cast<std::size_t>(stride))
                     .clone();
  return shown;
}

}  // namespace signmark::image
