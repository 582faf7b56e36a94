// SPDX-License-Identifier: Apache-2.0
// JPEG: a mark is added to the coefficients of luma, and only the blocks under the label are
// encoded anew, with the source's own tables and sampling; all other coefficients are carried over.
#include <fmt/format.h>

#include "image/change.hpp"
#include "image/jpeg_io.hpp"
#include "image/jpeg_mark.hpp"
#include "image/placement.hpp"

namespace signmark::image {
namespace {

/// Smallest rectangle of whole MCUs around `where`, within the picture.
cv::Rect align_to_mcu(const cv::Rect& where, const jpeg_decompress_struct& info, cv::Size picture) {
  const int w = info.max_h_samp_factor * DCTSIZE, h = info.max_v_samp_factor * DCTSIZE;
  const int x0 = where.x / w * w, y0 = where.y / h * h;
  const int x1 = std::min((where.x + where.width + w - 1) / w * w, picture.width);
  const int y1 = std::min((where.y + where.height + h - 1) / h * h, picture.height);
  return {x0, y0, x1 - x0, y1 - y0};
}

Result<cv::Mat> decode(const Job& job, const cv::Rect& where) {
  JpegReader reader;
  SIGNMARK_TRY(reader.open(job.context, job.file));
  return reader.read_pixels(where);
}

/// Whether the overlay paints any pixel of a rectangle given in picture coordinates.
bool paints(const Placement& label, const cv::Rect& block) {
  const cv::Rect common = (block & label.where) - label.where.tl();
  if (common.empty()) return false;
  cv::Mat alpha;
  cv::extractChannel(label.overlay(common), alpha, 1);
  return cv::countNonZero(alpha) > 0;
}

/// Coefficients of a picture and where its upper left corner lies in another.
struct Coefficients {
  JpegReader& reader;
  jvirt_barray_ptr* arrays;
};

/// Replaces the painted blocks of one component. `corner`: place of `from` in `to`, pixels.
void move_blocks(const Coefficients& from, const Coefficients& to, int component, cv::Point corner,
                 const Placement& label) {
  jpeg_decompress_struct &source = from.reader.info(), &target = to.reader.info();
  const jpeg_component_info& part = source.comp_info[component];
  const int block_w = DCTSIZE * target.max_h_samp_factor / part.h_samp_factor;  // in picture pixels
  const int block_h = DCTSIZE * target.max_v_samp_factor / part.v_samp_factor;
  const int first_column = corner.x / block_w, first_row = corner.y / block_h;
  for (JDIMENSION row = 0; row < part.height_in_blocks; ++row) {
    const int y = first_row + static_cast<int>(row);
    JBLOCKROW old = source.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&source),
                                                   from.arrays[component], row, 1, FALSE)[0];
    JBLOCKROW now = target.mem->access_virt_barray(reinterpret_cast<j_common_ptr>(&target),
                                                   to.arrays[component], static_cast<JDIMENSION>(y),
                                                   1, TRUE)[0];
    for (JDIMENSION column = 0; column < part.width_in_blocks; ++column) {
      const int x = first_column + static_cast<int>(column);
      if (paints(label, {x * block_w, y * block_h, block_w, block_h}))
        std::copy(std::begin(old[column]), std::end(old[column]), std::begin(now[x]));
    }
  }
}

/// Encodes `pixels` alone and moves its blocks into the coefficients of the whole picture.
Status replace_blocks(const Context& context, const Coefficients& whole, const cv::Mat& pixels,
                      cv::Point corner, const Placement& label) {
  SIGNMARK_ASSIGN(const Bytes encoded, encode_like(whole.reader, pixels, std::nullopt));
  JpegReader reader;
  SIGNMARK_TRY(reader.open(context, encoded));
  SIGNMARK_ASSIGN(jvirt_barray_ptr * arrays, reader.read_coefficients());
  const Coefficients part{reader, arrays};
  for (int c = 0; c < reader.info().num_components; ++c) {
    const bool good = fenced(reader.fence(), [&] {
      // `paints` allocates, but only libjpeg's accessors may jump, and they run outside it.
      move_blocks(part, whole, c, corner, label);
    });
    if (!good) return fail("image.jpeg.encode", "cannot reach the coefficients");
  }
  return {};
}

