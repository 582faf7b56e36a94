// SPDX-License-Identifier: Apache-2.0
// Samples in memory as if they were a format (base/raw_picture.hpp): nothing is lost in encoding,
// and floats keep their precision, because only the change is added to them.
#include <opencv2/imgproc.hpp>

#include "base/raw_picture.hpp"
#include "image/change.hpp"
#include "image/placement.hpp"

namespace signmark::image {
namespace {

constexpr int kWhole16 = 65535;

PixelLayout layout_of(const RawPicture& shape) {
  PixelLayout layout;
  layout.model = shape.channels == 1 ? ColourModel::grey : ColourModel::rgb;
  layout.alpha = shape.channels == 4;
  layout.white = shape.sample_bytes == 1 ? 255 : kWhole16;
  return layout;
}

int depth_of(const RawPicture& shape) {
  if (shape.sample_bytes == 1) return CV_8U;
  return shape.sample_bytes == 2 ? CV_16U : CV_32F;
}

/// The samples as they lie in `bytes`, which must outlive the matrix.
cv::Mat samples_in(const Byte* bytes, const RawPicture& shape) {
  return {static_cast<int>(shape.height), static_cast<int>(shape.width),
          CV_MAKETYPE(depth_of(shape), shape.channels),
          // OpenCV has no matrix of constant samples; readers below take it as constant.
          const_cast<Byte*>(bytes + kRawPictureHeader)};
}

/// Whole numbers: floats as 16 bits.
cv::Mat whole(const cv::Mat& samples) {
  if (samples.depth() != CV_32F) return samples;
  cv::Mat numbers;
  samples.convertTo(numbers, CV_16U, kWhole16);
  return numbers;
}

Result<RawPicture> read_shape(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(const RawPicture shape, raw_picture_shape(file));
  SIGNMARK_TRY(check_size(context, "pixels", shape.width, shape.height));
  return shape;
}

/// Adds levels of 255 to the colours of floats; clear pixels and alpha stay, as in add_luma.
void add_to_floats(cv::Mat samples, const cv::Mat& change) {
  const int channels = samples.channels();
  const int colours = channels == 1 ? 1 : 3;
  for (int y = 0; y < samples.rows; ++y) {
    float* pixel = samples.ptr<float>(y);
    const float* levels = change.ptr<float>(y);
    for (int x = 0; x < samples.cols; ++x, pixel += channels) {
      if (channels == 4 && pixel[3] <= 0) continue;
      for (int c = 0; c < colours; ++c)
        pixel[c] = std::clamp(pixel[c] + levels[x] / 255.F, 0.F, 1.F);
    }
  }
}

void draw(cv::Mat samples, const RawPicture& shape, const cv::Mat& overlay) {
  if (samples.depth() != CV_32F) return blend(samples, layout_of(shape), overlay);
  cv::Mat numbers = whole(samples), drawn, painted;
  blend(numbers, layout_of(shape), overlay);
  numbers.convertTo(drawn, CV_32F, 1. / kWhole16);
  cv::extractChannel(overlay, painted, 1);
  drawn.copyTo(samples, painted);
}

Result<EncodedImage> change(const Job& job) {
  SIGNMARK_ASSIGN(const RawPicture shape, read_shape(job.context, job.file));
  EncodedImage result;
  result.file.assign(job.file.begin(), job.file.end());
  cv::Mat samples = samples_in(result.file.data(), shape);
  if (job.changer != nullptr) {
    SIGNMARK_ASSIGN(const cv::Mat levels,
                    ask_changer(job, luma_of(whole(samples), layout_of(shape))));
    if (samples.depth() == CV_32F)
      add_to_floats(samples, levels);
    else
      add_luma(samples, layout_of(shape), levels);
  }
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, samples.size(), job.orientation, [&](const cv::Rect& where) {
                    return luma_stats(whole(samples(where)), layout_of(shape));
                  }));
  if (label) draw(samples(label->where), shape, label->overlay);
  result.overlay = shown_overlay(std::move(label));
  return result;
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(const RawPicture shape, read_shape(context, file));
  return luma_of(whole(samples_in(file.data(), shape)), layout_of(shape));
}

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  SIGNMARK_ASSIGN(const RawPicture shape, read_shape(context, file));
  hasher.frame(whole(samples_in(file.data(), shape)), layout_of(shape));
  return {};
}

}  // namespace

const Codec kRawCodec{kRawPictureMime, change, read_luma, hash_pixels};

}  // namespace signmark::image
