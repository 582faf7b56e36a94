// SPDX-License-Identifier: Apache-2.0
// A GIF frame by frame, as giflib reads and writes it: indices and colour tables, no composition.
#pragma once

#include <gif_lib.h>

#include <memory>
#include <opencv2/core.hpp>

#include "base/result.hpp"

namespace signmark::image {

/// The logical screen (GIF89a section 18) and the looping extension.
struct GifScreen {
  cv::Size size;
  int colour_resolution = 8, background = 0, aspect = 0;
  bool version_89 = false;
  std::vector<GifColorType> palette;  ///< global colour table; may be empty
};

/// One image descriptor with its graphic control extension.
struct GifFrame {
  cv::Rect where;  ///< may reach beyond the screen
  bool interlaced = false;
  std::vector<GifColorType> palette;  ///< local colour table; empty: the global one counts
  std::optional<GraphicsControlBlock> control;
  cv::Mat indices;  ///< CV_8UC1, rows in display order; each is below the palette's size

  [[nodiscard]] int transparent() const {
    return control ? control->TransparentColor : NO_TRANSPARENT_COLOR;
  }
};

/// Reads frames one after the other, so that only one is in memory.
class GifReader {
 public:
  GifReader() = default;
  GifReader(const GifReader&) = delete;
  GifReader& operator=(const GifReader&) = delete;
  ~GifReader();

  /// Reads the header; `file` must outlive the reader. Errors: `image.gif.decode`, `image.limit`.
  Status open(const Context& context, ByteView file);
  /// The next frame or nothing at the end. Errors: as open.
  Result<std::optional<GifFrame>> next(const Context& context);

  [[nodiscard]] const GifScreen& screen() const { return screen_; }
  /// Repetitions that the looping extension asks for, as far as it has been read.
  [[nodiscard]] std::optional<std::uint16_t> loops() const { return loops_; }

 private:
  [[nodiscard]] tl::unexpected<Error> error() const;
  Result<GifFrame> read_image(const Context& context);
  Status read_extension();
  Status read_rows(GifFrame& frame);
  Status check_indices(const GifFrame& frame) const;

  ByteView input_;
  std::size_t position_ = 0;
  GifFileType* gif_ = nullptr;
  GifScreen screen_;
  std::optional<std::uint16_t> loops_;
  std::optional<GraphicsControlBlock> control_;  // for the next image
  std::uint64_t frames_ = 0;

  static int on_read(GifFileType* gif, GifByteType* out, int size);
};

/// Writes a GIF to memory. Errors of all functions: `image.gif.encode`.
class GifWriter {
 public:
  GifWriter() = default;
  GifWriter(const GifWriter&) = delete;
  GifWriter& operator=(const GifWriter&) = delete;
  ~GifWriter();

  Status open(const GifScreen& screen, std::optional<std::uint16_t> loops);
  Status frame(const GifFrame& frame);
  Result<Bytes> finish();

 private:
  [[nodiscard]] tl::unexpected<Error> error() const;
  Status write_rows(const GifFrame& frame);

  Bytes output_;
  GifFileType* gif_ = nullptr;

  static int on_write(GifFileType* gif, const GifByteType* data, int size);
};

}  // namespace signmark::image
