// SPDX-License-Identifier: Apache-2.0
// Reading an animation through libwebpdemux and writing its chunks.
#include "image/webp_animation.hpp"

#include <webp/demux.h>

#include <memory>

#include "base/bytes.hpp"
#include "image/animation.hpp"
#include "image/change.hpp"
#include "image/pixels.hpp"
#include "image/webp_io.hpp"

namespace signmark::image {
namespace {

constexpr PixelLayout kRgba{ColourModel::rgb, true};
constexpr AnimationRules kRules{false, false, 2};  // offsets are stored halved

/// One `ANMF` chunk; `picture` views the file.
struct Frame {
  cv::Rect where;
  std::uint32_t duration = 0;  ///< milliseconds
  bool blend = true;
  bool clear = false;
  ByteView picture;
};

class Reader {
 public:
  /// Errors: `image.webp.decode`, `image.limit`.
  Status open(const Context& context, ByteView file);
  [[nodiscard]] int frames() const { return static_cast<int>(value(WEBP_FF_FRAME_COUNT)); }
  [[nodiscard]] cv::Size canvas() const {
    return {static_cast<int>(value(WEBP_FF_CANVAS_WIDTH)),
            static_cast<int>(value(WEBP_FF_CANVAS_HEIGHT))};
  }
  [[nodiscard]] std::uint32_t value(WebPFormatFeature what) const {
    return WebPDemuxGetI(demuxer_.get(), what);
  }
  /// `number` from 1.
  [[nodiscard]] Result<Frame> frame(int number) const;

 private:
  struct Delete {
    void operator()(WebPDemuxer* demuxer) const { WebPDemuxDelete(demuxer); }
  };
  std::unique_ptr<WebPDemuxer, Delete> demuxer_;
};

Status Reader::open(const Context& context, ByteView file) {
  const WebPData data{file.data(), file.size()};
  demuxer_.reset(WebPDemux(&data));
  if (!demuxer_) return webp_damage("the animation's chunks are incomplete or wrong");
  SIGNMARK_TRY(
      check_size(context, "webp", value(WEBP_FF_CANVAS_WIDTH), value(WEBP_FF_CANVAS_HEIGHT)));
  if (frames() == 0) return webp_damage("the animation has no frames");
  return check_frames(context, static_cast<std::uint64_t>(frames()));
}

Result<Frame> Reader::frame(int number) const {
  WebPIterator iterator;
  if (WebPDemuxGetFrame(demuxer_.get(), number, &iterator) == 0 || iterator.complete == 0)
    return webp_damage("frame " + std::to_string(number) + " is missing");
  const Frame frame{{iterator.x_offset, iterator.y_offset, iterator.width, iterator.height},
                    static_cast<std::uint32_t>(iterator.duration),
                    iterator.blend_method == WEBP_MUX_BLEND,
                    iterator.dispose_method == WEBP_MUX_DISPOSE_BACKGROUND,
                    {iterator.fragment.bytes, iterator.fragment.size}};
  WebPDemuxReleaseIterator(&iterator);  // the fragment lies in the file
  return frame;
}

/// A frame with its pixels and its way of coding.
struct Decoded {
  AnimationFrame frame;
  WebpHeader header;
};

Result<Decoded> decode(const Context& context, const Frame& frame) {
  Decoded decoded;
  SIGNMARK_ASSIGN(decoded.header, read_webp_header(context, frame.picture));
  if (decoded.header.size != frame.where.size())
    return webp_damage("a frame has another size than its header says");
  SIGNMARK_ASSIGN(decoded.frame.pixels, read_webp_rgba(frame.picture, decoded.header));
  decoded.frame.where = frame.where;
  decoded.frame.blend = frame.blend;
  decoded.frame.disposal = frame.clear ? Disposal::clear : Disposal::keep;
  return decoded;
}

/// Calls `sink` with each shown picture and its duration.
template <class Sink>
Status play(const Context& context, const Reader& reader, const Sink& sink) {
  Canvas canvas(reader.canvas());
  for (int i = 1; i <= reader.frames(); ++i) {
    SIGNMARK_TRY(context.report("decode", static_cast<std::uint64_t>(i) - 1,
                                static_cast<std::uint64_t>(reader.frames())));
    SIGNMARK_ASSIGN(const Frame frame, reader.frame(i));
    SIGNMARK_ASSIGN(const Decoded decoded, decode(context, frame));
    sink(canvas.show(decoded.frame), frame.duration);
  }
  return {};
}

/// The first picture that a viewer sees.
Result<cv::Mat> first_shown(const Context& context, const Reader& reader) {
  SIGNMARK_ASSIGN(const Frame frame, reader.frame(1));
  SIGNMARK_ASSIGN(const Decoded decoded, decode(context, frame));
  return Canvas(reader.canvas()).show(decoded.frame).clone();
}

Result<cv::Mat> find_change(const Job& job, const Reader& reader) {
  if (job.changer == nullptr) return cv::Mat();
  SIGNMARK_ASSIGN(const cv::Mat shown, first_shown(job.context, reader));
  return ask_changer(job, luma_of(shown, kRgba));
}

Result<std::optional<Placement>> place(const Job& job, const Reader& reader) {
  Status played;
  const auto probe = [&](const cv::Rect& where) {
    PooledStats stats;
    played = play(job.context, reader, [&](const cv::Mat& shown, std::uint32_t) {
      stats.add(luma_stats(shown(where), kRgba));
    });
    return stats.result();
  };
  SIGNMARK_ASSIGN(std::optional<Placement> label,
                  place_label(job, reader.canvas(), job.orientation, probe));
  SIGNMARK_TRY(played);
  return label;
}

bool all_opaque(const Patch& patch) {
  cv::Mat alpha;
  cv::extractChannel(patch.wanted, alpha, 3);
  return cv::countNonZero((alpha != 255) & (patch.change != 0)) == 0;
}

/// The frame's own pixels with the changed ones replaced; clear where the rectangle grew.
cv::Mat patched_pixels(const AnimationFrame& frame, const Patch& patch) {
  cv::Mat pixels = cv::Mat::zeros(patch.where.size(), CV_8UC4);
  frame.pixels.copyTo(pixels(frame.where - patch.where.tl()));
  patch.wanted.copyTo(pixels, patch.change);
  return pixels;
}

/// Writes the file chunk by chunk.
class Writer {
 public:
  explicit Writer(const Reader& reader) {
    const cv::Size size = reader.canvas();
    constexpr std::uint8_t kAlphaFlag = 0x10, kAnimationFlag = 0x02;
    const auto flags = static_cast<std::uint8_t>(reader.value(WEBP_FF_FORMAT_FLAGS));
    file_.text("RIFF").u32le(0).text("WEBP");
    file_.text("VP8X").u32le(10).u8(kAnimationFlag | (flags & kAlphaFlag)).fill(3, 0);
    file_.u24le(static_cast<std::uint32_t>(size.width - 1));
    file_.u24le(static_cast<std::uint32_t>(size.height - 1));
    file_.text("ANIM").u32le(6).u32le(reader.value(WEBP_FF_BACKGROUND_COLOR));
    file_.u16le(static_cast<std::uint16_t>(reader.value(WEBP_FF_LOOP_COUNT)));
  }

