// SPDX-License-Identifier: Apache-2.0
// AVIF and HEIC: depth, chroma format, alpha and colour description stay; the quality comes near
// the source's.
#include "image/change.hpp"
#include "image/heif_io.hpp"
#include "image/placement.hpp"

namespace signmark::image {
namespace {

constexpr HeifKind kAvif{"avif", heif_compression_AV1};
constexpr HeifKind kHeif{"heif", heif_compression_HEVC};

Result<HeifCoding> choose_coding(const HeifKind& kind, const Job& job, const HeifReader& reader,
                                 const HeifPicture& picture) {
  if (job.options.quality) return HeifCoding{*job.options.quality, false};
  return heif_coding_like(kind, picture, reader.coded_bytes());
}

Result<EncodedImage> change_heif(const HeifKind& kind, const Job& job) {
  SIGNMARK_TRY(job.context.report("decode", 0, 1));
  HeifReader reader(kind);
  SIGNMARK_TRY(reader.open(job.context, job.file));
  if (reader.is_collection())
    return fail("image.unsupported", "the file holds several pictures", {},
                "split it into files of one picture, or mark its file alone: "
                "--layers metadata,manifest");
  SIGNMARK_ASSIGN(HeifPicture picture, reader.read_stored());
  SIGNMARK_ASSIGN(const cv::Rect part, reader.shown_part(picture.planes.luma.size()));
  const auto probe = [&](const cv::Rect& where) {
    return luma_stats(picture.planes, where + part.tl());
  };
  SIGNMARK_ASSIGN(const HeifCoding coding, choose_coding(kind, job, reader, picture));
  SIGNMARK_TRY(apply_changer(job, picture.planes));
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, part.size(), job.orientation, probe));
  if (label) blend(picture.planes, label->where + part.tl(), label->overlay);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  SIGNMARK_ASSIGN(Bytes file, write_heif(kind, picture, coding));
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

/// Before rotation, mirroring and cropping, which only rule how the stored picture is shown.
Result<LumaPicture> read_heif_luma(const HeifKind& kind, const Context& context, ByteView file) {
  HeifReader reader(kind);
  SIGNMARK_TRY(reader.open(context, file));
  SIGNMARK_ASSIGN(const HeifPicture picture, reader.read_stored());
  return luma_of(picture.planes);
}

Status hash_heif(const HeifKind& kind, const Context& context, ByteView file, PixelHasher& hasher) {
  HeifReader reader(kind);
  SIGNMARK_TRY(reader.open(context, file));
  SIGNMARK_ASSIGN(const HeifReader::Shown shown, reader.read_shown());
  PixelLayout layout{ColourModel::rgb, shown.alpha, shown.premultiplied};
  layout.white = (1 << shown.depth) - 1;
  hasher.frame(shown.pixels, layout);
  return {};
}

}  // namespace

const Codec kAvifCodec{
    "image/avif", [](const Job& job) { return change_heif(kAvif, job); },
    [](const Context& context, ByteView file) { return read_heif_luma(kAvif, context, file); },
    [](const Context& context, ByteView file, PixelHasher& hasher) {
      return hash_heif(kAvif, context, file, hasher);
    }};
const Codec kHeifCodec{
    "image/heif", [](const Job& job) { return change_heif(kHeif, job); },
    [](const Context& context, ByteView file) { return read_heif_luma(kHeif, context, file); },
    [](const Context& context, ByteView file, PixelHasher& hasher) {
      return hash_heif(kHeif, context, file, hasher);
    }};

}  // namespace signmark::image
