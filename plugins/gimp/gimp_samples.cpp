// SPDX-License-Identifier: Apache-2.0
// Formats of babl, buffers of GEGL, and the selection around a change of the whole drawable.
#include "gimp_samples.hpp"

#include "pictures/picture_job.hpp"

namespace signmark_gimp {
namespace {

// The drawable's own format where it has 8 or 16 bits and is not linear; else floats, not linear.
const Babl* format_of(gint32 drawable) {
  const Babl* own = gimp_drawable_get_format(drawable);
  const bool has_alpha = gimp_drawable_has_alpha(drawable) != FALSE;
  const bool is_grey = gimp_drawable_is_gray(drawable) != FALSE;
  const std::string model =
      is_grey ? (has_alpha ? "Y'A" : "Y'") : (has_alpha ? "R'G'B'A" : "R'G'B'");
  for (const char* type : {" u8", " u16"}) {
    const Babl* known = babl_format_with_space((model + type).c_str(), own);
    if (known == own) return own;
  }
  return babl_format_with_space((model + " float").c_str(), own);
}

// What merging ignores while this lives: it saves the selection, and gives it back.
class WithoutSelection {
 public:
  explicit WithoutSelection(gint32 image) : image_(image) {
    if (gimp_selection_is_empty(image) != FALSE) return;
    saved_ = gimp_selection_save(image);
    gimp_selection_none(image);
  }
  ~WithoutSelection() {
    if (saved_ < 0) return;
    gimp_image_select_item(image_, GIMP_CHANNEL_OP_REPLACE, saved_);
    gimp_image_remove_channel(image_, saved_);
  }
  WithoutSelection(const WithoutSelection&) = delete;
  WithoutSelection& operator=(const WithoutSelection&) = delete;

 private:
  gint32 image_;
  gint32 saved_ = -1;
};

smk_sample sample_of(size_t bytes) {
  if (bytes == 1) return SMK_SAMPLE_U8;
  return bytes == 2 ? SMK_SAMPLE_U16 : SMK_SAMPLE_F32;
}

}  // namespace

std::string Samples::problem_of(gint32 drawable) {
  if (gimp_item_is_valid(drawable) == FALSE) return "there is no such drawable (pipeline.pixels)";
  if (gimp_drawable_is_indexed(drawable) != FALSE)
    return "a palette has no room for a mark (pipeline.pixels); use Image > Mode > RGB first";
  return signmark_pictures::size_problem(gimp_drawable_width(drawable),
                                         gimp_drawable_height(drawable), 1);
}

Samples::Samples(gint32 drawable)
    : drawable_(drawable),
      format_(format_of(drawable)),
      area_{0, 0, gimp_drawable_width(drawable), gimp_drawable_height(drawable)} {
  const auto pixels = static_cast<size_t>(area_.width) * static_cast<size_t>(area_.height);
  bytes_.resize(pixels * static_cast<size_t>(babl_format_get_bytes_per_pixel(format_)));
  GeglBuffer* buffer = gimp_drawable_get_buffer(drawable);
  gegl_buffer_get(buffer, &area_, 1, format_, bytes_.data(), GEGL_AUTO_ROWSTRIDE, GEGL_ABYSS_NONE);
  g_object_unref(buffer);
}

smk_pixels Samples::pixels() {
  const int channels = babl_format_get_n_components(format_);
  const int bytes = babl_format_get_bytes_per_pixel(format_);
  smk_pixels pixels{};
  pixels.struct_size = sizeof pixels;
  pixels.sample = sample_of(static_cast<size_t>(bytes / channels));
  pixels.width = area_.width;
  pixels.height = area_.height;
  pixels.channels = channels == 2 ? 1 : channels;
  pixels.data = bytes_.data();
  pixels.row_stride = static_cast<ptrdiff_t>(area_.width) * bytes;
  pixels.pixel_stride = bytes;
  pixels.channel_stride = bytes / channels;
  pixels.high = 1;
  return pixels;
}

void Samples::put_back(gint32 image) const {
  gimp_image_undo_group_start(image);
  {
    const WithoutSelection whole(image);
    GeglBuffer* shadow = gimp_drawable_get_shadow_buffer(drawable_);
    gegl_buffer_set(shadow, &area_, 0, format_, bytes_.data(), GEGL_AUTO_ROWSTRIDE);
    g_object_unref(shadow);
    gimp_drawable_merge_shadow(drawable_, TRUE);
  }
  gimp_drawable_update(drawable_, 0, 0, area_.width, area_.height);
  gimp_image_undo_group_end(image);
}

}  // namespace signmark_gimp
