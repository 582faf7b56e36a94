// SPDX-License-Identifier: Apache-2.0
// A VipsImage as the samples that libsignmark takes.
#ifndef SIGNMARK_PLUGINS_VIPS_VIPS_PAGES_HPP_
#define SIGNMARK_PLUGINS_VIPS_VIPS_PAGES_HPP_

#include <signmark/signmark.h>
#include <vips/vips.h>

#include <string>
#include <vector>

namespace signmark_vips {

// Why an image is not taken; empty: it is. Looks at the header only.
std::string problem_of(VipsImage* image);

// A copy of the whole image, its metadata included, in memory that is its own; NULL with vips_error
// when it cannot be read. problem_of must have been asked.
VipsImage* copy_of(VipsImage* image);

// The samples of a copy, as a person sees them: the EXIF orientation is kept in the image and
// undone by the strides. One entry a page of an animation. Grey with alpha is its grey alone.
std::vector<smk_pixels> pages_of(VipsImage* copy);

}  // namespace signmark_vips

#endif  // SIGNMARK_PLUGINS_VIPS_VIPS_PAGES_HPP_
