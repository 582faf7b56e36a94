// SPDX-License-Identifier: Apache-2.0
// What worker processes of room batch need of the media library besides ImageRoom.
#pragma once

#include "signmark/image.hpp"

namespace signmark::image {

/// One object serves all threads.
class WorkerMedia {
 public:
  virtual ~WorkerMedia() = default;
  /// Of OpenCV, for the whole process and for good.
  virtual void limit_threads(int count) const = 0;
  /// A small JPEG of the first picture of a file as a person sees it, on white, at most `side`
  /// pixels a side. `orientation`: EXIF 1..8. Errors: those of ImageRoom.
  [[nodiscard]] virtual Result<Bytes> thumbnail(const Context& context, ByteView file,
                                                std::string_view format_mime, int orientation,
                                                int side) const = 0;
};

/// From the module that image::load opens. Errors: `image.load`.
Result<const WorkerMedia*> load_worker_media();

}  // namespace signmark::image
