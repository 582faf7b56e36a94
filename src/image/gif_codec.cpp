// SPDX-License-Identifier: Apache-2.0
// GIF: frames, timing, disposal and interlacing stay; a frame whose colour table lacks the label's
// colours gets a local one in which unused places are filled, a marked frame one of its own.
#include <algorithm>
#include <array>

#include "image/animation.hpp"
#include "image/change.hpp"
#include "image/gif_io.hpp"
#include "image/palette.hpp"
#include "image/pixels.hpp"
#include "image/quantise.hpp"

namespace signmark::image {
namespace {

constexpr PixelLayout kRgba{ColourModel::rgb, true};
constexpr AnimationRules kRules{true, true, 1};

const std::vector<GifColorType>& colours_of(const GifScreen& screen, const GifFrame& frame) {
  return frame.palette.empty() ? screen.palette : frame.palette;
}

Disposal disposal_of(const GifFrame& frame) {
  switch (frame.control ? frame.control->DisposalMode : DISPOSAL_UNSPECIFIED) {
    case DISPOSE_BACKGROUND:
      return Disposal::clear;
    case DISPOSE_PREVIOUS:
      return Disposal::previous;
    default:
      return Disposal::keep;
  }
}

int disposal_mode(Disposal disposal) {
  switch (disposal) {
    case Disposal::clear:
      return DISPOSE_BACKGROUND;
    case Disposal::previous:
      return DISPOSE_PREVIOUS;
    case Disposal::keep:
      break;
  }
  return DISPOSE_DO_NOT;
}

/// Milliseconds; GIF counts hundredths.
std::uint32_t duration_of(const GifFrame& frame) {
  return frame.control ? static_cast<std::uint32_t>(frame.control->DelayTime) * 10 : 0;
}

/// Colours of a table as RGBA; the transparent one is clear.
std::vector<Rgba> rgba_of(const std::vector<GifColorType>& colours, int transparent) {
  std::vector<Rgba> result;
  for (const GifColorType& c : colours) {
    const bool clear = static_cast<int>(result.size()) == transparent;
    result.emplace_back(c.Red, c.Green, c.Blue, clear ? 0 : 255);
  }
  return result;
}

AnimationFrame to_animation(const GifScreen& screen, const GifFrame& frame) {
  const std::vector<Rgba> colours = rgba_of(colours_of(screen, frame), frame.transparent());
  AnimationFrame result;
  result.where = frame.where;
  result.disposal = disposal_of(frame);
  result.pixels.create(frame.indices.size(), CV_8UC4);
  for (int y = 0; y < frame.indices.rows; ++y)
    for (int x = 0; x < frame.indices.cols; ++x)
      result.pixels.at<Rgba>(y, x) = colours[frame.indices.at<uchar>(y, x)];
  return result;
}

/// Calls `sink` with each stored frame and its animation form. `reader` is open.
template <class Sink>
Status for_each_frame(const Context& context, GifReader& reader, const Sink& sink) {
  for (std::uint64_t done = 0;; ++done) {
    SIGNMARK_TRY(context.report("decode", done, 0));
    SIGNMARK_ASSIGN(std::optional<GifFrame> frame, reader.next(context));
    if (!frame) return {};
    const AnimationFrame animated = to_animation(reader.screen(), *frame);
    SIGNMARK_TRY(sink(*frame, animated));
  }
}

/// Calls `sink` with each shown picture and its duration.
template <class Sink>
Status play(const Context& context, ByteView file, const Sink& sink) {
  GifReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  Canvas canvas(reader.screen().size);
  return for_each_frame(context, reader,
                        [&](const GifFrame& frame, const AnimationFrame& animated) -> Status {
                          sink(canvas.show(animated), duration_of(frame));
                          return {};
                        });
}

/// What the file says only after its header: found while the label's background is measured.
struct FirstPass {
  cv::Mat change;
  std::optional<Placement> label;
  std::optional<std::uint16_t> loops;
};

/// The first picture that a viewer sees.
Result<cv::Mat> first_shown(const Context& context, ByteView file) {
  GifReader reader;
  SIGNMARK_TRY(reader.open(context, file));
  SIGNMARK_ASSIGN(const std::optional<GifFrame> frame, reader.next(context));
  if (!frame) return fail("image.gif.decode", "the GIF has no pictures");
  return Canvas(reader.screen().size).show(to_animation(reader.screen(), *frame)).clone();
}

Result<cv::Mat> find_change(const Job& job) {
  if (job.changer == nullptr) return cv::Mat();
  SIGNMARK_ASSIGN(const cv::Mat shown, first_shown(job.context, job.file));
  return ask_changer(job, luma_of(shown, kRgba));
}

Result<FirstPass> look(const Job& job, const GifScreen& screen) {
  GifReader reader;
  SIGNMARK_TRY(reader.open(job.context, job.file));
  const auto play_to_end = [&](const cv::Rect& where) {
    PooledStats stats;
    Canvas canvas(screen.size);
    Status played = for_each_frame(job.context, reader,
                                   [&](const GifFrame&, const AnimationFrame& animated) -> Status {
                                     stats.add(luma_stats(canvas.show(animated)(where), kRgba));
                                     return {};
                                   });
    return std::pair(stats.result(), std::move(played));
  };
  FirstPass first;
  Status played;
  if (job.label == nullptr) played = play_to_end({}).second;
  const auto probe = [&](const cv::Rect& where) {
    auto [stats, status] = play_to_end(where);
    played = std::move(status);
    return stats;
  };
  SIGNMARK_ASSIGN(first.label, place_label(job, screen.size, job.orientation, probe));
  SIGNMARK_TRY(played);
  SIGNMARK_ASSIGN(first.change, find_change(job));
  first.loops = reader.loops();
  return first;
}

/// Builds the colour table and the indices of a patched frame.
class FramePatcher {
 public:
  FramePatcher(const GifScreen& screen, const GifFrame& source, const Patch& patch)
      : source_(source), patch_(patch), transparent_(source.transparent()) {
    palette_.colours = rgba_of(colours_of(screen, source), transparent_);
    mark_used();
  }

