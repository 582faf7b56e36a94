// SPDX-License-Identifier: Apache-2.0
// WebP: lossless stays lossless, lossy is encoded with the source's own quality, alpha stays.
#include "image/change.hpp"
#include "image/pixels.hpp"
#include "image/placement.hpp"
#include "image/webp_animation.hpp"
#include "image/webp_io.hpp"

namespace signmark::image {
namespace {

constexpr PixelLayout kRgba{ColourModel::rgb, true};

Result<EncodedImage> change_lossless(const Job& job, const WebpHeader& header) {
  SIGNMARK_ASSIGN(cv::Mat pixels, read_webp_rgba(job.file, header));
  SIGNMARK_TRY(apply_changer(job, pixels, kRgba));
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, header.size, job.orientation, [&](const cv::Rect& where) {
                    return luma_stats(pixels(where), kRgba);
                  }));
  if (label) blend(pixels(label->where), kRgba, label->overlay);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  SIGNMARK_ASSIGN(Bytes file, write_webp(pixels, WebpCoding{}));
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

Result<EncodedImage> change_lossy(const Job& job, const WebpHeader& header) {
  SIGNMARK_ASSIGN(Planes planes, read_webp_planes(job.file, header));
  SIGNMARK_TRY(apply_changer(job, planes));
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, header.size, job.orientation,
                              [&](const cv::Rect& where) { return luma_stats(planes, where); }));
  if (label) blend(planes, label->where, label->overlay);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  WebpCoding coding = webp_coding(job.file, header, job.options.quality);
  coding.faithful = job.changer != nullptr;
  SIGNMARK_ASSIGN(Bytes file, write_webp(planes, coding));
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

Result<EncodedImage> change(const Job& job) {
  SIGNMARK_TRY(job.context.report("decode", 0, 1));
  SIGNMARK_ASSIGN(const WebpHeader header, read_webp_header(job.context, job.file));
  if (header.animated) return change_webp_animation(job);
  return header.lossless ? change_lossless(job, header) : change_lossy(job, header);
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(const WebpHeader header, read_webp_header(context, file));
  if (header.animated) return read_webp_animation_luma(context, file);
  if (!header.lossless) {
    SIGNMARK_ASSIGN(const Planes planes, read_webp_planes(file, header));
    return luma_of(planes);
  }
  SIGNMARK_ASSIGN(const cv::Mat pixels, read_webp_rgba(file, header));
  return luma_of(pixels, kRgba);
}

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  SIGNMARK_ASSIGN(const WebpHeader header, read_webp_header(context, file));
  if (header.animated) return hash_webp_animation(context, file, hasher);
  SIGNMARK_ASSIGN(const cv::Mat pixels, read_webp_rgba(file, header));
  hasher.frame(pixels, kRgba);
  return {};
}

}  // namespace

const Codec kWebpCodec{"image/webp", change, read_luma, hash_pixels};

}  // namespace signmark::image
