// SPDX-License-Identifier: Apache-2.0
// Making test pictures and files with the codecs' own libraries.
#include "unit/image/pictures.hpp"

#include <tiffio.h>

#include <cstdlib>
#include <cstring>

#include "image/jpeg_io.hpp"
#include "image/webp_io.hpp"

namespace signmark::image::test {
namespace {

template <class T>
void fill(cv::Mat& picture, int white) {
  const int channels = picture.channels();
  const bool alpha = channels % 2 == 0;
  for (int y = 0; y < picture.rows; ++y)
    for (int x = 0; x < picture.cols; ++x)
      for (int c = 0; c < channels; ++c) {
        const int wave = (x * (3 + c) + y * (2 + c) + 40 * c) % 200 + (x + y) % 7;
        int value = wave * white / 255;
        if (alpha && c == channels - 1) value = std::min(white, x * white * 2 / picture.cols);
        picture.ptr<T>(y)[x * channels + c] = static_cast<T>(value);
      }
}

int differing(const cv::Mat& before, const cv::Mat& after, const cv::Mat& mask) {
  REQUIRE(before.size() == after.size());
  REQUIRE(before.type() == after.type());
  int count = 0;
  for (int y = 0; y < before.rows; ++y)
    for (int x = 0; x < before.cols; ++x) {
      if (mask.at<uchar>(y, x) == 0) continue;
      const std::size_t at = static_cast<std::size_t>(x) * before.elemSize();
      if (std::memcmp(before.ptr(y) + at, after.ptr(y) + at, before.elemSize()) != 0) ++count;
    }
  return count;
}

void fill_plane(heif_image* image, heif_channel channel, cv::Size size, const HeifMaker& maker) {
  REQUIRE(heif_image_add_plane(image, channel, size.width, size.height, maker.depth).code ==
          heif_error_Ok);
  int stride = 0;
  std::uint8_t* data = heif_image_get_plane(image, channel, &stride);
  cv::Mat plane = pattern(size, maker.depth > 8 ? CV_16U : CV_8U, 1);
  if (maker.depth > 8) plane /= 1 << (16 - maker.depth);
  if (channel == heif_channel_Cb || channel == heif_channel_Cr)
    plane.setTo(cv::Scalar(double(1 << (maker.depth - 1)) * 0.9));
  for (int y = 0; y < size.height; ++y)
    std::memcpy(data + static_cast<std::ptrdiff_t>(y) * stride, plane.ptr(y),
                static_cast<std::size_t>(size.width) * plane.elemSize());
}

}  // namespace

cv::Mat pattern(cv::Size size, int depth, int channels) {
  cv::Mat picture(size, CV_MAKETYPE(depth, channels));
  if (depth == CV_16U)
    fill<std::uint16_t>(picture, 65535);
  else
    fill<std::uint8_t>(picture, 255);
  return picture;
}

cv::Mat index_pattern(cv::Size size, int colours) {
  cv::Mat indices(size, CV_8UC1);
  for (int y = 0; y < size.height; ++y)
    for (int x = 0; x < size.width; ++x)
      indices.at<uchar>(y, x) = static_cast<uchar>((x / 3 + y / 2) % colours);
  return indices;
}

std::vector<cv::Vec3b> palette_of(int colours) {
  std::vector<cv::Vec3b> palette;
  for (int i = 0; i < colours; ++i)
    palette.emplace_back(static_cast<uchar>(i * 37), static_cast<uchar>(i * 255 / colours),
                         static_cast<uchar>(255 - i * 11));
  return palette;
}

Bytes png_of(const cv::Mat& pixels) {
  constexpr int kTypes[] = {PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB,
                            PNG_COLOR_TYPE_RGB_ALPHA};
  PngPicture picture;
  picture.width = static_cast<std::uint32_t>(pixels.cols);
  picture.height = static_cast<std::uint32_t>(pixels.rows);
  picture.depth = pixels.depth() == CV_16U ? 16 : 8;
  picture.colour_type = kTypes[pixels.channels() - 1];
  picture.pixels = pixels;
  auto file = write_png(picture);
  REQUIRE_OK(file);
  return *file;
}

Bytes indexed_png_of(const cv::Mat& indices, const std::vector<cv::Vec3b>& palette) {
  PngPicture picture;
  picture.width = static_cast<std::uint32_t>(indices.cols);
  picture.height = static_cast<std::uint32_t>(indices.rows);
  picture.colour_type = PNG_COLOR_TYPE_PALETTE;
  for (const cv::Vec3b& c : palette) picture.palette.push_back({c[0], c[1], c[2]});
  picture.pixels = indices;
  auto file = write_png(picture);
  REQUIRE_OK(file);
  return *file;
}

Bytes jpeg_of(const cv::Mat& pixels, const JpegMaker& maker) {
  constexpr J_COLOR_SPACE kSpaces[] = {JCS_UNKNOWN, JCS_GRAYSCALE, JCS_UNKNOWN, JCS_RGB, JCS_CMYK};
  jpeg_compress_struct info{};
  JpegFence fence;
  info.err = &fence.manager;
  unsigned char* data = nullptr;
  unsigned long size = 0;
  REQUIRE(fenced(fence, [&] {
    jpeg_create_compress(&info);
    jpeg_mem_dest(&info, &data, &size);
    info.image_width = static_cast<JDIMENSION>(pixels.cols);
    info.image_height = static_cast<JDIMENSION>(pixels.rows);
    info.input_components = pixels.channels();
    info.in_color_space = kSpaces[pixels.channels()];
    jpeg_set_defaults(&info);
    if (maker.other_model) jpeg_set_colorspace(&info, pixels.channels() == 3 ? JCS_RGB : JCS_YCCK);
    jpeg_set_quality(&info, maker.quality, TRUE);
    info.comp_info[0].h_samp_factor = pixels.channels() == 3 ? maker.h : 1;
    info.comp_info[0].v_samp_factor = pixels.channels() == 3 ? maker.v : 1;
    if (maker.progressive) jpeg_simple_progression(&info);
    jpeg_start_compress(&info, TRUE);
    while (info.next_scanline < info.image_height) {
      auto* row = const_cast<JSAMPLE*>(pixels.ptr(static_cast<int>(info.next_scanline)));
      jpeg_write_scanlines(&info, &row, 1);
    }
    jpeg_finish_compress(&info);
  }));
  jpeg_destroy_compress(&info);
  Bytes file(data, data + size);
  std::free(data);
  return file;
}

Bytes lossless_webp_of(const cv::Mat& rgba) {
  auto file = write_webp(rgba, WebpCoding{});
  REQUIRE_OK(file);
  return *file;
}

Bytes lossy_webp_of(const cv::Mat& rgba, float quality) {
  auto file = write_webp(rgba, WebpCoding{quality});
  REQUIRE_OK(file);
  return *file;
}

TiffPage tiff_page_of(const cv::Mat& pixels) {
  constexpr std::uint16_t kModels[] = {PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISBLACK,
                                       PHOTOMETRIC_RGB, PHOTOMETRIC_RGB};
  TiffPage page;
  page.size = pixels.size();
  page.pixels = pixels;
  page.depth = pixels.depth() == CV_16U ? 16 : 8;
  page.samples = static_cast<std::uint16_t>(pixels.channels());
  page.photometric = kModels[pixels.channels() - 1];
  if (pixels.channels() % 2 == 0) page.extra = EXTRASAMPLE_UNASSALPHA;
  page.strip_rows = 16;
  return page;
}

Bytes tiff_of(const std::vector<TiffPage>& pages, TiffVariant variant) {
  TiffWriter writer;
  REQUIRE_OK(writer.open(variant));
  for (const TiffPage& page : pages) REQUIRE_OK(writer.write(page));
  auto file = writer.finish();
  REQUIRE_OK(file);
  return *file;
}

Bytes gif_of(const GifScreen& screen, const std::vector<GifFrame>& frames,
             std::optional<std::uint16_t> loops) {
  GifWriter writer;
  REQUIRE_OK(writer.open(screen, loops));
  for (const GifFrame& frame : frames) REQUIRE_OK(writer.frame(frame));
  auto file = writer.finish();
  REQUIRE_OK(file);
  return *file;
}

Bytes still_gif_of(const cv::Mat& indices, const std::vector<cv::Vec3b>& palette) {
  GifScreen screen;
  screen.size = indices.size();
  for (const cv::Vec3b& c : palette) screen.palette.push_back({c[0], c[1], c[2]});
  GifFrame frame;
  frame.where = cv::Rect({}, indices.size());
  frame.indices = indices;
  return gif_of(screen, {frame});
}

Bytes heif_of(cv::Size size, const HeifMaker& maker) {
  const bool colour = maker.chroma != heif_chroma_monochrome;
  heif_image* raw = nullptr;
  REQUIRE(heif_image_create(size.width, size.height,
                            colour ? heif_colorspace_YCbCr : heif_colorspace_monochrome,
                            maker.chroma, &raw)
              .code == heif_error_Ok);
  HeifPicture picture;
  picture.image.reset(raw);
  picture.chroma = maker.chroma;
  picture.planes.depth = maker.depth;
  picture.nclx.reset(heif_nclx_color_profile_alloc());
  fill_plane(raw, heif_channel_Y, size, maker);
  const int step_x = maker.chroma == heif_chroma_444 ? 1 : 2;
  const int step_y = maker.chroma == heif_chroma_420 ? 2 : 1;
  const cv::Size half((size.width + step_x - 1) / step_x, (size.height + step_y - 1) / step_y);
  if (colour) fill_plane(raw, heif_channel_Cb, half, maker);
  if (colour) fill_plane(raw, heif_channel_Cr, half, maker);
  if (maker.alpha) fill_plane(raw, heif_channel_Alpha, size, maker);
  heif_image_set_nclx_color_profile(raw, picture.nclx.get());
  auto file = write_heif({"test", maker.codec}, picture, {maker.quality, false});
  REQUIRE_OK(file);
  return *file;
}

std::vector<Sample> samples(cv::Size size) {
  const cv::Mat rgb = pattern(size, CV_8U, 3), rgba = pattern(size, CV_8U, 4);
  HeifMaker hevc;
  hevc.codec = heif_compression_HEVC;
  return {{"image/png", png_of(rgb)},
          {"image/jpeg", jpeg_of(rgb)},
          {"image/webp", lossy_webp_of(rgba, 70)},
          {"image/gif", still_gif_of(index_pattern(size, 16), palette_of(16))},
          {"image/tiff", tiff_of({tiff_page_of(rgb)})},
          {"image/avif", heif_of(size, {})},
          {"image/heif", heif_of(size, hevc)}};
}

Result<EncodedImage> draw(ByteView file, const std::string& mime, int orientation,
                          const EncodeOptions& options) {
  const label::VisibleLabel label;
  return image_room()->change_pixels(test_context(), file, mime, orientation, {nullptr, &label},
                                     options);
}

EncodedImage drawn(ByteView file, const std::string& mime, int orientation) {
  auto image = draw(file, mime, orientation);
  REQUIRE_OK(image);
  return *image;
}

std::string digest(ByteView file, const std::string& mime) {
  const auto value = image_room()->pixel_digest(test_context(), file, mime);
  REQUIRE_OK(value);
  return hex(*value);
}

cv::Rect place_of(const EncodedImage& image) {
  return {static_cast<int>(image.overlay.x), static_cast<int>(image.overlay.y),
          static_cast<int>(image.overlay.width), static_cast<int>(image.overlay.height)};
}

int changed_outside(const cv::Mat& before, const cv::Mat& after, const cv::Rect& label) {
  cv::Mat mask(before.size(), CV_8UC1, cv::Scalar(255));
  mask(label).setTo(0);
  return differing(before, after, mask);
}

int changed_inside(const cv::Mat& before, const cv::Mat& after, const cv::Rect& label) {
  cv::Mat mask = cv::Mat::zeros(before.size(), CV_8UC1);
  mask(label).setTo(255);
  return differing(before, after, mask);
}

cv::Point stored_place(cv::Point at, cv::Size shown, int orientation) {
  const int right = shown.width - 1 - at.x, below = shown.height - 1 - at.y;
  switch (orientation) {
    case 2:
      return {right, at.y};
    case 3:
      return {right, below};
    case 4:
      return {at.x, below};
    case 5:
      return {at.y, at.x};
    case 6:
      return {at.y, right};
    case 7:
      return {below, right};
    case 8:
      return {below, at.x};
    default:
      return at;
  }
}

namespace {

/// Calls `work` with each displayed pixel and its stored place.
template <class Work>
void for_each_pixel(cv::Size shown, int orientation, const Work& work) {
  for (int y = 0; y < shown.height; ++y)
    for (int x = 0; x < shown.width; ++x)
      work(cv::Point(x, y), stored_place({x, y}, shown, orientation));
}

cv::Size turned(cv::Size size, int orientation) {
  return orientation >= 5 ? cv::Size(size.height, size.width) : size;
}

void copy_pixel(const cv::Mat& from, cv::Point at, cv::Mat& to, cv::Point place) {
  std::memcpy(to.ptr(place.y) + static_cast<std::size_t>(place.x) * to.elemSize(),
              from.ptr(at.y) + static_cast<std::size_t>(at.x) * from.elemSize(), to.elemSize());
}

}  // namespace

cv::Mat stored_from_shown(const cv::Mat& shown, int orientation) {
  cv::Mat stored(turned(shown.size(), orientation), shown.type());
  for_each_pixel(shown.size(), orientation,
                 [&](cv::Point at, cv::Point place) { copy_pixel(shown, at, stored, place); });
  return stored;
}

cv::Mat shown_from_stored(const cv::Mat& stored, int orientation) {
  cv::Mat shown(turned(stored.size(), orientation), stored.type());
  for_each_pixel(shown.size(), orientation,
                 [&](cv::Point at, cv::Point place) { copy_pixel(stored, place, shown, at); });
  return shown;
}

}  // namespace signmark::image::test
