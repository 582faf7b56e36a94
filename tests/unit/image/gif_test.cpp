// SPDX-License-Identifier: Apache-2.0
// GIF: what a viewer shows of every frame, with partial frames and each disposal; structure that
// stays.
#include "unit/image/marking.hpp"

using namespace signmark;
using namespace signmark::image;
using namespace signmark::image::test;

namespace {

const cv::Size kSize(200, 150);
const std::string kMime = "image/gif";
constexpr int kClear = 7;  // transparent index of the frames below

struct Gif {
  GifScreen screen;
  std::optional<std::uint16_t> loops;
  std::vector<GifFrame> frames;
};

Gif read(ByteView file) {
  GifReader reader;
  REQUIRE_OK(reader.open(test_context(), file));
  Gif gif;
  while (true) {
    auto frame = reader.next(test_context());
    REQUIRE_OK(frame);
    if (!*frame) break;
    gif.frames.push_back(std::move(**frame));
  }
  gif.screen = reader.screen();
  gif.loops = reader.loops();
  return gif;
}

/// A player of its own: GIF89a section 23, written without the room's.
std::vector<cv::Mat> play(const Gif& gif) {
  std::vector<cv::Mat> shown;
  cv::Mat canvas = cv::Mat::zeros(gif.screen.size, CV_8UC4);
  for (const GifFrame& frame : gif.frames) {
    const cv::Mat before = canvas.clone();
    const auto& palette = frame.palette.empty() ? gif.screen.palette : frame.palette;
    for (int y = 0; y < frame.where.height; ++y)
      for (int x = 0; x < frame.where.width; ++x) {
        const int index = frame.indices.at<uchar>(y, x);
        const cv::Point at(frame.where.x + x, frame.where.y + y);
        if (index == frame.transparent() || !cv::Rect({}, canvas.size()).contains(at)) continue;
        const GifColorType& c = palette[static_cast<std::size_t>(index)];
        canvas.at<cv::Vec4b>(at) = {c.Red, c.Green, c.Blue, 255};
      }
    shown.push_back(canvas.clone());
    const int mode = frame.control ? frame.control->DisposalMode : 0;
    if (mode == DISPOSE_PREVIOUS) canvas = before;
    if (mode == DISPOSE_BACKGROUND)
      canvas(frame.where & cv::Rect({}, canvas.size())).setTo(cv::Scalar::all(0));
  }
  return shown;
}

GifFrame frame_of(const cv::Rect& where, int disposal, int shift, bool with_holes = true) {
  GifFrame frame;
  frame.where = where;
  frame.indices.create(where.size(), CV_8UC1);
  for (int y = 0; y < where.height; ++y)
    for (int x = 0; x < where.width; ++x) {
      const int index = (x / 9 + y / 7 + shift) % 7;
      const bool hole = with_holes && (x / 5 + y / 5) % 4 == 0;
      frame.indices.at<uchar>(y, x) = static_cast<uchar>(hole ? kClear : index);
    }
  frame.control = GraphicsControlBlock{disposal, false, 5 + shift, kClear};
  return frame;
}

GifScreen screen_of(int colours) {
  GifScreen screen;
  screen.size = kSize;
  screen.version_89 = true;
  for (const cv::Vec3b& c : palette_of(colours)) screen.palette.push_back({c[0], c[1], c[2]});
  return screen;
}

/// Every frame shows the label at its place, and nothing else has changed.
void check_labelled(const Bytes& file) {
  const EncodedImage image = drawn(file, kMime);
  const Gif source = read(file), result = read(image.file);
  REQUIRE(result.frames.size() == source.frames.size());
  CHECK(result.loops == source.loops);
  const std::vector<cv::Mat> before = play(source), after = play(result);
  const cv::Rect label = place_of(image);
  const cv::Rect letters(label.x + label.width / 4, label.y + label.height / 4, label.width / 2,
                         label.height / 2);
  for (std::size_t i = 0; i < before.size(); ++i) {
    INFO("frame " << i);
    CHECK(changed_outside(before[i], after[i], label) == 0);
    CHECK(changed_inside(before[i], after[i], label) > label.area() / 2);
    // The letters are the same on every frame: bright on something dark.
    double darkest = 0, brightest = 0;
    cv::Mat grey;
    cv::extractChannel(after[i](letters), grey, 1);
    cv::minMaxLoc(grey, &darkest, &brightest);
    CHECK(brightest - darkest > 100);
  }
}

void check_delays_kept(const Bytes& file) {
  const Gif source = read(file), result = read(drawn(file, kMime).file);
  for (std::size_t i = 0; i < source.frames.size(); ++i) {
    REQUIRE(result.frames[i].control);
    CHECK(result.frames[i].control->DelayTime == source.frames[i].control->DelayTime);
    CHECK(result.frames[i].control->UserInputFlag == source.frames[i].control->UserInputFlag);
    CHECK(result.frames[i].interlaced == source.frames[i].interlaced);
  }
}

/// Colours in the middle of the scale, so that nothing clips.
GifScreen soft_screen(int colours) {
  GifScreen screen = screen_of(colours);
  for (GifColorType& c : screen.palette) {
    c.Red = static_cast<GifByteType>(60 + c.Red / 2);
    c.Green = static_cast<GifByteType>(60 + c.Green / 2);
    c.Blue = static_cast<GifByteType>(60 + c.Blue / 2);
  }
  return screen;
}

LumaPicture luma_shown(const cv::Mat& rgba) { return luma_of(rgba, {ColourModel::rgb, true}); }

cv::Rect whole() { return {{}, kSize}; }

}  // namespace