/// All pixels anew, because another quality was asked for or the mark is not one of luma alone.
Result<EncodedImage> encode_whole(const Job& job, JpegReader& header) {
  SIGNMARK_ASSIGN(cv::Mat pixels, decode(job, cv::Rect({}, header.size())));
  const PixelLayout layout = header.layout();
  SIGNMARK_TRY(apply_changer(job, pixels, layout));
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, header.size(), job.orientation, [&](const cv::Rect& where) {
                    return luma_stats(pixels(where), layout);
                  }));
  if (label) blend(pixels(label->where), layout, label->overlay);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  SIGNMARK_ASSIGN(jvirt_barray_ptr * arrays,
                  header.read_coefficients());  // its tables are all known now
  static_cast<void>(arrays);
  SIGNMARK_ASSIGN(Bytes file, encode_like(header, pixels, job.options.quality));
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

Result<Bytes> encode_part(const Job& job, JpegReader& source, const Placement& label) {
  const PixelLayout layout = source.layout();
  const cv::Rect region = align_to_mcu(label.where, source.info(), source.size());
  SIGNMARK_ASSIGN(cv::Mat pixels, decode(job, region));
  blend(pixels(label.where - region.tl()), layout, label.overlay);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  SIGNMARK_ASSIGN(jvirt_barray_ptr * arrays, source.read_coefficients());
  SIGNMARK_TRY(replace_blocks(job.context, {source, arrays}, pixels, region.tl(), label));
  return write_coefficients(source, arrays);
}

/// Draws the label alone; without one the picture stays as it is.
Result<EncodedImage> draw_label(const Job& job, JpegReader& source) {
  Status probed;
  const auto probe = [&](const cv::Rect& where) {
    const auto pixels = decode(job, where);
    if (pixels) return luma_stats(*pixels, source.layout());
    probed = tl::unexpected(pixels.error());
    return label::LumaStats{};
  };
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, source.size(), job.orientation, probe));
  SIGNMARK_TRY(probed);
  if (!label) {
    SIGNMARK_ASSIGN(jvirt_barray_ptr * arrays, source.read_coefficients());
    SIGNMARK_ASSIGN(Bytes file, write_coefficients(source, arrays));
    return EncodedImage{std::move(file), {}, {}};
  }
  SIGNMARK_ASSIGN(Bytes file, encode_part(job, source, *label));
  return EncodedImage{std::move(file), std::move(label->shown), {}};
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  JpegReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  // Then libjpeg leaves chroma alone.
  if (reader.info().jpeg_color_space == JCS_YCbCr) reader.info().out_color_space = JCS_GRAYSCALE;
  const PixelLayout layout = reader.layout();
  SIGNMARK_ASSIGN(const cv::Mat pixels, reader.read_pixels(cv::Rect({}, reader.size())));
  return luma_of(pixels, layout);
}

/// The source with the changer's answer in its coefficients.
Result<Bytes> mark_coefficients(const Job& job, JpegReader& source) {
  SIGNMARK_ASSIGN(const LumaPicture seen, read_luma(job.context, job.file));
  SIGNMARK_ASSIGN(const cv::Mat change, ask_changer(job, seen));
  SIGNMARK_ASSIGN(jvirt_barray_ptr * arrays, source.read_coefficients());
  SIGNMARK_TRY(add_to_coefficients(source, arrays, change));
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  return write_coefficients(source, arrays);
}

Result<EncodedImage> change(const Job& job) {
  SIGNMARK_TRY(job.context.report("decode", 0, 1));
  JpegReader source;
  SIGNMARK_TRY(source.open(job.context, job.file));
  const bool inks = source.layout().model == ColourModel::cmyk;
  if (job.options.quality || (inks && job.changer != nullptr)) return encode_whole(job, source);
  if (job.changer == nullptr) return draw_label(job, source);
  SIGNMARK_ASSIGN(Bytes marked, mark_coefficients(job, source));
  if (job.label == nullptr) return EncodedImage{std::move(marked), {}, {}};
  JpegReader reader;
  SIGNMARK_TRY(reader.open(job.context, marked));
  return draw_label(Job{job.context, marked, job.orientation, nullptr, job.label, job.options},
                    reader);
}

/// What the row callback needs.
struct RowSink {
  PixelHasher& hasher;
  static void take(void* user, const JSAMPLE* row) {
    static_cast<RowSink*>(user)->hasher.row(row, CV_8U);
  }
};

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  JpegReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  // Shown colours, not YCbCr: another format may hold the same picture.
  if (reader.info().jpeg_color_space == JCS_YCbCr) reader.info().out_color_space = JCS_RGB;
  hasher.begin_frame(reader.size(), reader.layout(), 0);
  RowSink sink{hasher};
  return reader.read_rows(RowSink::take, &sink);
}

}  // namespace

const Codec kJpegCodec{"image/jpeg", change, read_luma, hash_pixels};

}  // namespace signmark::image