  /// `picture`: a file or frame whose image chunks are taken.
  void frame(const Frame& frame, ByteView picture) {
    const Bytes chunks = webp_image_chunks(picture);
    constexpr std::uint8_t kNoBlend = 0x02, kDispose = 0x01;
    file_.text("ANMF").u32le(static_cast<std::uint32_t>(16 + chunks.size()));
    file_.u24le(static_cast<std::uint32_t>(frame.where.x / 2));
    file_.u24le(static_cast<std::uint32_t>(frame.where.y / 2));
    file_.u24le(static_cast<std::uint32_t>(frame.where.width - 1));
    file_.u24le(static_cast<std::uint32_t>(frame.where.height - 1));
    file_.u24le(frame.duration);
    file_.u8(
        static_cast<std::uint8_t>((frame.blend ? 0 : kNoBlend) | (frame.clear ? kDispose : 0)));
    file_.bytes(chunks);
  }

  Result<Bytes> finish() {
    if (file_.size() > UINT32_MAX - 1)
      return fail("image.webp.encode", "the animation would exceed 4 GiB");
    ByteWriter size;
    size.u32le(static_cast<std::uint32_t>(file_.size() - 8));
    Bytes file = file_.take();
    std::copy(size.view().begin(), size.view().end(), file.begin() + 4);
    return file;
  }

 private:
  ByteWriter file_;
};

Status write_frame(const Job& job, Frame frame, AnimationChanger& changer, Writer& writer) {
  SIGNMARK_ASSIGN(const Decoded decoded, decode(job.context, frame));
  const Patch patch = changer.next(decoded.frame);
  if (!patch.changes() && !job.options.quality) {
    writer.frame(frame, frame.picture);
    return {};
  }
  // A blending frame can put opaque pixels only; otherwise it has to state all that is shown.
  frame.blend = frame.blend && all_opaque(patch);
  frame.where = patch.where;
  const cv::Mat pixels = frame.blend ? patched_pixels(decoded.frame, patch) : patch.wanted;
  WebpCoding coding = webp_coding(frame.picture, decoded.header, job.options.quality);
  coding.faithful = job.changer != nullptr;
  SIGNMARK_ASSIGN(const Bytes picture, write_webp(pixels, coding));
  writer.frame(frame, picture);
  return {};
}

}  // namespace

Result<EncodedImage> change_webp_animation(const Job& job) {
  Reader reader;
  SIGNMARK_TRY(reader.open(job.context, job.file));
  SIGNMARK_ASSIGN(const cv::Mat change, find_change(job, reader));
  SIGNMARK_ASSIGN(std::optional<Placement> label, place(job, reader));
  AnimationChanger changer(reader.canvas(), kRules, change, label);
  Writer writer(reader);
  for (int i = 1; i <= reader.frames(); ++i) {
    SIGNMARK_TRY(job.context.report("encode", static_cast<std::uint64_t>(i) - 1,
                                    static_cast<std::uint64_t>(reader.frames())));
    SIGNMARK_ASSIGN(const Frame frame, reader.frame(i));
    SIGNMARK_TRY(write_frame(job, frame, changer, writer));
  }
  SIGNMARK_ASSIGN(Bytes file, writer.finish());
  return EncodedImage{std::move(file), shown_overlay(std::move(label)), {}};
}

Result<LumaPicture> read_webp_animation_luma(const Context& context, ByteView file) {
  Reader reader;
  SIGNMARK_TRY(reader.open(context, file));
  SIGNMARK_ASSIGN(const cv::Mat shown, first_shown(context, reader));
  return luma_of(shown, kRgba);
}

Status hash_webp_animation(const Context& context, ByteView file, PixelHasher& hasher) {
  Reader reader;
  SIGNMARK_TRY(reader.open(context, file));
  return play(context, reader, [&](const cv::Mat& shown, std::uint32_t duration) {
    hasher.frame(shown, kRgba, duration);
  });
}

}  // namespace signmark::image
