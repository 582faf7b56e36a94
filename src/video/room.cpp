// SPDX-License-Identifier: Apache-2.0
// The video room itself: keeps every exception inside, and libav off the terminal.
#include "video/room.hpp"

#include <fmt/format.h>

#include <exception>
#include <new>

#include "video/av.hpp"
#include "video/change.hpp"
#include "video/pipe.hpp"
#include "video/prints.hpp"

namespace signmark::video {
namespace {

/// Runs `work` and turns what may be thrown below (memory) into an Error.
template <class Work>
auto without_exceptions(Work&& work) -> decltype(work()) {
  try {
    return work();
  } catch (const std::bad_alloc&) {
    return fail("video.memory", "not enough memory for the film", {},
                "use a smaller film or a machine with more memory");
  } catch (const std::exception& problem) {
    return fail("video.internal", fmt::format("internal error: {}", problem.what()));
  }
}

class Room final : public VideoRoom {
 public:
  [[nodiscard]] Result<Report> change(const Context& context, ByteView file,
                                      std::string_view format_mime, const Changes& changes,
                                      const EncodeOptions& options,
                                      const std::filesystem::path& out) const override {
    return without_exceptions(
        [&] { return change_file(context, file, format_mime, changes, options, out); });
  }

  [[nodiscard]] Result<Finding> find(const Context& context, ByteView file,
                                     std::string_view format_mime,
                                     const Lookup& lookup) const override {
    return without_exceptions([&] { return find_marks(context, file, format_mime, lookup); });
  }

  [[nodiscard]] Result<std::vector<Print>> prints(const Context& context, ByteView file,
                                                  std::string_view format_mime,
                                                  PrintUse use) const override {
    return without_exceptions([&] { return prints_of(context, file, format_mime, use); });
  }

  [[nodiscard]] Result<Report> pipe_pictures(const Context& context, int in, int out,
                                             const Changes& changes) const override {
    return without_exceptions([&]() -> Result<Report> {
      SIGNMARK_TRY(check_changes(changes, true, false));
      return pipe_y4m(context, in, out, changes);
    });
  }

  [[nodiscard]] Result<Report> pipe_sound(const Context& context, int in, int out,
                                          const PcmShape& shape,
                                          const Changes& changes) const override {
    return without_exceptions([&] { return pipe_pcm(context, in, out, shape, changes); });
  }
};

void log_nothing(void* /*object*/, int /*level*/, const char* /*format*/, va_list /*values*/) {}

}  // namespace

const VideoRoom* video_room() {
  static const Room room;
  static const bool quiet = [] {
    av_log_set_callback(log_nothing);
    return true;
  }();
  static_cast<void>(quiet);
  return &room;
}

}  // namespace signmark::video
