// SPDX-License-Identifier: Apache-2.0
// libwebp calls. Lossy pictures are handled as YUV, so that what is not drawn on suffers no colour
// conversion.
#include "image/webp_io.hpp"

#include <webp/decode.h>
#include <webp/encode.h>

#include "base/bytes.hpp"
#include "image/codec.hpp"
#include "image/webp_quality.hpp"

namespace signmark::image {
namespace {

constexpr std::size_t kRiffHeader = 12;
// Chosen when the quantisers cannot be read: little is lost, and the file stays of a sensible size.
constexpr float kUnknownQuality = 90;

/// Owns what libwebp allocates while it encodes.
class Encoder {
 public:
  Encoder() {
    WebPMemoryWriterInit(&memory_);
    good_ = WebPPictureInit(&picture_) != 0 && WebPConfigInit(&config_) != 0;
    picture_.writer = WebPMemoryWrite;
    picture_.custom_ptr = &memory_;
  }
  Encoder(const Encoder&) = delete;
  Encoder& operator=(const Encoder&) = delete;
  ~Encoder() {
    WebPPictureFree(&picture_);
    WebPMemoryWriterClear(&memory_);
  }

  WebPPicture& picture() { return picture_; }
  Result<Bytes> run(cv::Size size, const WebpCoding& coding);

 private:
  void configure(const WebpCoding& coding);

  WebPPicture picture_{};
  WebPConfig config_{};
  WebPMemoryWriter memory_{};
  bool good_ = false;
};

void Encoder::configure(const WebpCoding& coding) {
  config_.exact = 1;  // colours below clear pixels stay
  config_.alpha_quality = 100;
  config_.lossless = coding.quality ? 0 : 1;
  if (coding.quality) config_.quality = *coding.quality;
  // The highest method that rounds coefficients instead of optimising them: 1.5 dB more of a robust
  // mark's margin for two per cent more bytes.
  constexpr int kPlainRounding = 2;
  if (coding.quality && coding.faithful) config_.method = kPlainRounding;
}

Result<Bytes> Encoder::run(cv::Size size, const WebpCoding& coding) {
  picture_.width = size.width;
  picture_.height = size.height;
  configure(coding);
  if (!good_ || WebPEncode(&config_, &picture_) == 0)
    return fail("image.webp.encode",
                "cannot encode the WebP: libwebp's error " + std::to_string(picture_.error_code));
  return Bytes(memory_.mem, memory_.mem + memory_.size);
}

/// A WebP decoder's settings, aimed at memory of ours.
class Decoder {
 public:
  Decoder() { good_ = WebPInitDecoderConfig(&config_) != 0; }
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;
  ~Decoder() { WebPFreeDecBuffer(&config_.output); }

  WebPYUVABuffer& yuva(WEBP_CSP_MODE mode) {
    config_.output.colorspace = mode;
    config_.output.is_external_memory = 1;
    return config_.output.u.YUVA;
  }
  [[nodiscard]] bool run(ByteView picture) {
    return good_ && WebPDecode(picture.data(), picture.size(), &config_) == VP8_STATUS_OK;
  }