TEST_CASE("image: a still GIF keeps its indices and its global palette") {
  const cv::Mat indices = index_pattern(kSize, 16);
  const Bytes file = still_gif_of(indices, palette_of(16));
  const EncodedImage image = drawn(file, kMime);
  const Gif result = read(image.file);
  REQUIRE(result.frames.size() == 1);
  CHECK(changed_outside(indices, result.frames[0].indices, place_of(image)) == 0);
  for (std::size_t i = 0; i < 16; ++i)
    CHECK(result.screen.palette[i].Red == read(file).screen.palette[i].Red);
  check_labelled(file);
}

TEST_CASE("image: partial GIF frames show the whole label with every disposal") {
  const cv::Rect right(120, 90, 70, 50), left(5, 5, 60, 40), corner(150, 120, 50, 30);
  for (const int first : {DISPOSE_DO_NOT, DISPOSE_BACKGROUND, DISPOSE_PREVIOUS})
    for (const int second : {DISPOSE_DO_NOT, DISPOSE_BACKGROUND, DISPOSE_PREVIOUS}) {
      INFO("disposals " << first << ", " << second);
      check_labelled(gif_of(
          screen_of(8),
          {frame_of(whole(), first, 0, false), frame_of(right, second, 1), frame_of(left, first, 2),
           frame_of(corner, second, 3), frame_of(left, DISPOSE_DO_NOT, 4)},
          0));
    }
}

TEST_CASE("image: a GIF whose first frame is small or clear gets its label from the start") {
  const cv::Rect left(5, 5, 60, 40), corner(150, 120, 50, 30);
  for (const int mode : {DISPOSE_DO_NOT, DISPOSE_BACKGROUND, DISPOSE_PREVIOUS})
    check_labelled(gif_of(screen_of(8), {frame_of(left, mode, 0), frame_of(corner, mode, 1),
                                         frame_of(left, mode, 2)}));
}

TEST_CASE("image: GIF frames that reach beyond the screen are cut by it") {
  check_labelled(gif_of(screen_of(8), {frame_of(whole(), DISPOSE_DO_NOT, 0, false),
                                       frame_of({150, 100, 90, 80}, DISPOSE_BACKGROUND, 1),
                                       frame_of({190, 140, 30, 30}, DISPOSE_DO_NOT, 2)}));
}

TEST_CASE("image: GIF timing, looping and interlacing stay") {
  GifFrame interlaced = frame_of(whole(), DISPOSE_DO_NOT, 0, false);
  interlaced.interlaced = true;
  interlaced.control->UserInputFlag = true;
  for (const std::optional<std::uint16_t> loops : {std::optional<std::uint16_t>(), {0}, {300}}) {
    const Bytes file =
        gif_of(screen_of(8), {interlaced, frame_of({10, 10, 50, 50}, DISPOSE_DO_NOT, 1)}, loops);
    CHECK(read(file).loops == loops);
    check_labelled(file);
    check_delays_kept(file);
  }
}

TEST_CASE("image: a frame that does not change the label is stored as it was") {
  const Bytes file = gif_of(screen_of(8), {frame_of(whole(), DISPOSE_DO_NOT, 0, false),
                                           frame_of({5, 5, 60, 40}, DISPOSE_DO_NOT, 1)});
  const Gif source = read(file), result = read(drawn(file, kMime).file);
  CHECK(result.frames[1].where == source.frames[1].where);
  CHECK(result.frames[1].palette.empty());
  CHECK(changed_inside(source.frames[1].indices, result.frames[1].indices, {0, 0, 60, 40}) == 0);
}

TEST_CASE("image: a full GIF palette makes room for legible letters") {
  // Shades of one dark red: none of them could be a letter.
  GifScreen screen;
  screen.size = kSize;
  for (int i = 0; i < 256; ++i) screen.palette.push_back({static_cast<GifByteType>(i / 2), 0, 0});
  GifFrame frame;
  frame.where = whole();
  frame.indices.create(kSize, CV_8UC1);
  for (int y = 0; y < kSize.height; ++y)
    for (int x = 0; x < kSize.width; ++x)
      frame.indices.at<uchar>(y, x) = static_cast<uchar>((x + y) % 256);
  const Bytes file = gif_of(screen, {frame});
  const EncodedImage image = drawn(file, kMime);
  const cv::Mat before = play(read(file))[0], after = play(read(image.file))[0];
  double brightest = 0;
  cv::Mat green;
  cv::extractChannel(after(place_of(image)), green, 1);
  cv::minMaxLoc(green, nullptr, &brightest);
  CHECK(brightest > 230);
  // What had to give way looks nearly the same.
  cv::Mat outside(kSize, CV_8UC1, cv::Scalar(255));
  outside(place_of(image)).setTo(0);
  CHECK(cv::norm(before, after, cv::NORM_INF, outside) <= 3);
}

