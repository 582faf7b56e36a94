// SPDX-License-Identifier: Apache-2.0
// TIFF reading: what a page is, whether we can draw on it, and its samples.
#include <fmt/format.h>
#include <tiffio.h>

#include <algorithm>
#include <cstring>

#include "base/bytes.hpp"
#include "image/codec.hpp"
#include "image/tiff_io.hpp"
#include "image/tiff_memory.hpp"

namespace signmark::image {

/// libtiff's view of the input.
struct TiffReaderCallbacks {
  static TiffReader& of(thandle_t handle) { return *static_cast<TiffReader*>(handle); }
  static tmsize_t read(thandle_t handle, void* to, tmsize_t size) {
    TiffReader& reader = of(handle);
    const std::size_t at = std::min(reader.position_, reader.input_.size());
    const std::size_t count = std::min(reader.input_.size() - at, static_cast<std::size_t>(size));
    if (count > 0) std::memcpy(to, reader.input_.data() + at, count);
    reader.position_ = at + count;
    return static_cast<tmsize_t>(count);
  }
  static tmsize_t write(thandle_t, void*, tmsize_t) { return 0; }
  static toff_t seek(thandle_t handle, toff_t offset, int whence) {
    TiffReader& reader = of(handle);
    const auto target = tiff_seek(reader.position_, reader.input_.size(), offset, whence);
    if (!target) return static_cast<toff_t>(-1);
    return reader.position_ = *target;
  }
  static int close(thandle_t) { return 0; }
  static toff_t size(thandle_t handle) { return of(handle).input_.size(); }
};

namespace {

constexpr int kMostSamples = 5;  // CMYK and alpha

template <class T>
T field(TIFF* tiff, std::uint32_t tag, T fallback) {
  T value{};
  return TIFFGetFieldDefaulted(tiff, tag, &value) == 1 ? value : fallback;
}

tl::unexpected<Error> unsupported(std::string what) {
  return fail("image.unsupported", fmt::format("the TIFF {}", what), {},
              "convert it to 8 or 16 bits grey, RGB or CMYK, or mark it without a visible label: "
              "--layers metadata,manifest");
}

bool keeps_samples(std::uint16_t compression) {
  constexpr std::uint16_t kKnown[] = {
      COMPRESSION_NONE,     COMPRESSION_LZW,  COMPRESSION_DEFLATE, COMPRESSION_ADOBE_DEFLATE,
      COMPRESSION_PACKBITS, COMPRESSION_ZSTD, COMPRESSION_LZMA,    COMPRESSION_JPEG};
  return std::find(std::begin(kKnown), std::end(kKnown), compression) != std::end(kKnown) &&
         TIFFIsCODECConfigured(compression) != 0;
}

/// Colour samples of a model that we draw on; 0 for others.
int colour_samples(const TiffPage& page) {
  switch (page.photometric) {
    case PHOTOMETRIC_MINISBLACK:
    case PHOTOMETRIC_MINISWHITE:
    case PHOTOMETRIC_PALETTE:
      return 1;
    case PHOTOMETRIC_RGB:
      return 3;
    case PHOTOMETRIC_YCBCR:  // libtiff turns it into RGB for this compression
      return page.compression == COMPRESSION_JPEG ? 3 : 0;
    case PHOTOMETRIC_SEPARATED:
      return 4;
    default:
      return 0;
  }
}

/// The first luminance table of a `JPEGTables` field as libjpeg's quality.
int quality_of_tables(ByteView tables) {
  constexpr int kFallback = 90, kMarkerDqt = 0xDB;
  constexpr double kStandardSum = 3688;  // table K.1 of ITU-T T.81
  ByteReader reader(tables, "image.tiff");
  if (!reader.skip(2)) return kFallback;
  while (reader.u8()) {  // 0xFF
    const auto marker = reader.u8();
    const auto size = reader.u16be();
    if (!marker || !size || *size < 2) return kFallback;
    const auto segment = reader.take(*size - 2U);
    if (!segment) return kFallback;
    if (*marker != kMarkerDqt || segment->size() < 65) continue;
    double sum = 0;
    for (const Byte value : segment->subspan(1, 64)) sum += value;
    const double scale = 100 * sum / kStandardSum;
    const double quality = scale <= 100 ? (200 - scale) / 2 : 5000 / scale;
    return static_cast<int>(std::clamp(quality + 0.5, 1.0, 100.0));
  }
  return kFallback;
}

}  // namespace

void TiffClose::operator()(tiff* handle) const { TIFFClose(handle); }

PixelLayout TiffPage::layout() const {
  PixelLayout layout;
  layout.white = (1 << depth) - 1;
  layout.alpha = extra.has_value();
  layout.premultiplied = extra == EXTRASAMPLE_ASSOCALPHA;
  layout.inverted = photometric == PHOTOMETRIC_MINISWHITE;
  if (photometric == PHOTOMETRIC_SEPARATED)
    layout.model = ColourModel::cmyk;
  else if (photometric == PHOTOMETRIC_RGB || photometric == PHOTOMETRIC_YCBCR)
    layout.model = ColourModel::rgb;
  else
    layout.model = ColourModel::grey;
  return layout;
}

tl::unexpected<Error> TiffReader::error() const {
  return fail("image.tiff.decode",
              "cannot decode the TIFF: " + (problem_.empty() ? "its structure is wrong" : problem_),
              {}, "the file is damaged: make it again or get another copy");
}

Status TiffReader::open(const Context& context, ByteView file) {
  constexpr std::uint64_t kBytesPerPixel = std::uint64_t{2} * kMostSamples, kSlack = 1U << 20;
  input_ = file;
  const TiffOptions options(problem_, context.limits.image_pixels * kBytesPerPixel + kSlack);
  using C = TiffReaderCallbacks;
  // m: no memory map; c: strips as the file has them, not libtiff's smaller ones.
  tiff_.reset(TIFFClientOpenExt("picture", "rmc", this, C::read, C::write, C::seek, C::close,
                                C::size, nullptr, nullptr, options.get()));
  if (!tiff_) return error();
  return {};
}

TiffVariant TiffReader::variant() const {
  return {TIFFIsBigEndian(tiff_.get()) != 0, TIFFIsBigTIFF(tiff_.get()) != 0};
}

Result<bool> TiffReader::next() {
  const bool last = TIFFLastDirectory(tiff_.get()) != 0;
  if (last) return false;
  if (TIFFReadDirectory(tiff_.get()) == 0) return error();
  return true;
}

Result<TiffPage> TiffReader::read(const Context& context) {
  TiffPage page;
  SIGNMARK_TRY(read_header(context, page));
  SIGNMARK_TRY(check_kind(page));
  SIGNMARK_TRY(read_colours(page));
  SIGNMARK_TRY(read_pixels(context, page));
  return page;
}

Status TiffReader::read_header(const Context& context, TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  const auto width = field<std::uint32_t>(tiff, TIFFTAG_IMAGEWIDTH, 0);
  const auto height = field<std::uint32_t>(tiff, TIFFTAG_IMAGELENGTH, 0);
  SIGNMARK_TRY(check_size(context, "tiff", width, height));
  page.size = {static_cast<int>(width), static_cast<int>(height)};
  page.depth = field<std::uint16_t>(tiff, TIFFTAG_BITSPERSAMPLE, 1);
  page.samples = field<std::uint16_t>(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  page.photometric = field<std::uint16_t>(tiff, TIFFTAG_PHOTOMETRIC, UINT16_MAX);
  page.compression = field<std::uint16_t>(tiff, TIFFTAG_COMPRESSION, COMPRESSION_NONE);
  page.predictor = field<std::uint16_t>(tiff, TIFFTAG_PREDICTOR, PREDICTOR_NONE);
  page.planar = field<std::uint16_t>(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  page.fill_order = field<std::uint16_t>(tiff, TIFFTAG_FILLORDER, FILLORDER_MSB2LSB);
  page.orientation = field<std::uint16_t>(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
  if (page.orientation < ORIENTATION_TOPLEFT || page.orientation > ORIENTATION_LEFTBOT)
    page.orientation = ORIENTATION_TOPLEFT;  // what readers make of it
  page.subfile = field<std::uint32_t>(tiff, TIFFTAG_SUBFILETYPE, 0);
  if (TIFFIsTiled(tiff) != 0) {
    page.tile_width = field<std::uint32_t>(tiff, TIFFTAG_TILEWIDTH, 0);
    page.tile_height = field<std::uint32_t>(tiff, TIFFTAG_TILELENGTH, 0);
    if (page.tile_width == 0 || page.tile_height == 0) return error();
    return {};
  }
  page.strip_rows = std::min(field<std::uint32_t>(tiff, TIFFTAG_ROWSPERSTRIP, height), height);
  if (page.strip_rows == 0) return error();
  return {};
}

Status TiffReader::check_kind(const TiffPage& page) const {
  TIFF* const tiff = tiff_.get();
  if (field<std::uint16_t>(tiff, TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT) != SAMPLEFORMAT_UINT)
    return unsupported("has samples that are not unsigned whole numbers");
  if (page.depth != 8 && page.depth != 16)
    return unsupported(fmt::format("has {} bits a sample", page.depth));
  const int colours = colour_samples(page);
  if (colours == 0) return unsupported(fmt::format("has the colour model {}", page.photometric));
  if (page.photometric == PHOTOMETRIC_SEPARATED &&
      field<std::uint16_t>(tiff, TIFFTAG_INKSET, INKSET_CMYK) != INKSET_CMYK)
    return unsupported("has inks other than CMYK");
  if (page.photometric == PHOTOMETRIC_PALETTE && page.depth != 8)
    return unsupported("has a palette of more than 256 colours");
  const bool alpha_after_palette = page.photometric == PHOTOMETRIC_PALETTE && page.samples > 1;
  if (page.samples < colours || page.samples > colours + 1 || alpha_after_palette)
    return unsupported(fmt::format("has {} samples a pixel", page.samples));
  if (!keeps_samples(page.compression))
    return unsupported(fmt::format("has the compression {}", page.compression));
  return {};
}

Status TiffReader::read_colours(TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  if (page.samples == colour_samples(page) + 1) {
    std::uint16_t count = 0, *kinds = nullptr;
    const bool said = TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) == 1 && count > 0;
    page.extra = said ? kinds[0] : static_cast<std::uint16_t>(EXTRASAMPLE_UNSPECIFIED);
  }
  if (page.photometric == PHOTOMETRIC_PALETTE) {
    std::uint16_t *red = nullptr, *green = nullptr, *blue = nullptr;
    if (TIFFGetField(tiff, TIFFTAG_COLORMAP, &red, &green, &blue) != 1) return error();
    for (int i = 0; i < 1 << page.depth; ++i) page.palette.push_back({red[i], green[i], blue[i]});
  }
  if (page.compression != COMPRESSION_JPEG) return {};
  void* tables = nullptr;
  std::uint32_t size = 0;
  if (TIFFGetField(tiff, TIFFTAG_JPEGTABLES, &size, &tables) != 1) size = 0;
  page.jpeg_quality = quality_of_tables({static_cast<const Byte*>(tables), size});
  if (page.photometric != PHOTOMETRIC_YCBCR) return {};
  TIFFGetFieldDefaulted(tiff, TIFFTAG_YCBCRSUBSAMPLING, &page.subsampling[0], &page.subsampling[1]);
  TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
  return {};
}

Status TiffReader::read_pixels(const Context& context, TiffPage& page) {
  page.pixels.create(page.size, CV_MAKETYPE(page.depth == 16 ? CV_16U : CV_8U, page.samples));
  return page.tile_width != 0 ? read_tiles(context, page) : read_strips(page);
}

Status TiffReader::read_strips(TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  Bytes buffer(static_cast<std::size_t>(std::max<tmsize_t>(TIFFStripSize(tiff), 0)));
  return for_each_chunk(page, [&](const TiffChunk& chunk) -> Status {
    const auto wanted = static_cast<tmsize_t>(chunk_bytes(page, chunk));
    const std::uint32_t strip = TIFFComputeStrip(tiff, static_cast<std::uint32_t>(chunk.where.y),
                                                 static_cast<std::uint16_t>(chunk.plane));
    if (wanted > static_cast<tmsize_t>(buffer.size()) ||
        TIFFReadEncodedStrip(tiff, strip, buffer.data(), wanted) != wanted)
      return error();
    from_chunk(buffer, chunk, page.pixels);
    return {};
  });
}

Status TiffReader::read_tiles(const Context& context, TiffPage& page) {
  TIFF* const tiff = tiff_.get();
  // A tile may exceed the page, but not so far that memory is wasted on padding.
  constexpr std::uint64_t kSmallTile = 1U << 22;  // pixels
  const std::uint64_t tile = std::uint64_t{page.tile_width} * page.tile_height;
  if (tile > std::max<std::uint64_t>(kSmallTile, 4ULL * page.size.area()) ||
      page.tile_width > context.limits.image_side || page.tile_height > context.limits.image_side)
    return unsupported("has tiles far larger than the picture");
  Bytes buffer(static_cast<std::size_t>(std::max<tmsize_t>(TIFFTileSize(tiff), 0)));
  return for_each_chunk(page, [&](const TiffChunk& chunk) -> Status {
    const auto wanted = static_cast<tmsize_t>(chunk_bytes(page, chunk));
    const std::uint32_t number = TIFFComputeTile(tiff, static_cast<std::uint32_t>(chunk.where.x),
                                                 static_cast<std::uint32_t>(chunk.where.y), 0,
                                                 static_cast<std::uint16_t>(chunk.plane));
    if (wanted > static_cast<tmsize_t>(buffer.size()) ||
        TIFFReadEncodedTile(tiff, number, buffer.data(), wanted) != wanted)
      return error();
    from_chunk(buffer, chunk, page.pixels);
    return {};
  });
}

}  // namespace signmark::image
