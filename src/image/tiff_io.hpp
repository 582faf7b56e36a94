// SPDX-License-Identifier: Apache-2.0
// A TIFF page by page, as libtiff reads and writes it, without colour conversion.
#pragma once

#include <array>
#include <memory>
#include <opencv2/core.hpp>

#include "base/result.hpp"
#include "image/pixels.hpp"

// libtiff's handle; its header stays out of ours.
struct tiff;

namespace signmark::image {

/// How a page's samples are stored (TIFF 6.0), and the samples.
struct TiffPage {
  cv::Size size;
  int depth = 8;  ///< bits a sample: 8 or 16
  std::uint16_t samples = 1, photometric = 1, compression = 1, predictor = 1, planar = 1;
  std::uint16_t fill_order = 1, orientation = 1;
  std::uint32_t subfile = 0;                                      ///< NewSubfileType
  std::uint32_t tile_width = 0, tile_height = 0, strip_rows = 0;  ///< tiles or strips
  std::optional<std::uint16_t> extra;                             ///< kind of the one extra sample
  std::vector<std::array<std::uint16_t, 3>> palette;
  std::array<std::uint16_t, 2> subsampling{1, 1};  ///< of JPEG-compressed YCbCr
  int jpeg_quality = 0;
  cv::Mat pixels;  ///< interleaved; JPEG-compressed YCbCr as RGB

  [[nodiscard]] bool indexed() const { return !palette.empty(); }
  /// A smaller version of another page (NewSubfileType bit 0).
  [[nodiscard]] bool reduced() const { return (subfile & 1) != 0; }
  [[nodiscard]] PixelLayout layout() const;  ///< not for indexed pages
};

/// Properties of the file as a whole.
struct TiffVariant {
  bool big_endian = false;
  bool big_tiff = false;
};

/// Closes a handle.
struct TiffClose {
  void operator()(tiff* handle) const;
};

/// Reads pages one after the other.
class TiffReader {
 public:
  TiffReader() = default;
  TiffReader(const TiffReader&) = delete;
  TiffReader& operator=(const TiffReader&) = delete;

  /// `file` must outlive the reader. Errors: `image.tiff.decode`.
  Status open(const Context& context, ByteView file);
  [[nodiscard]] TiffVariant variant() const;
  /// The current page. Errors: `image.tiff.decode`, `image.limit`, `image.unsupported` (samples
  /// that are not whole numbers of 8 or 16 bits, unusual colour models and compressions).
  Result<TiffPage> read(const Context& context);
  /// Goes to the next page; false after the last. Errors: `image.tiff.decode`.
  Result<bool> next();

 private:
  friend struct TiffReaderCallbacks;
  [[nodiscard]] tl::unexpected<Error> error() const;
  Status read_header(const Context& context, TiffPage& page);
  Status check_kind(const TiffPage& page) const;
  Status read_colours(TiffPage& page);
  Status read_pixels(const Context& context, TiffPage& page);
  Status read_strips(TiffPage& page);
  Status read_tiles(const Context& context, TiffPage& page);

  ByteView input_;
  std::size_t position_ = 0;
  std::string problem_;
  std::unique_ptr<tiff, TiffClose> tiff_;
};

/// Writes pages to memory. Errors of all functions: `image.tiff.encode`.
class TiffWriter {
 public:
  TiffWriter() = default;
  TiffWriter(const TiffWriter&) = delete;
  TiffWriter& operator=(const TiffWriter&) = delete;

  Status open(const TiffVariant& variant);
  Status write(const TiffPage& page);
  Result<Bytes> finish();

 private:
  friend struct TiffWriterCallbacks;
  [[nodiscard]] tl::unexpected<Error> error() const;
  void set_layout(const TiffPage& page);
  void set_coding(const TiffPage& page);
  Status write_strips(const TiffPage& page);
  Status write_tiles(const TiffPage& page);

  Bytes output_;
  std::size_t position_ = 0;
  std::string problem_;
  std::unique_ptr<tiff, TiffClose> tiff_;
};

}  // namespace signmark::image