  GifFrame run();

 private:
  void mark_used();
  void make_room();
  void grow_raster();
  int transparent_index();
  [[nodiscard]] std::vector<GifColorType> table() const;

  const GifFrame& source_;
  const Patch& patch_;
  int transparent_;
  Palette palette_;
  cv::Mat indices_;
};

/// Only colours that a pixel shows are taken; the transparent index keeps its meaning.
void FramePatcher::mark_used() {
  palette_.taken.assign(palette_.colours.size(), false);
  for (int y = 0; y < source_.indices.rows; ++y)
    for (int x = 0; x < source_.indices.cols; ++x)
      palette_.taken[source_.indices.at<uchar>(y, x)] = true;
  if (transparent_ >= 0 && transparent_ < static_cast<int>(palette_.taken.size()))
    palette_.taken[static_cast<std::size_t>(transparent_)] = true;
}

/// The letters need some greys of their own: a full table gives up the colours it will miss least.
void FramePatcher::make_room() {
  constexpr std::size_t kLabelColours = 16;
  indices_ = source_.indices.clone();
  if (palette_.free() < kLabelColours) merge_similar(palette_, indices_, kLabelColours);
}

int FramePatcher::transparent_index() {
  const auto known = static_cast<std::size_t>(transparent_);
  if (transparent_ < 0 || known >= palette_.taken.size()) transparent_ = palette_.add({0, 0, 0, 0});
  return transparent_;
}

/// Where the rectangle grew, what lies below shows through; what lay off the screen is dropped.
void FramePatcher::grow_raster() {
  if (patch_.where == source_.where) return;
  cv::Mat grown(patch_.where.size(), CV_8UC1, cv::Scalar(transparent_index()));
  const cv::Rect kept = source_.where & patch_.where;
  if (!kept.empty()) indices_(kept - source_.where.tl()).copyTo(grown(kept - patch_.where.tl()));
  indices_ = grown;
}

std::vector<GifColorType> FramePatcher::table() const {
  std::vector<GifColorType> result;
  for (const Rgba& c : palette_.colours) result.push_back({c[0], c[1], c[2]});
  return result;
}

bool same_colours(const std::vector<GifColorType>& a, const std::vector<GifColorType>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const GifColorType& l, const GifColorType& r) {
                      return l.Red == r.Red && l.Green == r.Green && l.Blue == r.Blue;
                    });
}

