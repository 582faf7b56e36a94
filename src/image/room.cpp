// SPDX-License-Identifier: Apache-2.0
// The image room itself: picks the codec and keeps every exception inside.
#include <fmt/format.h>

#include <exception>
#include <new>

#include "image/codec.hpp"
#include "image/mark/robust.hpp"
#include "image/prints.hpp"
#include "image/room.hpp"
#include "image/thumbnail.hpp"

namespace signmark::image {
namespace {

constexpr const Codec* kCodecs[] = {&kPngCodec,  &kJpegCodec, &kWebpCodec, &kGifCodec,
                                    &kTiffCodec, &kAvifCodec, &kHeifCodec, &kRawCodec};

Result<const Codec*> find_codec(std::string_view mime) {
  for (const Codec* codec : kCodecs)
    if (codec->mime == mime) return codec;
  return fail("image.unsupported", fmt::format("pictures of type \"{}\" cannot be decoded", mime),
              {}, "convert it to PNG, JPEG, WebP, GIF, TIFF, AVIF or HEIF");
}

/// Runs `work` and turns what may be thrown below (memory, OpenCV's checks) into an Error.
template <class Work>
auto without_exceptions(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail("image.memory", "not enough memory for the picture", {},
                "use a smaller picture or a machine with more memory");
  } catch (const std::exception& problem) {
    return fail("image.internal", fmt::format("internal error: {}", problem.what()));
  }
}

class Room final : public ImageRoom {
 public:
  [[nodiscard]] Result<EncodedImage> change_pixels(const Context& context, ByteView file,
                                                   std::string_view format_mime, int orientation,
                                                   const PixelChanges& changes,
                                                   const EncodeOptions& options) const override {
    SIGNMARK_ASSIGN(const Codec* codec, find_codec(format_mime));
    return without_exceptions([&]() -> Result<EncodedImage> {
      const Job job{context, file, orientation, nullptr, changes.label, options};
      if (changes.robust == nullptr) return codec->change(job);
      return change_with_robust(context, *codec, job, *changes.robust);
    });
  }

  [[nodiscard]] Result<RobustFinding> find_robust(const Context& context, ByteView file,
                                                  std::string_view format_mime,
                                                  const RobustLookup& lookup) const override {
    SIGNMARK_ASSIGN(const Codec* codec, find_codec(format_mime));
    return without_exceptions([&] { return image::find_robust(context, *codec, file, lookup); });
  }

  [[nodiscard]] Result<Bytes> pixel_digest(const Context& context, ByteView file,
                                           std::string_view format_mime) const override {
    SIGNMARK_ASSIGN(const Codec* codec, find_codec(format_mime));
    return without_exceptions([&]() -> Result<Bytes> {
      PixelHasher hasher;
      SIGNMARK_TRY(codec->hash_pixels(context, file, hasher));
      return hasher.finish();
    });
  }

  [[nodiscard]] Result<std::vector<Print>> prints(const Context& context, ByteView file,
                                                  std::string_view format_mime, int orientation,
                                                  PrintUse use) const override {
    SIGNMARK_ASSIGN(const Codec* codec, find_codec(format_mime));
    return without_exceptions([&]() -> Result<std::vector<Print>> {
      SIGNMARK_ASSIGN(const LumaPicture picture, codec->read_luma(context, file));
      return picture_prints(picture, orientation, use);
    });
  }
};

class WorkerRoom final : public WorkerMedia {
 public:
  void limit_threads(int count) const override { cv::setNumThreads(count); }

  [[nodiscard]] Result<Bytes> thumbnail(const Context& context, ByteView file,
                                        std::string_view format_mime, int orientation,
                                        int side) const override {
    SIGNMARK_ASSIGN(const Codec* codec, find_codec(format_mime));
    return without_exceptions(
        [&] { return make_thumbnail(context, *codec, file, orientation, side); });
  }
};

}  // namespace

const ImageRoom* image_room() {
  static const Room room;
  return &room;
}

const WorkerMedia* worker_media() {
  static const WorkerRoom room;
  return &room;
}

}  // namespace signmark::image
