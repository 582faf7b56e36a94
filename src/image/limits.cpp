// SPDX-License-Identifier: Apache-2.0
// Size checks that come before any allocation.
#include <fmt/format.h>

#include "image/codec.hpp"

namespace signmark::image {

Status check_size(const Context& context, std::string_view format, std::uint64_t width,
                  std::uint64_t height) {
  if (width == 0 || height == 0)
    return fail(fmt::format("image.{}.decode", format), "the picture has no pixels");
  const Limits& limits = context.limits;
  if (width > limits.image_side || height > limits.image_side)
    return fail("image.limit",
                fmt::format("the picture is {} x {} pixels, a side may have {}", width, height,
                            limits.image_side),
                {}, fmt::format("raise it with --limit image-side={}", std::max(width, height)));
  if (width * height > limits.image_pixels)
    return fail("image.limit",
                fmt::format("the picture has {} pixels, at most {} are allowed", width * height,
                            limits.image_pixels),
                {}, fmt::format("raise it with --limit image-pixels={}", width * height));
  return {};
}

Status check_frames(const Context& context, std::uint64_t frames) {
  if (frames <= context.limits.image_frames) return {};
  return fail("image.limit",
              fmt::format("the file has {} or more frames, at most {} are allowed", frames,
                          context.limits.image_frames),
              {}, fmt::format("raise it with --limit image-frames={}", frames));
}

}  // namespace signmark::image