GifFrame FramePatcher::run() {
  const std::vector<GifColorType> before = table();
  make_room();
  grow_raster();
  index_colours(patch_.wanted, patch_.change, palette_).indices.copyTo(indices_, patch_.change);
  GifFrame frame = source_;
  frame.where = patch_.where;
  frame.indices = indices_;
  if (!same_colours(before, table())) frame.palette = table();
  if (frame.control || transparent_ >= 0) {
    if (!frame.control) frame.control = GraphicsControlBlock{DISPOSE_DO_NOT, false, 0, 0};
    frame.control->TransparentColor = transparent_;
    if (patch_.disposal != disposal_of(source_))
      frame.control->DisposalMode = disposal_mode(patch_.disposal);
  }
  return frame;
}

/// A marked frame: only what is not shown already, in a colour table of its own.
GifFrame marked_frame(const GifFrame& source, const Patch& patch) {
  constexpr std::size_t kMost = 255;  // one place is for the transparent pixels
  const Quantised fresh = quantise(patch.wanted, patch.fresh, kMost);
  GifFrame frame = source;
  frame.where = patch.where;
  frame.palette.clear();
  for (const Rgba& c : fresh.palette) frame.palette.push_back({c[0], c[1], c[2]});
  const auto transparent = static_cast<int>(frame.palette.size());
  frame.palette.push_back({0, 0, 0});
  frame.indices = cv::Mat(fresh.indices.size(), CV_8UC1, cv::Scalar(transparent));
  fresh.indices.copyTo(frame.indices, patch.fresh);
  if (!frame.control) frame.control = GraphicsControlBlock{DISPOSE_DO_NOT, false, 0, 0};
  frame.control->TransparentColor = transparent;
  if (patch.disposal != disposal_of(source))
    frame.control->DisposalMode = disposal_mode(patch.disposal);
  return frame;
}

Result<EncodedImage> change(const Job& job) {
  GifReader reader;
  SIGNMARK_TRY(reader.open(job.context, job.file));
  SIGNMARK_ASSIGN(FirstPass first, look(job, reader.screen()));
  AnimationChanger changer(reader.screen().size, kRules, first.change, first.label);
  GifWriter writer;
  SIGNMARK_TRY(writer.open(reader.screen(), first.loops));
  SIGNMARK_TRY(for_each_frame(
      job.context, reader, [&](const GifFrame& frame, const AnimationFrame& animated) -> Status {
        const Patch patch = changer.next(animated);
        if (!patch.changes()) return writer.frame(frame);
        if (job.changer != nullptr) return writer.frame(marked_frame(frame, patch));
        return writer.frame(FramePatcher(reader.screen(), frame, patch).run());
      }));
  SIGNMARK_ASSIGN(Bytes file, writer.finish());
  return EncodedImage{std::move(file), shown_overlay(std::move(first.label)), {}};
}

Result<LumaPicture> read_luma(const Context& context, ByteView file) {
  SIGNMARK_ASSIGN(const cv::Mat shown, first_shown(context, file));
  return luma_of(shown, kRgba);
}

Status hash_pixels(const Context& context, ByteView file, PixelHasher& hasher) {
  return play(context, file, [&](const cv::Mat& shown, std::uint32_t duration) {
    hasher.frame(shown, kRgba, duration);
  });
}

}  // namespace

const Codec kGifCodec{"image/gif", change, read_luma, hash_pixels};

}  // namespace signmark::image