TEST_CASE("image: a GIF pixel beyond its colour table is refused") {
  GifScreen screen = screen_of(4);
  GifFrame frame;
  frame.where = whole();
  frame.indices = index_pattern(kSize, 4);
  Bytes file = gif_of(screen, {frame});
  constexpr std::size_t kScreenFlags = 10, kTable = 13;
  file[kScreenFlags] &= 0xF8;  // two colours instead of four
  file.erase(file.begin() + kTable + 6, file.begin() + kTable + 12);
  CHECK(code_of(draw(file, kMime)) == "image.gif.decode");
}

TEST_CASE("image: too many GIF frames are refused") {
  Context context = test_context();
  context.limits.image_frames = 2;
  const std::vector<GifFrame> frames(3, frame_of({0, 0, 20, 20}, DISPOSE_DO_NOT, 0));
  const Bytes file = gif_of(screen_of(8), frames);
  CHECK(code_of(image_room()->pixel_digest(context, file, kMime)) == "image.limit");
}

TEST_CASE("image: every frame of a GIF shows the mark, partial frames and holes too") {
  const cv::Rect part(40, 30, 90, 70), beyond(150, 100, 90, 90);
  const cv::Mat change = wave(kSize, 2);
  for (const int disposal : {DISPOSE_DO_NOT, DISPOSE_BACKGROUND, DISPOSE_PREVIOUS}) {
    INFO("disposal " << disposal);
    const Bytes file =
        gif_of(soft_screen(8),
               {frame_of(whole(), DISPOSE_DO_NOT, 0, false), frame_of(part, disposal, 1),
                frame_of(beyond, disposal, 2), frame_of(part, disposal, 3)},
               std::uint16_t{3});
    const Changed result = changed(file, kMime, change);
    CHECK(result.asked == 1);
    const Gif source = read(file), marked = read(result.image.file);
    CHECK(marked.loops == source.loops);
    const std::vector<cv::Mat> before = play(source), after = play(marked);
    REQUIRE(after.size() == before.size());
    for (std::size_t i = 0; i < before.size(); ++i) {
      INFO("frame " << i);
      const LumaPicture was = luma_shown(before[i]), is = luma_shown(after[i]);
      CHECK(cv::norm(was.opacity, is.opacity, cv::NORM_INF) == 0);
      CHECK(worst_deviation(was, is, change) < 0.501);
      CHECK(marked.frames[i].control->DelayTime == source.frames[i].control->DelayTime);
    }
  }
}

TEST_CASE("image: a GIF of many colours carries the mark in the mean") {
  // 216 colours of the web, diffused by hand into a smooth picture.
  const cv::Mat change = wave(kSize, 2);
  GifScreen screen = soft_screen(216);
  GifFrame frame = frame_of(whole(), DISPOSE_DO_NOT, 0, false);
  for (int y = 0; y < kSize.height; ++y)
    for (int x = 0; x < kSize.width; ++x)
      frame.indices.at<uchar>(y, x) =
          static_cast<uchar>((x + y * 3 / 2 + (x * 7 + y * 5) % 3) % 216);
  const Bytes file = gif_of(screen, {frame});
  const Changed result = changed(file, kMime, change);
  const LumaPicture before = luma_in(file, kMime), after = luma_in(result.image.file, kMime);
  const double part = arrived(before, after, change);
  CHECK(part > 0.8);
  CHECK(part < 1.1);
  CHECK(read(result.image.file).frames[0].palette.size() == 256);
}

TEST_CASE("image: a marked GIF takes its label on every frame") {
  const label::VisibleLabel label;
  const cv::Mat change = wave(kSize, 2);
  const Bytes file = gif_of(soft_screen(8), {frame_of(whole(), DISPOSE_DO_NOT, 0, false),
                                             frame_of(whole(), DISPOSE_DO_NOT, 1)});
  const Changed both = changed(file, kMime, change, &label), marked = changed(file, kMime, change);
  const std::vector<cv::Mat> with = play(read(both.image.file)),
                             without = play(read(marked.image.file));
  const cv::Rect place = place_of(both.image);
  for (std::size_t i = 0; i < with.size(); ++i) {
    INFO("frame " << i);
    CHECK(changed_inside(with[i], without[i], place) > place.area() / 2);
  }
}

TEST_CASE("image: a GIF frame that lies off the screen stays as it is under a mark") {
  const cv::Rect off(kSize.width + 5, 10, 20, 20);
  const Bytes file = gif_of(soft_screen(8), {frame_of(whole(), DISPOSE_DO_NOT, 0, false),
                                             frame_of(off, DISPOSE_DO_NOT, 1)});
  const Gif marked = read(changed(file, kMime, wave(kSize, 2)).image.file);
  REQUIRE(marked.frames.size() == 2);
  CHECK(marked.frames[1].where == off);
}
