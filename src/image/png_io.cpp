// SPDX-License-Identifier: Apache-2.0
// libpng behind a setjmp fence: inside the fence no local object has a destructor.
#include "image/png_io.hpp"

#include <csetjmp>
#include <cstring>

#include "image/codec.hpp"

namespace signmark::image {
namespace {

/// Lives outside the fence, so that everything in it is released whatever happens.
struct PngState {
  ByteView input;
  std::size_t position = 0;
  Bytes output;
  std::string problem;
  std::vector<png_bytep> rows;
};

void on_error(png_structp png, png_const_charp message) {
  static_cast<PngState*>(png_get_error_ptr(png))->problem = message;
  png_longjmp(png, 1);
}

void on_warning(png_structp, png_const_charp) {}  // oddities are the container room's to report

void on_read(png_structp png, png_bytep out, std::size_t size) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(png));
  if (size > state->input.size() - state->position) png_error(png, "the file ends too early");
  std::memcpy(out, state->input.data() + state->position, size);
  state->position += size;
}

void on_write(png_structp png, png_bytep data, std::size_t size) {
  auto* state = static_cast<PngState*>(png_get_io_ptr(png));
  state->output.insert(state->output.end(), data, data + size);
}

void on_flush(png_structp) {}

/// Runs libpng calls; false when libpng gave up. `work` may hold references only.
template <class Work>
bool fenced(png_structp png, const Work& work) {
  if (setjmp(png_jmpbuf(png)) != 0) return false;
  work();
  return true;
}

class Reader {
 public:
  explicit Reader(ByteView file) {
    state_.input = file;
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, &state_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  ~Reader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  Status read_header(const Context& context, PngPicture& picture);
  Status read_pixels(PngPicture& picture);

 private:
  [[nodiscard]] tl::unexpected<Error> error() const {
    return fail("image.png.decode", "cannot decode the PNG: " + state_.problem, {},
                "the file is damaged: make it again or get another copy");
  }
  void set_up(const Context& context);
  void copy_transparency(PngPicture& picture);

  PngState state_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

void Reader::set_up(const Context& context) {
  png_set_read_fn(png_, &state_, on_read);
  // Our own check names the limit; libpng's default of a million a side would come first otherwise.
  png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);
  png_set_chunk_malloc_max(png_, context.limits.metadata_block);
  // Only PLTE and tRNS matter for pixels: -1 drops every other ancillary chunk unparsed.
  png_set_keep_unknown_chunks(png_, PNG_HANDLE_CHUNK_NEVER, nullptr, -1);
}

Status Reader::read_header(const Context& context, PngPicture& picture) {
  if (!fenced(png_, [&] {
        set_up(context);
        png_read_info(png_, info_);
        png_get_IHDR(png_, info_, &picture.width, &picture.height, &picture.depth,
                     &picture.colour_type, &picture.interlace, nullptr, nullptr);
      }))
    return error();
  copy_transparency(picture);
  return check_size(context, "png", picture.width, picture.height);
}

void Reader::copy_transparency(PngPicture& picture) {
  png_colorp colours = nullptr;
  int count = 0;
  if (picture.indexed() && png_get_PLTE(png_, info_, &colours, &count) != 0)
    picture.palette.assign(colours, colours + count);
  png_bytep alpha = nullptr;
  png_color_16p clear = nullptr;
  if (png_get_tRNS(png_, info_, &alpha, &count, &clear) == 0) return;
  if (picture.indexed())
    picture.palette_alpha.assign(alpha, alpha + count);
  else if (clear != nullptr)
    picture.clear = *clear;
}

Status Reader::read_pixels(PngPicture& picture) {
  const int channels = png_get_channels(png_, info_);
  const int type = CV_MAKETYPE(picture.depth == 16 ? CV_16U : CV_8U, channels);
  picture.pixels.create(static_cast<int>(picture.height), static_cast<int>(picture.width), type);
  for (std::uint32_t y = 0; y < picture.height; ++y)
    state_.rows.push_back(picture.pixels.ptr(static_cast<int>(y)));
  const bool good = fenced(png_, [&] {
    png_set_packing(png_);  // one byte a sample below 8 bits
    png_set_swap(png_);     // 16-bit samples in the machine's order
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
    png_read_image(png_, state_.rows.data());
    png_read_end(png_, nullptr);
  });
  if (!good) return error();
  return {};
}

class Writer {
 public:
  Writer() {
    png_ = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state_, on_error, on_warning);
    if (png_ != nullptr) info_ = png_create_info_struct(png_);
    if (info_ == nullptr) throw std::bad_alloc();
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { png_destroy_write_struct(&png_, &info_); }

  Result<Bytes> write(const PngPicture& picture);

 private:
  void write_header(const PngPicture& picture);

  PngState state_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
};

void Writer::write_header(const PngPicture& picture) {
  png_set_write_fn(png_, &state_, on_write, on_flush);
  png_set_IHDR(png_, info_, picture.width, picture.height, picture.depth, picture.colour_type,
               picture.interlace, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (picture.indexed())
    png_set_PLTE(png_, info_, picture.palette.data(), static_cast<int>(picture.palette.size()));
  if (!picture.palette_alpha.empty())
    png_set_tRNS(png_, info_, picture.palette_alpha.data(),
                 static_cast<int>(picture.palette_alpha.size()), nullptr);
  else if (picture.clear)
    png_set_tRNS(png_, info_, nullptr, 0, &*picture.clear);
  png_write_info(png_, info_);
  png_set_packing(png_);
  png_set_swap(png_);
}

Result<Bytes> Writer::write(const PngPicture& picture) {
  for (int y = 0; y < picture.pixels.rows; ++y)
    state_.rows.push_back(const_cast<png_bytep>(picture.pixels.ptr(y)));
  state_.output.reserve(picture.pixels.total() * picture.pixels.elemSize() / 2);
  const bool good = fenced(png_, [&] {
    write_header(picture);
    png_write_image(png_, state_.rows.data());
    png_write_end(png_, nullptr);
  });
  if (!good) return fail("image.png.encode", "cannot encode the PNG: " + state_.problem);
  return std::move(state_.output);
}

}  // namespace

PixelLayout PngPicture::layout() const {
  PixelLayout layout;
  layout.model = (colour_type & PNG_COLOR_MASK_COLOR) != 0 ? ColourModel::rgb : ColourModel::grey;
  layout.alpha = (colour_type & PNG_COLOR_MASK_ALPHA) != 0;
  layout.white = (1 << depth) - 1;
  return layout;
}

Result<PngPicture> read_png(const Context& context, ByteView file) {
  Reader reader(file);
  PngPicture picture;
  SIGNMARK_TRY(reader.read_header(context, picture));
  SIGNMARK_TRY(reader.read_pixels(picture));
  return picture;
}

Result<Bytes> write_png(const PngPicture& picture) { return Writer().write(picture); }

}  // namespace signmark::image
