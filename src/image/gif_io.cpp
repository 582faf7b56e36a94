// SPDX-License-Identifier: Apache-2.0
// giflib's sequential interface. Its slurping one would hold all frames of a hostile file in
// memory.
#include "image/gif_io.hpp"

#include <algorithm>
#include <cstring>

#include "image/codec.hpp"

namespace signmark::image {
namespace {

constexpr std::string_view kNetscape("NETSCAPE2.0"), kAnimExts("ANIMEXTS1.0");

/// Order in which the rows of an interlaced image are stored (GIF89a appendix E).
std::vector<int> row_order(int rows, bool interlaced) {
  struct Pass {
    int first, step;
  };
  constexpr Pass kProgressive[] = {{0, 1}}, kInterlaced[] = {{0, 8}, {4, 8}, {2, 4}, {1, 2}};
  std::vector<int> order;
  const auto passes = interlaced ? std::span<const Pass>(kInterlaced) : kProgressive;
  for (const Pass& pass : passes)
    for (int y = pass.first; y < rows; y += pass.step) order.push_back(y);
  return order;
}

std::vector<GifColorType> colours_of(const ColorMapObject* map) {
  if (map == nullptr) return {};
  return {map->Colors, map->Colors + map->ColorCount};
}

/// A colour table for giflib; its size is a power of two.
class ColourMap {
 public:
  explicit ColourMap(std::vector<GifColorType> colours) {
    if (colours.empty()) return;
    std::size_t size = 2;
    while (size < colours.size()) size *= 2;
    colours.resize(size, GifColorType{0, 0, 0});
    map_ = GifMakeMapObject(static_cast<int>(size), colours.data());
    if (map_ == nullptr) throw std::bad_alloc();
  }
  ColourMap(const ColourMap&) = delete;
  ColourMap& operator=(const ColourMap&) = delete;
  ~ColourMap() { GifFreeMapObject(map_); }
  [[nodiscard]] const ColorMapObject* get() const { return map_; }

