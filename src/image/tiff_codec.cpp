// SPDX-License-Identifier: Apache-2.0
// TIFF: every page keeps its depth, colour model, strips or tiles, compression and predictor; a
// palette whose unused places do not suffice, or that is marked, gives way to RGB.
#include <tiffio.h>

#include <algorithm>

#include "image/change.hpp"
#include "image/palette.hpp"
#include "image/pixels.hpp"
#include "image/placement.hpp"
#include "image/tiff_io.hpp"

namespace signmark::image {
namespace {

constexpr PixelLayout kRgba{ColourModel::rgb, true};
constexpr std::uint16_t kByteToWord = 257;  // 255 * 257 = 65535

Rgba palette_colour(const TiffPage& page, std::size_t index) {
  Rgba colour{0, 0, 0, 255};
  for (int c = 0; c < 3; ++c)
    colour[c] =
        static_cast<uchar>((page.palette[index][static_cast<std::size_t>(c)] + 128) / kByteToWord);
  return colour;
}

/// Full colours of an indexed page or of a part of it.
cv::Mat look_up(const TiffPage& page, const cv::Mat& indices) {
  cv::Mat colours(indices.size(), CV_8UC4);
  for (int y = 0; y < indices.rows; ++y)
    for (int x = 0; x < indices.cols; ++x)
      colours.at<Rgba>(y, x) = palette_colour(page, indices.at<uchar>(y, x));
  return colours;
}

/// 16 bits, because a colour map has them.
void turn_to_true_colour(TiffPage& page) {
  using Rgb16 = cv::Vec<std::uint16_t, 3>;
  cv::Mat colours(page.size, CV_16UC3);
  for (int y = 0; y < colours.rows; ++y)
    for (int x = 0; x < colours.cols; ++x) {
      const auto& colour = page.palette[page.pixels.at<uchar>(y, x)];
      colours.at<Rgb16>(y, x) = {colour[0], colour[1], colour[2]};
    }
  page.pixels = colours;
  page.palette.clear();
  page.photometric = PHOTOMETRIC_RGB;
  page.samples = 3;
  page.depth = 16;
}

/// As turn_to_true_colour, in 8 bits where the colour map has no more.
void turn_to_smallest_colour(TiffPage& page) {
  const bool bytes = std::all_of(page.palette.begin(), page.palette.end(), [](const auto& colour) {
    return std::all_of(colour.begin(), colour.end(), [](auto v) { return v % kByteToWord == 0; });
  });
  turn_to_true_colour(page);
  if (!bytes) return;
  page.pixels.convertTo(page.pixels, CV_8U, 1.0 / kByteToWord);
  page.depth = 8;
}

/// Places of the colour map that no pixel uses are free.
Palette palette_of(const TiffPage& page) {
  Palette palette;
  for (std::size_t i = 0; i < page.palette.size(); ++i)
    palette.colours.push_back(palette_colour(page, i));
  palette.taken.assign(palette.colours.size(), false);
  for (int y = 0; y < page.pixels.rows; ++y)
    for (int x = 0; x < page.pixels.cols; ++x) palette.taken[page.pixels.at<uchar>(y, x)] = true;
  return palette;
}

/// Draws inside the palette; false when its free places would spoil the label.
bool draw_indexed(TiffPage& page, const Placement& label) {
  constexpr int kMaxCoarseness = 4;  // 16 levels a channel still show smooth letters
  cv::Mat part = page.pixels(label.where);
  cv::Mat wanted = look_up(page, part);
  blend(wanted, kRgba, label.overlay);
  Palette palette = palette_of(page);
  const Palette before = palette;
  cv::Mat drawn;
  cv::extractChannel(label.overlay, drawn, 1);
  const Indexed indexed = index_colours(wanted, drawn, palette);
  if (indexed.coarseness > kMaxCoarseness) return false;
  indexed.indices.copyTo(part, drawn);
  for (std::size_t i = 0; i < palette.colours.size(); ++i)
    if (!before.taken[i] && palette.taken[i])
      for (std::size_t c = 0; c < 3; ++c)
        page.palette[i][c] =
            static_cast<std::uint16_t>(palette.colours[i][static_cast<int>(c)] * kByteToWord);
  return true;
}

label::LumaStats stats(const TiffPage& page, const cv::Rect& where) {
  const cv::Mat part = page.pixels(where);
  return page.indexed() ? luma_stats(look_up(page, part), kRgba) : luma_stats(part, page.layout());
}

/// A thumbnail may be too small for a mark or a label; it then stays as it is.
bool may_stay_bare(const TiffPage& page, const Error& error) {
  return page.reduced() && (error.code == "label.size.small" || error.code == "image.mark.size");
}

Status mark_page(const Job& job, TiffPage& page) {
  if (job.changer == nullptr) return {};
  if (page.indexed()) turn_to_smallest_colour(page);
  Status marked = apply_changer(job, page.pixels, page.layout());
  if (!marked && may_stay_bare(page, marked.error())) return {};
  return marked;
}

/// The overlay, when the job has a label and the page room for it.
Result<std::optional<label::Overlay>> label_page(const Job& job, TiffPage& page, int orientation) {
  auto placed = place_label(job, page.size, orientation,
                            [&](const cv::Rect& where) { return stats(page, where); });
  if (!placed && may_stay_bare(page, placed.error())) return std::optional<label::Overlay>();
  SIGNMARK_ASSIGN(std::optional<Placement> label, std::move(placed));
  if (!label) return std::optional<label::Overlay>();
  if (page.indexed() && !draw_indexed(page, *label)) turn_to_smallest_colour(page);
  if (!page.indexed()) blend(page.pixels(label->where), page.layout(), label->overlay);
  return std::move(label->shown);
}

/// Calls `sink` with each page and its number.
template <class Sink>
Status for_each_page(const Context& context, TiffReader& reader, const Sink& sink) {
  for (std::uint64_t number = 0;; ++number) {
    SIGNMARK_TRY(check_frames(context, number + 1));
    SIGNMARK_TRY(context.report("decode", number, 0));
    SIGNMARK_ASSIGN(TiffPage page, reader.read(context));
    SIGNMARK_TRY(sink(page, number));
    SIGNMARK_ASSIGN(const bool more, reader.next());
    if (!more) return {};
  }
}

Result<EncodedImage> change(const Job& job) {
  TiffReader reader;
  SIGNMARK_TRY(reader.open(job.context, job.file));
  TiffWriter writer;
  SIGNMARK_TRY(writer.open(reader.variant()));
  std::optional<label::Overlay> shown;
  const auto change_page = [&](TiffPage& page, std::uint64_t number) -> Status {
    // The caller knows how the first page lies; each other page says it itself.
    const int orientation = number == 0 ? job.orientation : page.orientation;
    SIGNMARK_TRY(mark_page(job, page));
    SIGNMARK_ASSIGN(auto overlay, label_page(job, page, orientation));
    if (!shown) shown = std::move(overlay);
    if (job.options.quality) page.jpeg_quality = *job.options.quality;
    return writer.write(page);
  };
  SIGNMARK_TRY(for_each_page(job.context, reader, change_page));
  SIGNMARK_ASSIGN(Bytes file, writer.finish());
  if (job.label != nullptr && !shown)
    return fail("label.size.small", "the TIFF has nothing but thumbnails too small for a label");
  return EncodedImage{std::move(file), std::move(shown).value_or(label::Overlay{}), {}};
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  TiffReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  SIGNMARK_ASSIGN(TiffPage page, reader.read(context));
  if (page.indexed()) turn_to_true_colour(page);
  return luma_of(page.pixels, page.layout());
}

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  TiffReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  return for_each_page(context, reader, [&](TiffPage& page, std::uint64_t) -> Status {
    if (page.indexed()) turn_to_true_colour(page);
    hasher.frame(page.pixels, page.layout());
    return {};
  });
}

}  // namespace

const Codec kTiffCodec{"image/tiff", change, read_luma, hash_pixels};

}  // namespace signmark::image
