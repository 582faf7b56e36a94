// SPDX-License-Identifier: Apache-2.0
// PNG: depth, alpha, interlacing and colour type stay; a palette grows, or gives way to RGB when
// full or marked.
#include "base/bytes.hpp"
#include "image/change.hpp"
#include "image/codec.hpp"
#include "image/palette.hpp"
#include "image/placement.hpp"
#include "image/png_io.hpp"

namespace signmark::image {
namespace {

/// Animated PNG keeps its animation in chunks that libpng does not know: `acTL` before IDAT.
bool is_animated(ByteView file) {
  ByteReader reader(file, "image.png");
  if (!reader.skip(8)) return false;
  while (true) {
    const auto size = reader.u32be();
    const auto type = reader.fourcc();
    if (!size || !type || *type == "IDAT") return false;
    if (*type == "acTL") return true;
    if (!reader.skip(std::uint64_t{*size} + 4)) return false;
  }
}

Rgba palette_colour(const PngPicture& picture, std::size_t index) {
  if (index >= picture.palette.size())
    return {0, 0, 0, 255};  // beyond the palette: libpng shows black
  const png_color& c = picture.palette[index];
  const Byte alpha = index < picture.palette_alpha.size() ? picture.palette_alpha[index] : 255;
  return {c.red, c.green, c.blue, alpha};
}

/// Full colours of an indexed picture or of a part of it.
cv::Mat look_up(const PngPicture& picture, const cv::Mat& indices) {
  cv::Mat colours(indices.size(), CV_8UC4);
  for (int y = 0; y < indices.rows; ++y)
    for (int x = 0; x < indices.cols; ++x)
      colours.at<Rgba>(y, x) = palette_colour(picture, indices.at<uchar>(y, x));
  return colours;
}

constexpr PixelLayout kRgba{ColourModel::rgb, true};

void turn_to_true_colour(PngPicture& picture) {
  cv::Mat colours = look_up(picture, picture.pixels);
  const bool alpha = !picture.palette_alpha.empty();
  if (!alpha) {
    cv::Mat opaque(colours.size(), CV_8UC3);
    cv::mixChannels(colours, opaque, {0, 0, 1, 1, 2, 2});
    colours = opaque;
  }
  picture.pixels = colours;
  picture.colour_type = alpha ? PNG_COLOR_TYPE_RGB_ALPHA : PNG_COLOR_TYPE_RGB;
  picture.depth = 8;
  picture.palette.clear();
  picture.palette_alpha.clear();
}

void set_palette(PngPicture& picture, const Palette& palette) {
  picture.palette.clear();
  picture.palette_alpha.clear();
  for (const Rgba& c : palette.colours) {
    picture.palette.push_back({c[0], c[1], c[2]});
    picture.palette_alpha.push_back(c[3]);
  }
  while (!picture.palette_alpha.empty() && picture.palette_alpha.back() == 255)
    picture.palette_alpha.pop_back();
  while (picture.palette.size() > (1U << static_cast<unsigned>(picture.depth))) picture.depth *= 2;
}

/// Draws inside the palette; false when its free places would spoil the label.
bool draw_indexed(PngPicture& picture, const Placement& label) {
  constexpr int kMaxCoarseness = 4;  // 16 levels a channel still show smooth letters
  cv::Mat part = picture.pixels(label.where);
  cv::Mat wanted = look_up(picture, part);
  blend(wanted, kRgba, label.overlay);
  Palette palette;
  for (std::size_t i = 0; i < picture.palette.size(); ++i)
    palette.colours.push_back(palette_colour(picture, i));
  palette.taken.assign(palette.colours.size(), true);  // their meaning may be known elsewhere
  cv::Mat drawn;
  cv::extractChannel(label.overlay, drawn, 1);
  const Indexed indexed = index_colours(wanted, drawn, palette);
  if (indexed.coarseness > kMaxCoarseness) return false;
  indexed.indices.copyTo(part, drawn);
  set_palette(picture, palette);
  return true;
}

/// Calls `work` with a pointer to each sample of `part` that has the colour which a tRNS chunk
/// declares transparent, and with its place.
template <class T, class Work>
void for_each_keyed(const png_color_16& clear, cv::Mat& part, const Work& work) {
  const bool grey = part.channels() == 1;
  const std::array<unsigned, 3> key{grey ? clear.gray : clear.red, clear.green, clear.blue};
  for (int y = 0; y < part.rows; ++y)
    for (int x = 0; x < part.cols; ++x) {
      T* pixel = part.ptr<T>(y) + static_cast<std::ptrdiff_t>(x) * part.channels();
      bool same = true;
      for (int c = 0; c < part.channels() && same; ++c) same = pixel[c] == key[c];
      if (same) work(pixel, y, x);
    }
}

/// A pixel that we changed (`changed`, CV_8UC1) must not happen to become transparent.
template <class T>
void step_off(const png_color_16& clear, cv::Mat part, const cv::Mat& changed) {
  for_each_keyed<T>(clear, part, [&](T* pixel, int y, int x) {
    if (changed.at<uchar>(y, x) != 0) pixel[0] = static_cast<T>(pixel[0] > 0 ? pixel[0] - 1 : 1);
  });
}

void step_off(PngPicture& picture, const cv::Rect& where, const cv::Mat& changed) {
  if (!picture.clear) return;
  if (picture.depth == 16)
    step_off<std::uint16_t>(*picture.clear, picture.pixels(where), changed);
  else
    step_off<std::uint8_t>(*picture.clear, picture.pixels(where), changed);
}

void draw_plain(PngPicture& picture, const Placement& label) {
  blend(picture.pixels(label.where), picture.layout(), label.overlay);
  cv::Mat painted;
  cv::extractChannel(label.overlay, painted, 1);
  step_off(picture, label.where, painted);
}

/// A grey of less than eight bits has no room for a mark.
void turn_to_bytes(PngPicture& picture) {
  const int unit = 255 / picture.layout().white;
  picture.pixels *= unit;
  if (picture.clear) picture.clear->gray = static_cast<png_uint_16>(picture.clear->gray * unit);
  picture.depth = 8;
}

/// Of a picture that is not indexed.
LumaPicture luma_of(PngPicture& picture) {
  LumaPicture seen = luma_of(picture.pixels, picture.layout());
  if (!picture.clear) return seen;
  seen.opacity = cv::Mat(picture.pixels.size(), CV_8UC1, cv::Scalar(255));
  const auto hide = [&](const auto*, int y, int x) { seen.opacity.at<uchar>(y, x) = 0; };
  if (picture.depth == 16)
    for_each_keyed<std::uint16_t>(*picture.clear, picture.pixels, hide);
  else
    for_each_keyed<std::uint8_t>(*picture.clear, picture.pixels, hide);
  return seen;
}

Status mark(const Job& job, PngPicture& picture) {
  if (job.changer == nullptr) return {};
  if (picture.indexed()) turn_to_true_colour(picture);
  if (picture.depth < 8) turn_to_bytes(picture);
  const LumaPicture seen = luma_of(picture);
  SIGNMARK_ASSIGN(cv::Mat change, ask_changer(job, seen));
  if (picture.clear) {
    change = change.clone();
    change.setTo(0, seen.opacity == 0);
  }
  add_luma(picture.pixels, picture.layout(), change);
  step_off(picture, cv::Rect({}, change.size()), seen.opacity);
  return {};
}

label::LumaStats stats(const PngPicture& picture, const cv::Rect& where) {
  const cv::Mat part = picture.pixels(where);
  return picture.indexed() ? luma_stats(look_up(picture, part), kRgba)
                           : luma_stats(part, picture.layout());
}

void draw_label(PngPicture& picture, const Placement& label) {
  if (picture.indexed() && !draw_indexed(picture, label)) turn_to_true_colour(picture);
  if (!picture.indexed()) draw_plain(picture, label);
}

Result<EncodedImage> change(const Job& job) {
  if (is_animated(job.file))
    return fail("image.unsupported",
                "animated PNG cannot take a visible label or a robust mark yet", {},
                "mark it without them: --layers metadata,manifest");
  SIGNMARK_TRY(job.context.report("decode", 0, 1));
  SIGNMARK_ASSIGN(PngPicture picture, read_png(job.context, job.file));
  SIGNMARK_TRY(mark(job, picture));
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, picture.pixels.size(), job.orientation,
                              [&](const cv::Rect& where) { return stats(picture, where); }));
  if (label) draw_label(picture, *label);
  SIGNMARK_TRY(job.context.report("encode", 0, 1));
  SIGNMARK_ASSIGN(Bytes file, write_png(picture));
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(PngPicture picture, read_png(context, file));
  if (picture.indexed()) turn_to_true_colour(picture);
  return luma_of(picture);
}

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  SIGNMARK_ASSIGN(PngPicture picture, read_png(context, file));
  if (picture.indexed()) turn_to_true_colour(picture);
  hasher.frame(picture.pixels, picture.layout());
  return {};
}

}  // namespace

const Codec kPngCodec{"image/png", change, read_luma, hash_pixels};

}  // namespace signmark::image