 private:
  WebPDecoderConfig config_{};
  bool good_ = false;
};

/// Points libwebp at a plane.
void attach(cv::Mat& plane, std::uint8_t*& data, int& stride, std::size_t& size) {
  data = plane.ptr();
  stride = static_cast<int>(plane.step);
  size = plane.total();
}

}  // namespace

tl::unexpected<Error> webp_damage(std::string_view what) {
  return fail("image.webp.decode", "cannot decode the WebP: " + std::string(what), {},
              "the file is damaged: make it again or get another copy");
}

Result<WebpHeader> read_webp_header(const Context& context, ByteView picture) {
  constexpr int kLossless = 2;  // WebPBitstreamFeatures::format
  WebPBitstreamFeatures features;
  if (WebPGetFeatures(picture.data(), picture.size(), &features) != VP8_STATUS_OK)
    return webp_damage("its header is unreadable");
  SIGNMARK_TRY(check_size(context, "webp", static_cast<std::uint64_t>(features.width),
                          static_cast<std::uint64_t>(features.height)));
  return WebpHeader{{features.width, features.height},
                    features.has_alpha != 0,
                    features.format == kLossless,
                    features.has_animation != 0};
}

Result<cv::Mat> read_webp_rgba(ByteView picture, const WebpHeader& header) {
  cv::Mat rgba(header.size, CV_8UC4);
  if (WebPDecodeRGBAInto(picture.data(), picture.size(), rgba.ptr(), rgba.total() * rgba.elemSize(),
                         static_cast<int>(rgba.step)) == nullptr)
    return webp_damage("its picture data is incomplete or wrong");
  return rgba;
}

Result<Planes> read_webp_planes(ByteView picture, const WebpHeader& header) {
  Planes planes;
  planes.full_range = false;
  planes.luma.create(header.size, CV_8UC1);
  const cv::Size half((header.size.width + 1) / 2, (header.size.height + 1) / 2);
  for (cv::Mat& plane : planes.chroma) plane.create(half, CV_8UC1);
  if (header.alpha) planes.alpha.create(header.size, CV_8UC1);
  Decoder decoder;
  WebPYUVABuffer& to = decoder.yuva(header.alpha ? MODE_YUVA : MODE_YUV);
  attach(planes.luma, to.y, to.y_stride, to.y_size);
  attach(planes.chroma[0], to.u, to.u_stride, to.u_size);
  attach(planes.chroma[1], to.v, to.v_stride, to.v_size);
  if (header.alpha) attach(planes.alpha, to.a, to.a_stride, to.a_size);
  if (!decoder.run(picture)) return webp_damage("its picture data is incomplete or wrong");
  return planes;
}

WebpCoding webp_coding(ByteView picture, const WebpHeader& header, std::optional<int> wished) {
  if (header.lossless) return {};
  if (wished) return {static_cast<float>(*wished)};
  const Bytes chunks = webp_image_chunks(picture);
  ByteReader reader(chunks, "image.webp");
  while (const auto id = reader.fourcc()) {
    const auto size = reader.u32le();
    const auto payload = size ? reader.take(*size) : Result<ByteView>();
    if (!payload) break;
    if (*id == "VP8 ") return {vp8_quality(*payload).value_or(kUnknownQuality)};
    if (*size % 2 != 0 && !reader.skip(1)) break;
  }
  return {kUnknownQuality};
}

Result<Bytes> write_webp(const cv::Mat& rgba, const WebpCoding& coding) {
  Encoder encoder;
  WebPPicture& picture = encoder.picture();
  picture.width = rgba.cols;
  picture.height = rgba.rows;
  picture.use_argb = 1;
  if (WebPPictureImportRGBA(&picture, rgba.ptr(), static_cast<int>(rgba.step)) == 0)
    return fail("image.webp.encode", "cannot hand the picture to libwebp");
  return encoder.run(rgba.size(), coding);
}

Result<Bytes> write_webp(const Planes& planes, const WebpCoding& coding) {
  Encoder encoder;
  WebPPicture& picture = encoder.picture();
  const bool alpha = !planes.alpha.empty();
  picture.use_argb = 0;
  picture.colorspace = alpha ? WEBP_YUV420A : WEBP_YUV420;
  picture.y = const_cast<std::uint8_t*>(planes.luma.ptr());
  picture.u = const_cast<std::uint8_t*>(planes.chroma[0].ptr());
  picture.v = const_cast<std::uint8_t*>(planes.chroma[1].ptr());
  picture.y_stride = static_cast<int>(planes.luma.step);
  picture.uv_stride = static_cast<int>(planes.chroma[0].step);
  if (alpha) {
    picture.a = const_cast<std::uint8_t*>(planes.alpha.ptr());
    picture.a_stride = static_cast<int>(planes.alpha.step);
  }
  return encoder.run(planes.luma.size(), coding);
}

Bytes webp_image_chunks(ByteView picture) {
  ByteReader reader(picture, "image.webp");
  if (reader.next_is("RIFF")) static_cast<void>(reader.seek(std::min(kRiffHeader, picture.size())));
  ByteWriter chunks;
  while (const auto id = reader.fourcc()) {
    const auto size = reader.u32le();
    const auto payload = size ? reader.take(*size) : Result<ByteView>();
    if (!payload) break;
    if (*id == "ALPH" || *id == "VP8 " || *id == "VP8L") {
      chunks.text(*id).u32le(*size).bytes(*payload);
      if (*size % 2 != 0) chunks.u8(0);
    }
    if (*size % 2 != 0 && !reader.skip(1)) break;
  }
  return chunks.take();
}

}  // namespace signmark::image