 private:
  ColorMapObject* map_ = nullptr;
};

}  // namespace

// ---------------------------------------------------------------------------------------------
// Reading

int GifReader::on_read(GifFileType* gif, GifByteType* out, int size) {
  auto* reader = static_cast<GifReader*>(gif->UserData);
  const std::size_t left = reader->input_.size() - reader->position_;
  const std::size_t count = std::min(left, static_cast<std::size_t>(std::max(size, 0)));
  if (count > 0) std::memcpy(out, reader->input_.data() + reader->position_, count);
  reader->position_ += count;
  return static_cast<int>(count);
}

GifReader::~GifReader() {
  int ignored = 0;
  if (gif_ != nullptr) DGifCloseFile(gif_, &ignored);
}

tl::unexpected<Error> GifReader::error() const {
  const char* words = gif_ != nullptr ? GifErrorString(gif_->Error) : nullptr;
  return fail("image.gif.decode",
              std::string("cannot decode the GIF: ") +
                  (words != nullptr ? words : "its structure is wrong"),
              {}, "the file is damaged: make it again or get another copy");
}

Status GifReader::open(const Context& context, ByteView file) {
  input_ = file;
  int ignored = 0;
  gif_ = DGifOpen(this, on_read, &ignored);
  if (gif_ == nullptr) return error();
  screen_.size = {gif_->SWidth, gif_->SHeight};
  screen_.colour_resolution = gif_->SColorResolution;
  screen_.background = gif_->SBackGroundColor;
  screen_.aspect = gif_->AspectByte;
  screen_.version_89 = std::string_view(DGifGetGifVersion(gif_)) == GIF89_STAMP;
  screen_.palette = colours_of(gif_->SColorMap);
  return check_size(context, "gif", static_cast<std::uint64_t>(gif_->SWidth),
                    static_cast<std::uint64_t>(gif_->SHeight));
}

Result<std::optional<GifFrame>> GifReader::next(const Context& context) {
  while (true) {
    GifRecordType type = UNDEFINED_RECORD_TYPE;
    if (DGifGetRecordType(gif_, &type) == GIF_ERROR) return error();
    switch (type) {
      case IMAGE_DESC_RECORD_TYPE: {
        SIGNMARK_ASSIGN(GifFrame frame, read_image(context));
        return std::optional<GifFrame>(std::move(frame));
      }
      case EXTENSION_RECORD_TYPE:
        SIGNMARK_TRY(read_extension());
        break;
      case TERMINATE_RECORD_TYPE:
        if (frames_ == 0) return error();
        return std::optional<GifFrame>();
      default:
        return error();
    }
  }
}

Status GifReader::read_extension() {
  int code = 0;
  GifByteType* block = nullptr;  // its first byte is its size
  if (DGifGetExtension(gif_, &code, &block) == GIF_ERROR) return error();
  if (code == GRAPHICS_EXT_FUNC_CODE && block != nullptr) {
    GraphicsControlBlock control;
    if (DGifExtensionToGCB(block[0], block + 1, &control) == GIF_ERROR) return error();
    control_ = control;
  }
  bool looping = false;
  if (code == APPLICATION_EXT_FUNC_CODE && block != nullptr) {
    const std::string_view name(reinterpret_cast<const char*>(block + 1), block[0]);
    looping = name == kNetscape || name == kAnimExts;
  }
  while (block != nullptr) {
    if (DGifGetExtensionNext(gif_, &block) == GIF_ERROR) return error();
    constexpr int kLoopBlock = 1;  // sub-block id; 2 asks for buffering
    if (looping && block != nullptr && block[0] >= 3 && block[1] == kLoopBlock)
      loops_ = static_cast<std::uint16_t>(block[2] | block[3] << 8);
  }
  return {};
}

Result<GifFrame> GifReader::read_image(const Context& context) {
  SIGNMARK_TRY(check_frames(context, ++frames_));
  if (DGifGetImageDesc(gif_) == GIF_ERROR) return error();
  const GifImageDesc& image = gif_->Image;
  SIGNMARK_TRY(check_size(context, "gif", static_cast<std::uint64_t>(image.Width),
                          static_cast<std::uint64_t>(image.Height)));
  GifFrame frame;
  frame.where = {image.Left, image.Top, image.Width, image.Height};
  frame.interlaced = image.Interlace;
  frame.palette = colours_of(image.ColorMap);
  frame.control = std::exchange(control_, std::nullopt);
  SIGNMARK_TRY(read_rows(frame));
  SIGNMARK_TRY(check_indices(frame));
  return frame;
}

Status GifReader::read_rows(GifFrame& frame) {
  frame.indices.create(frame.where.size(), CV_8UC1);
  for (const int y : row_order(frame.where.height, frame.interlaced))
    if (DGifGetLine(gif_, frame.indices.ptr(y), frame.where.width) == GIF_ERROR) return error();
  return {};
}

Status GifReader::check_indices(const GifFrame& frame) const {
  const auto& palette = frame.palette.empty() ? screen_.palette : frame.palette;
  double highest = 0;
  cv::minMaxLoc(frame.indices, nullptr, &highest);
  if (highest < static_cast<double>(palette.size())) return {};
  return fail("image.gif.decode",
              palette.empty() ? "cannot decode the GIF: a frame has no colour table"
                              : "cannot decode the GIF: a pixel has a colour beyond its table",
              {}, "the file is damaged: make it again or get another copy");
}

// ---------------------------------------------------------------------------------------------
// Writing

int GifWriter::on_write(GifFileType* gif, const GifByteType* data, int size) {
  auto* writer = static_cast<GifWriter*>(gif->UserData);
  writer->output_.insert(writer->output_.end(), data, data + size);
  return size;
}

GifWriter::~GifWriter() {
  int ignored = 0;
  if (gif_ != nullptr) EGifCloseFile(gif_, &ignored);
}

tl::unexpected<Error> GifWriter::error() const {
  const char* words = gif_ != nullptr ? GifErrorString(gif_->Error) : nullptr;
  return fail("image.gif.encode", std::string("cannot encode the GIF: ") +
                                      (words != nullptr ? words : "giflib gave up"));
}

Status GifWriter::open(const GifScreen& screen, std::optional<std::uint16_t> loops) {
  int ignored = 0;
  gif_ = EGifOpen(this, on_write, &ignored);
  if (gif_ == nullptr) return error();
  EGifSetGifVersion(gif_, screen.version_89 || loops.has_value());
  gif_->AspectByte = static_cast<GifByteType>(screen.aspect);
  const ColourMap map(screen.palette);
  if (EGifPutScreenDesc(gif_, screen.size.width, screen.size.height, screen.colour_resolution,
                        screen.background, map.get()) == GIF_ERROR)
    return error();
  if (!loops) return {};
  const GifByteType count[] = {1, static_cast<GifByteType>(*loops & 0xFF),
                               static_cast<GifByteType>(*loops >> 8)};
  const bool good =
      EGifPutExtensionLeader(gif_, APPLICATION_EXT_FUNC_CODE) == GIF_OK &&
      EGifPutExtensionBlock(gif_, static_cast<int>(kNetscape.size()), kNetscape.data()) == GIF_OK &&
      EGifPutExtensionBlock(gif_, sizeof count, count) == GIF_OK &&
      EGifPutExtensionTrailer(gif_) == GIF_OK;
  if (!good) return error();
  return {};
}

Status GifWriter::frame(const GifFrame& frame) {
  if (frame.control) {
    GifByteType control[4];
    const std::size_t size = EGifGCBToExtension(&*frame.control, control);
    if (EGifPutExtension(gif_, GRAPHICS_EXT_FUNC_CODE, static_cast<int>(size), control) ==
        GIF_ERROR)
      return error();
  }
  const ColourMap map(frame.palette);
  // giflib would forget the last frame's table, not free it, when this one has none.
  GifFreeMapObject(std::exchange(gif_->Image.ColorMap, nullptr));
  const cv::Rect& at = frame.where;
  if (EGifPutImageDesc(gif_, at.x, at.y, at.width, at.height, frame.interlaced, map.get()) ==
      GIF_ERROR)
    return error();
  return write_rows(frame);
}

Status GifWriter::write_rows(const GifFrame& frame) {
  for (const int y : row_order(frame.where.height, frame.interlaced)) {
    auto* row = const_cast<GifPixelType*>(frame.indices.ptr(y));
    if (EGifPutLine(gif_, row, frame.where.width) == GIF_ERROR) return error();
  }
  return {};
}

Result<Bytes> GifWriter::finish() {
  int problem = 0;
  if (EGifCloseFile(std::exchange(gif_, nullptr), &problem) == GIF_ERROR) return error();
  return std::move(output_);
}

}  // namespace signmark::image
