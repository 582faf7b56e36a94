// SPDX-License-Identifier: Apache-2.0
// mark_pixels, verify_pixels: from the caller's samples to packed ones and back.
#include <fmt/format.h>

#include <cmath>
#include <cstring>
#include <utility>

#include "base/raw_picture.hpp"
#include "pipeline/issue.hpp"
#include "pipeline/tile_record.hpp"
#include "signmark/pixels.hpp"

namespace signmark {
namespace {

Status check_buffer(const Context& context, const PixelBuffer& pixels) {
  const bool known = pixels.channels == 1 || pixels.channels == 3 || pixels.channels == 4;
  if (pixels.data == nullptr || pixels.width < 1 || pixels.height < 1 || !known)
    return fail("pipeline.pixels",
                "no samples, no size, or no count of channels that has a meaning",
                fmt::format("{} x {}, {} channels", pixels.width, pixels.height, pixels.channels),
                "give 1 (grey), 3 (RGB) or 4 (RGBA) channels");
  if (pixels.sample == Sample::f32 &&
      !(std::isfinite(pixels.low) && std::isfinite(pixels.high) && pixels.low < pixels.high))
    return fail("pipeline.pixels", "the range of the samples is empty", {},
                "floats usually go from 0 to 1, or from -1 to 1");
  const Limits& limits = context.limits;
  const auto width = static_cast<std::uint64_t>(pixels.width);
  const auto height = static_cast<std::uint64_t>(pixels.height);
  if (std::max(width, height) > limits.image_side || width * height > limits.image_pixels)
    return fail("image.limit", fmt::format("{} x {} pixels are too many", width, height), {},
                "raise image-side or image-pixels");
  return {};
}

RawPicture shape_of(const PixelBuffer& pixels) {
  RawPicture shape;
  shape.width = static_cast<std::uint32_t>(pixels.width);
  shape.height = static_cast<std::uint32_t>(pixels.height);
  shape.channels = static_cast<std::uint8_t>(pixels.channels);
  shape.sample_bytes = pixels.sample == Sample::u8 ? 1 : pixels.sample == Sample::u16 ? 2 : 4;
  return shape;
}

/// Calls `work` with each sample of the caller and its packed twin.
template <class T, class Caller, class Work>
void for_each_sample(const PixelBuffer& pixels, Byte* packed, const Work& work) {
  T* twin = reinterpret_cast<T*>(packed + kRawPictureHeader);
  for (int y = 0; y < pixels.height; ++y) {
    Caller* row = static_cast<Caller*>(pixels.data) + y * pixels.row_stride;
    for (int x = 0; x < pixels.width; ++x)
      for (int c = 0; c < pixels.channels; ++c) {
        const int channel = pixels.blue_first && c < 3 ? 2 - c : c;
        work(row + x * pixels.pixel_stride + channel * pixels.channel_stride, *twin++);
      }
  }
}

template <class T>
void pack_whole(const PixelBuffer& pixels, Bytes& packed) {
  for_each_sample<T, Byte>(pixels, packed.data(),
                           [](const Byte* from, T& to) { std::memcpy(&to, from, sizeof to); });
}

Bytes pack(const PixelBuffer& pixels) {
  Bytes packed = raw_picture(shape_of(pixels));
  if (pixels.sample == Sample::u8) pack_whole<std::uint8_t>(pixels, packed);
  if (pixels.sample == Sample::u16) pack_whole<std::uint16_t>(pixels, packed);
  if (pixels.sample != Sample::f32) return packed;
  const double unit = 1 / (pixels.high - pixels.low);
  for_each_sample<float, Byte>(pixels, packed.data(), [&](const Byte* from, float& to) {
    float value = 0;
    std::memcpy(&value, from, sizeof value);
    const double share = (value - pixels.low) * unit;
    to = share > 0 ? static_cast<float>(std::min(share, 1.)) : 0.F;  // also for NaN
  });
  return packed;
}

template <class T>
void unpack_whole(Bytes& packed, const PixelBuffer& pixels) {
  for_each_sample<T, Byte>(pixels, packed.data(),
                           [](Byte* to, const T& from) { std::memcpy(to, &from, sizeof from); });
}

/// Samples that did not change keep their bits: a range other than 0 to 1 would round them.
void unpack_floats(Bytes& packed, Bytes& before, const PixelBuffer& pixels) {
  const float* old = reinterpret_cast<const float*>(before.data() + kRawPictureHeader);
  const double span = pixels.high - pixels.low;
  for_each_sample<float, Byte>(pixels, packed.data(), [&](Byte* to, const float& from) {
    if (from == *old++) return;
    const auto value = static_cast<float>(pixels.low + static_cast<double>(from) * span);
    std::memcpy(to, &value, sizeof value);
  });
}

void unpack(Bytes& packed, Bytes& before, const PixelBuffer& pixels) {
  if (pixels.sample == Sample::u8) unpack_whole<std::uint8_t>(packed, pixels);
  if (pixels.sample == Sample::u16) unpack_whole<std::uint16_t>(packed, pixels);
  if (pixels.sample == Sample::f32) unpack_floats(packed, before, pixels);
}

Result<image::EncodedImage> change(const Context& context, const Bytes& packed,
                                   const MarkOptions& options, std::uint64_t content_id) {
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  image::PixelChanges changes;
  if (options.layers.visible) changes.label = &options.visible;
  if (!options.layers.robust)
    return room->change_pixels(context, packed, kRawPictureMime, 1, changes, options.encode);
  SIGNMARK_ASSIGN(const CarrierKeys keys, CarrierKeys::to_mark(options, kPictures.key));
  const image::RobustRequest request =
      robust_request(context, options, keys, kPictures, content_id);
  changes.robust = &request;
  return room->change_pixels(context, packed, kRawPictureMime, 1, changes, options.encode);
}

/// Samples that carry a mark already are not marked a second time (architecture.md 10.3).
Status refuse_marked(const Context& context, const Bytes& packed, const MarkOptions& options) {
  if (!options.layers.robust) return {};
  SIGNMARK_ASSIGN(const image::ImageRoom* room, image::load());
  SIGNMARK_ASSIGN(const CarrierKeys keys, CarrierKeys::to_mark(options, kPictures.key));
  image::RobustLookup lookup;
  lookup.keys = keys.keys();
  SIGNMARK_ASSIGN(const image::RobustFinding found,
                  room->find_robust(context, packed, kRawPictureMime, lookup));
  if (found.marks.empty()) return {};
  return fail("pipeline.existing", "the pixels carry a robust mark already", {},
              "mark the picture from which this one was made");
}

}  // namespace

Result<MarkReport> mark_pixels(const Context& context, const PixelBuffer& pixels,
                               const MarkOptions& options) {
  SIGNMARK_TRY(check_buffer(context, pixels));
  if (!options.layers.robust && !options.layers.visible)
    return fail("pipeline.layers", "pixels take the layers robust and visible only", {},
                "leave --layers out, or name one of them");
  if (options.layers.visible)
    SIGNMARK_TRY(label::check_wording(options.visible.text, options.visible.rule));
  Bytes packed = pack(pixels);
  SIGNMARK_TRY(refuse_marked(context, packed, options));
  SIGNMARK_ASSIGN(const std::uint64_t id, chosen_content_id(context, options));
  SIGNMARK_ASSIGN(image::EncodedImage changed, change(context, packed, options, id));
  unpack(changed.file, packed, pixels);
  MarkReport report;
  report.content_id = id_text(id);
  report.overlay = std::move(changed.overlay);
  report.robust = std::move(changed.robust);
  report.bytes_in = report.bytes_out = packed.size() - kRawPictureHeader;
  return report;
}

Result<VerifyReport> verify_pixels(const Context& context, const PixelBuffer& pixels,
                                   const VerifyOptions& options) {
  SIGNMARK_TRY(check_buffer(context, pixels));
  const Bytes packed = pack(pixels);
  Examination look;
  look.raw = true;
  look.record_unreadable = true;  // pixels have no place for a record
  SIGNMARK_TRY(examine_robust(context, packed, options, look));
  VerifyReport report;
  report.findings = look.findings;
  report.problems = look.problems;
  if (look.robust) report.map = std::move(look.robust->map);
  conclude(look, options.declared, report);
  return report;
}

}  // namespace signmark
