// SPDX-License-Identifier: Apache-2.0
// y4m in, y4m out: headers as they are, luma marked, label laid over.
#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "base/file.hpp"
#include "video/descriptor.hpp"
#include "video/pipe.hpp"
#include "video/y4m.hpp"

namespace signmark::video {
namespace {

constexpr std::size_t kLongestHeader = 1024;

class PicturePipe {
 public:
  PicturePipe(const Context& context, int in, int out, const Changes& changes)
      : context_(context), in_(in), out_(out), changes_(changes) {}

  Result<Report> run() {
    SIGNMARK_TRY(start());
    while (true) {
      SIGNMARK_ASSIGN(const bool more, next_frame());
      if (!more) break;
    }
    report_.seconds = static_cast<double>(frames_) / header_.frames_per_second;
    if (marker_ != nullptr) report_.picture = marker_->report();
    return std::move(report_);
  }

 private:
  Status start() {
    SIGNMARK_ASSIGN(const std::optional<std::string> line, in_.line(kLongestHeader));
    if (!line) return fail("video.pipe.syntax", "the stream is empty");
    SIGNMARK_ASSIGN(header_, parse_y4m(*line, context_.limits));
    source_.resize(header_.frame_size());
    result_.resize(header_.frame_size());
    if (changes_.picture != nullptr) {
      const FilmShape shape{.width = header_.width,
                            .height = header_.height,
                            .bits = header_.depth,
                            .full_range = header_.full_range,
                            .interlaced = header_.interlaced,
                            .high_dynamic_range = false,
                            .seconds = -1};
      SIGNMARK_ASSIGN(marker_, make_frame_marker(context_, shape, *changes_.picture));
    }
    return put(*line);
  }

  /// A header line as it came.
  Status put(std::string line) {
    line += '\n';
    report_.bytes_in += line.size();
    report_.bytes_out += line.size();
    return write_all(out_, as_bytes(line));
  }

  Result<bool> next_frame() {
    SIGNMARK_ASSIGN(const std::optional<std::string> line, in_.line(kLongestHeader));
    if (!line) return false;
    if (!line->starts_with("FRAME"))
      return fail("video.pipe.syntax", fmt::format("picture {} has no FRAME header", frames_));
    SIGNMARK_ASSIGN(const std::size_t got, in_.read(source_));
    if (got < source_.size())
      return fail("video.pipe.syntax", fmt::format("the stream ends within picture {}", frames_));
    SIGNMARK_TRY(change(static_cast<double>(frames_) / header_.frames_per_second));
    SIGNMARK_TRY(put(*line));
    SIGNMARK_TRY(write_all(out_, result_));
    report_.bytes_in += source_.size();
    report_.bytes_out += result_.size();
    ++frames_;
    SIGNMARK_TRY(context_.report("pictures", frames_, 0));
    return true;
  }

  [[nodiscard]] std::ptrdiff_t stride(int plane) const {
    return std::ptrdiff_t{header_.plane_width(plane)} * header_.sample_bytes();
  }

  Status change(double seconds) {
    const Luma luma{source_.data(), stride(0),     header_.width,
                    header_.height, header_.depth, header_.full_range};
    if (frames_ == 0 && changes_.label != nullptr) SIGNMARK_TRY(draw(luma));
    const std::size_t luma_size = header_.plane_size(0);
    if (marker_ != nullptr) {
      marker_->begins_hold(seconds);
      SIGNMARK_TRY(marker_->mark(luma, {result_.data(), stride(0)}));
      std::copy(source_.begin() + static_cast<std::ptrdiff_t>(luma_size), source_.end(),
                result_.begin() + static_cast<std::ptrdiff_t>(luma_size));
    } else {
      result_ = source_;
    }
    const double until = changes_.label_time.seconds > 0 ? changes_.label_time.seconds
                                                         : std::numeric_limits<double>::max();
    std::size_t at = 0;
    for (int plane = 0; plane < header_.planes && seconds < until; ++plane) {
      blender_.blend(plane, result_.data() + at, stride(plane));
      at += header_.plane_size(plane);
    }
    return {};
  }

  Status draw(const Luma& luma) {
    Turn turn;
    turn.pixel_aspect = header_.pixel_aspect;
    SIGNMARK_ASSIGN(report_.overlay, draw_for(*changes_.label, luma, turn));
    blender_ = LabelBlender(to_stored(report_.overlay, header_.width, header_.height, turn),
                            header_.components(), {header_.full_range, 1});
    return {};
  }

  const Context& context_;
  DescriptorReader in_;
  int out_;
  const Changes& changes_;
  Y4mHeader header_;
  std::unique_ptr<FrameMarker> marker_;
  LabelBlender blender_;
  Bytes source_, result_;
  std::uint64_t frames_ = 0;
  Report report_;
};

}  // namespace

Result<Report> pipe_y4m(const Context& context, int in, int out, const Changes& changes) {
  return PicturePipe(context, in, out, changes).run();
}

}  // namespace signmark::video
