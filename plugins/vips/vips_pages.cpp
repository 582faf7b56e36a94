// SPDX-License-Identifier: Apache-2.0
// Sample formats, ranges, orientation and pages of libvips.
#include "vips_pages.hpp"

#include <utility>

#include "pictures/picture_job.hpp"

namespace signmark_vips {
namespace {

bool is_grey(VipsInterpretation meaning) {
  return meaning == VIPS_INTERPRETATION_B_W || meaning == VIPS_INTERPRETATION_GREY16;
}

bool is_16_bit(VipsInterpretation meaning) {
  return meaning == VIPS_INTERPRETATION_RGB16 || meaning == VIPS_INTERPRETATION_GREY16;
}

// Whether the bands are grey or red, green and blue, not linear, perhaps with alpha. Raw images
// come without a meaning: their whole numbers are taken as what their count of bands says.
bool has_known_bands(VipsImage* image) {
  const VipsInterpretation meaning = vips_image_guess_interpretation(image);
  const int bands = vips_image_get_bands(image);
  if (meaning == VIPS_INTERPRETATION_MULTIBAND) {
    return bands >= 1 && bands <= 4 && vips_image_get_format(image) != VIPS_FORMAT_FLOAT;
  }
  if (is_grey(meaning)) return bands == 1 || bands == 2;
  const bool is_colour = meaning == VIPS_INTERPRETATION_sRGB ||
                         meaning == VIPS_INTERPRETATION_RGB || meaning == VIPS_INTERPRETATION_RGB16;
  return is_colour && (bands == 3 || bands == 4);
}

// Moves the first sample and turns the strides, so that the pixels come as a person sees them
// (EXIF 2.32, Orientation: 2 to 4 mirror or turn by half, 5 to 8 exchange the sides).
void undo_orientation(int orientation, smk_pixels& pixels) {
  const bool from_right =
      orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool from_bottom =
      orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  auto* first = static_cast<uint8_t*>(pixels.data);
  if (from_right) {
    first += (pixels.width - 1) * pixels.pixel_stride;
    pixels.pixel_stride = -pixels.pixel_stride;
  }
  if (from_bottom) {
    first += (pixels.height - 1) * pixels.row_stride;
    pixels.row_stride = -pixels.row_stride;
  }
  pixels.data = first;
  if (orientation < 5) return;
  std::swap(pixels.width, pixels.height);
  std::swap(pixels.row_stride, pixels.pixel_stride);
}

smk_sample sample_of(VipsImage* image) {
  if (vips_image_get_format(image) == VIPS_FORMAT_UCHAR) return SMK_SAMPLE_U8;
  return vips_image_get_format(image) == VIPS_FORMAT_USHORT ? SMK_SAMPLE_U16 : SMK_SAMPLE_F32;
}

}  // namespace

std::string problem_of(VipsImage* image) {
  const VipsBandFormat format = vips_image_get_format(image);
  if (vips_image_get_coding(image) != VIPS_CODING_NONE ||
      (format != VIPS_FORMAT_UCHAR && format != VIPS_FORMAT_USHORT && format != VIPS_FORMAT_FLOAT))
    return "samples are uchar, ushort or float (pipeline.pixels); `vips cast` makes them so";
  if (!has_known_bands(image))
    return "not grey, RGB or RGBA (pipeline.pixels); `vips colourspace IN OUT srgb` makes it so";
  const int page_height = vips_image_get_page_height(image);
  return signmark_pictures::size_problem(vips_image_get_width(image), page_height,
                                         vips_image_get_height(image) / page_height);
}

VipsImage* copy_of(VipsImage* image) {
  VipsImage* copy = vips_image_new_memory();
  if (vips_image_write(image, copy) == 0) return copy;
  g_object_unref(copy);
  return nullptr;
}

std::vector<smk_pixels> pages_of(VipsImage* copy) {
  const int bands = vips_image_get_bands(copy);
  smk_pixels page{};
  page.struct_size = sizeof page;
  page.sample = sample_of(copy);
  page.width = vips_image_get_width(copy);
  page.height = vips_image_get_page_height(copy);
  page.channels = bands == 2 ? 1 : bands;
  page.row_stride = static_cast<ptrdiff_t>(VIPS_IMAGE_SIZEOF_LINE(copy));
  page.pixel_stride = static_cast<ptrdiff_t>(VIPS_IMAGE_SIZEOF_PEL(copy));
  page.channel_stride = static_cast<ptrdiff_t>(VIPS_IMAGE_SIZEOF_ELEMENT(copy));
  page.high = is_16_bit(vips_image_get_interpretation(copy)) ? 65535 : 255;
  std::vector<smk_pixels> pages;
  for (int top = 0; top < vips_image_get_height(copy); top += vips_image_get_page_height(copy)) {
    pages.push_back(page);
    pages.back().data = VIPS_IMAGE_ADDR(copy, 0, top);
    undo_orientation(vips_image_get_orientation(copy), pages.back());
  }
  return pages;
}

}  // namespace signmark_vips
