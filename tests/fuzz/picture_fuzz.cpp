// SPDX-License-Identifier: Apache-2.0
// links: signmark_image
// Drawing the label on hostile pictures of every format and changing their luma: the first byte
// chooses the codec.
#include <array>
#include <cstdint>
#include <cstdlib>

#include "image/codec.hpp"
#include "image/room.hpp"

namespace {

using namespace signmark;

constexpr std::array<const image::Codec*, 7> kCodecs = {
    &image::kPngCodec,  &image::kJpegCodec, &image::kWebpCodec, &image::kGifCodec,
    &image::kTiffCodec, &image::kAvifCodec, &image::kHeifCodec};

Context small_context() {
  Context context = Context::standard();
  context.limits.image_pixels = 1U << 16;
  context.limits.image_side = 1024;
  context.limits.image_frames = 16;
  return context;
}

/// Reading is where hostile bytes do harm; libaom and x265 would only make it slow.
void read_only(const image::ImageRoom& room, const Context& context, ByteView file,
               std::string_view type) {
  const auto digest = room.pixel_digest(context, file, type);
  if (!digest && digest.error().code == "image.internal") std::abort();
}

/// What was changed can be read again.
void change_luma(const image::Codec& codec, const Context& context, ByteView file) {
  const image::LumaChanger changer = [](const image::LumaPicture& seen) -> Result<cv::Mat> {
    return cv::Mat(seen.luma.size(), CV_32FC1, cv::Scalar(3));
  };
  const auto changed = codec.change(image::Job{context, file, 1, &changer, nullptr, {}});
  if (changed && !codec.read_luma(context, changed->file)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  static const Context context = small_context();
  const ByteView file(data + 1, size - 1);
  const image::Codec& codec = *kCodecs[data[0] % kCodecs.size()];
  const std::string_view type = codec.mime;
  const image::ImageRoom& room = *image::image_room();
  if (type == "image/avif" || type == "image/heif") {
    read_only(room, context, file, type);
    return 0;
  }
  change_luma(codec, context, file);
  const label::VisibleLabel label;
  const auto drawn = room.change_pixels(context, file, type, 1, {nullptr, &label}, {});
  // What was drawn can be read again, and an internal error is a bug.
  if (drawn && !room.pixel_digest(context, drawn->file, type)) std::abort();
  if (!drawn && drawn.error().code == "image.internal") std::abort();
  return 0;
}
