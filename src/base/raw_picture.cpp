// SPDX-License-Identifier: Apache-2.0
#include "base/raw_picture.hpp"

#include <cstring>

namespace signmark {
namespace {

constexpr std::string_view kMagic = "SMPX";
constexpr std::size_t kWidthAt = 4, kHeightAt = 8, kChannelsAt = 12, kSampleAt = 13;

}  // namespace

Bytes raw_picture(const RawPicture& shape) {
  Bytes bytes(kRawPictureHeader + shape.sample_count() * shape.sample_bytes);
  std::memcpy(bytes.data(), kMagic.data(), kMagic.size());
  std::memcpy(bytes.data() + kWidthAt, &shape.width, sizeof shape.width);
  std::memcpy(bytes.data() + kHeightAt, &shape.height, sizeof shape.height);
  bytes[kChannelsAt] = shape.channels;
  bytes[kSampleAt] = shape.sample_bytes;
  return bytes;
}

Result<RawPicture> raw_picture_shape(ByteView bytes) {
  RawPicture shape;
  if (bytes.size() >= kRawPictureHeader && as_text(bytes).starts_with(kMagic)) {
    std::memcpy(&shape.width, bytes.data() + kWidthAt, sizeof shape.width);
    std::memcpy(&shape.height, bytes.data() + kHeightAt, sizeof shape.height);
    shape.channels = bytes[kChannelsAt];
    shape.sample_bytes = bytes[kSampleAt];
  }
  const bool known =
      (shape.channels == 1 || shape.channels == 3 || shape.channels == 4) &&
      (shape.sample_bytes == 1 || shape.sample_bytes == 2 || shape.sample_bytes == 4);
  if (!known || shape.width == 0 || shape.height == 0 ||
      bytes.size() - kRawPictureHeader != shape.sample_count() * shape.sample_bytes)
    return fail("base.raw-picture", "these are no samples of a picture");
  return shape;
}

}  // namespace signmark
