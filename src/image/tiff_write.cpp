// SPDX-License-Identifier: Apache-2.0
// TIFF writing in the manner of a source page.
#include <tiffio.h>

#include <cstring>

#include "image/tiff_io.hpp"
#include "image/tiff_memory.hpp"

namespace signmark::image {

/// libtiff's view of the output.
struct TiffWriterCallbacks {
  static TiffWriter& of(thandle_t handle) { return *static_cast<TiffWriter*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
    TiffWriter& writer = of(handle);
    const std::size_t at = std::min(writer.position_, writer.output_.size());
    const std::size_t count = std::min(writer.output_.size() - at, static_cast<std::size_t>(size));
    if (count > 0) std::memcpy(to, writer.output_.data() + at, count);
    writer.position_ = at + count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write(thandle_t handle, void* from, tmsize_t size) {
    TiffWriter& writer = of(handle);
    const std::size_t end = writer.position_ + static_cast<std::size_t>(size);
    if (end > writer.output_.size()) writer.output_.resize(end);
    std::memcpy(writer.output_.data() + writer.position_, from, static_cast<std::size_t>(size));
    writer.position_ = end;
    return size;
  }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffWriter& writer = of(handle);
    const auto target = tiff_seek(writer.position_, writer.output_.size(), offset, whence);
    if (!target) return static_cast<toff_t>(-1);
    return writer.position_ = *target;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).output_.size(); }
};

namespace {

bool has_predictor(std::uint16_t compression) {
  return compression == COMPRESSION_LZW || compression == COMPRESSION_DEFLATE ||
         compression == COMPRESSION_ADOBE_DEFLATE || compression == COMPRESSION_ZSTD ||
         compression == COMPRESSION_LZMA;
}

void set_palette(TIFF* tiff, const TiffPage& page) {
  std::vector<std::uint16_t> parts[3];
  for (const auto& colour : page.palette)
    for (std::size_t c = 0; c < 3; ++c) parts[c].push_back(colour[c]);
  TIFFSetField(tiff, TIFFTAG_COLORMAP, parts[0].data(), parts[1].data(), parts[2].data());
}

}  // namespace

tl::unexpected<Error> TiffWriter::error() const {
  return fail("image.tiff.encode",
              "cannot encode the TIFF: " + (problem_.empty() ? "libtiff gave up" : problem_));
}

Status TiffWriter::open(const TiffVariant& variant) {
  constexpr std::uint64_t kNoCap = 0;  // sizes were checked when the source was read
  const TiffOptions options(problem_, kNoCap);
  const std::string mode =
      std::string("w") + (variant.big_endian ? "b" : "l") + (variant.big_tiff ? "8" : "4");
  using C = TiffWriterCallbacks;
  tiff_.reset(TIFFClientOpenExt("picture", mode.c_str(), this, C::read, C::write, C::seek, C::close,
                                C::size, nullptr, nullptr, options.get()));
  if (!tiff_) return error();
  return {};
}

void TiffWriter::set_layout(const TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  TIFFSetField(tiff, TIFFTAG_SUBFILETYPE, page.subfile);
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, static_cast<std::uint32_t>(page.size.width));
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, static_cast<std::uint32_t>(page.size.height));
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, page.depth);
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, page.samples);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, page.planar);
  TIFFSetField(tiff, TIFFTAG_FILLORDER, page.fill_order);
  TIFFSetField(tiff, TIFFTAG_ORIENTATION, page.orientation);
  if (page.tile_width != 0) {
    TIFFSetField(tiff, TIFFTAG_TILEWIDTH, page.tile_width);
    TIFFSetField(tiff, TIFFTAG_TILELENGTH, page.tile_height);
  } else {
    TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, page.strip_rows);
  }
}

void TiffWriter::set_coding(const TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, page.compression);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, page.photometric);
  if (has_predictor(page.compression)) TIFFSetField(tiff, TIFFTAG_PREDICTOR, page.predictor);
  if (page.extra) {
    const std::uint16_t kind = *page.extra;
    TIFFSetField(tiff, TIFFTAG_EXTRASAMPLES, 1, &kind);
  }
  if (page.indexed()) set_palette(tiff, page);
  if (page.compression != COMPRESSION_JPEG) return;
  TIFFSetField(tiff, TIFFTAG_JPEGQUALITY, page.jpeg_quality);
  if (page.photometric != PHOTOMETRIC_YCBCR) return;
  TIFFSetField(tiff, TIFFTAG_YCBCRSUBSAMPLING, page.subsampling[0], page.subsampling[1]);
  TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
}

Status TiffWriter::write(const TiffPage& page) {
  set_layout(page);
  set_coding(page);
  if (!problem_.empty()) return error();
  SIGNMARK_TRY(page.tile_width != 0 ? write_tiles(page) : write_strips(page));
  if (TIFFWriteDirectory(tiff_.get()) == 0) return error();
  return {};
}

Status TiffWriter::write_strips(const TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  return for_each_chunk(page, [&](const TiffChunk& chunk) -> Status {
    Bytes buffer(chunk_bytes(page, chunk));
    to_chunk(page.pixels, chunk, buffer);
    const std::uint32_t strip = TIFFComputeStrip(tiff, static_cast<std::uint32_t>(chunk.where.y),
                                                 static_cast<std::uint16_t>(chunk.plane));
    if (TIFFWriteEncodedStrip(tiff, strip, buffer.data(), static_cast<tmsize_t>(buffer.size())) < 0)
      return error();
    return {};
  });
}

Status TiffWriter::write_tiles(const TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  return for_each_chunk(page, [&](const TiffChunk& chunk) -> Status {
    Bytes buffer(chunk_bytes(page, chunk));
    to_chunk(page.pixels, chunk, buffer);
    const std::uint32_t number = TIFFComputeTile(tiff, static_cast<std::uint32_t>(chunk.where.x),
                                                 static_cast<std::uint32_t>(chunk.where.y), 0,
                                                 static_cast<std::uint16_t>(chunk.plane));
    if (TIFFWriteEncodedTile(tiff, number, buffer.data(), static_cast<tmsize_t>(buffer.size())) < 0)
      return error();
    return {};
  });
}

Result<Bytes> TiffWriter::finish() {
  tiff_.reset();
  if (!problem_.empty()) return error();
  return std::move(output_);
}

}  // namespace signmark::image
