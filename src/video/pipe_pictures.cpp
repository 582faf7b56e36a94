// SPDX-License-Identifier: Apache-2.0
// y4m in, y4m out: headers as they are, luma marked, label laid over.
#include <fmt/format.h>

#include <array>
#include <optional>

#include "base/file.hpp"
#include "video/descriptor.hpp"
#include "video/pipe.hpp"
#include "video/plane_painter.hpp"
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
    Report report = painter_->report();
    report.bytes_in = bytes_in_;
    report.bytes_out = bytes_out_;
    report.seconds = static_cast<double>(frames_) / header_.frames_per_second;
    return report;
  }

 private:
  Status start() {
    SIGNMARK_ASSIGN(const std::optional<std::string> line, in_.line(kLongestHeader));
    if (!line) return fail("video.pipe.syntax", "the stream is empty");
    SIGNMARK_ASSIGN(header_, parse_y4m(*line, context_.limits));
    frame_.resize(header_.frame_size());
    PlaneForm form;
    form.shape = {.width = header_.width,
                  .height = header_.height,
                  .bits = header_.depth,
                  .full_range = header_.full_range,
                  .interlaced = header_.interlaced,
                  .high_dynamic_range = false,
                  .seconds = -1};
    form.components = header_.components();
    form.pixel_aspect = header_.pixel_aspect;
    SIGNMARK_ASSIGN(painter_, PlanePainter::make(form, changes_));
    return put(*line);
  }

  /// A header line as it came.
  Status put(std::string line) {
    line += '\n';
    bytes_in_ += line.size();
    bytes_out_ += line.size();
    return write_all(out_, as_bytes(line));
  }

  Result<bool> next_frame() {
    SIGNMARK_ASSIGN(const std::optional<std::string> line, in_.line(kLongestHeader));
    if (!line) return false;
    if (!line->starts_with("FRAME"))
      return fail("video.pipe.syntax", fmt::format("picture {} has no FRAME header", frames_));
    SIGNMARK_ASSIGN(const std::size_t got, in_.read(frame_));
    if (got < frame_.size())
      return fail("video.pipe.syntax", fmt::format("the stream ends within picture {}", frames_));
    SIGNMARK_TRY(change(static_cast<double>(frames_) / header_.frames_per_second));
    SIGNMARK_TRY(put(*line));
    SIGNMARK_TRY(write_all(out_, frame_));
    bytes_in_ += frame_.size();
    bytes_out_ += frame_.size();
    ++frames_;
    SIGNMARK_TRY(context_.report("pictures", frames_, 0));
    return true;
  }

  Status change(double seconds) {
    std::array<MutableLuma, 4> planes;
    std::size_t at = 0;
    for (int plane = 0; plane < header_.planes; ++plane) {
      planes.at(static_cast<std::size_t>(plane)) = {
          frame_.data() + at, std::ptrdiff_t{header_.plane_width(plane)} * header_.sample_bytes()};
      at += header_.plane_size(plane);
    }
    return painter_->change(planes, seconds);
  }

  const Context& context_;
  DescriptorReader in_;
  int out_;
  const Changes& changes_;
  Y4mHeader header_;
  std::optional<PlanePainter> painter_;
  Bytes frame_;
  std::uint64_t frames_ = 0, bytes_in_ = 0, bytes_out_ = 0;
};

}  // namespace

Result<Report> pipe_y4m(const Context& context, int in, int out, const Changes& changes) {
  return PicturePipe(context, in, out, changes).run();
}

}  // namespace signmark::video
