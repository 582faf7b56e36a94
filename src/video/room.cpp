// SPDX-License-Identifier: Apache-2.0
// The video room itself: keeps every exception inside, and libav off the terminal.
#include "video/room.hpp"

#include "video/av.hpp"
#include "video/change.hpp"
#include "video/guard.hpp"
#include "video/pipe.hpp"
#include "video/prints.hpp"
#include "video/streams.hpp"

namespace signmark::video {
namespace {

void log_nothing(void* /*object*/, int /*level*/, const char* /*format*/, va_list /*values*/) {}

/// Before the first call of libav: its log belongs to the whole process, so a host that only hands
/// pictures over, and may use libav itself, keeps it.
void quiet_libav() {
  static const bool quiet = [] {
    av_log_set_callback(log_nothing);
    return true;
  }();
  static_cast<void>(quiet);
}

/// A call that uses libav.
template <class Work>
auto with_libav(Work&& work) -> decltype(work()) {
  quiet_libav();
  return without_exceptions(work);
}

class Room final : public VideoRoom {
 public:
  [[nodiscard]] Result<Report> change(const Context& context, ByteView file,
                                      std::string_view format_mime, const Changes& changes,
                                      const EncodeOptions& options,
                                      const std::filesystem::path& out) const override {
    return with_libav(
        [&] { return change_file(context, file, format_mime, changes, options, out); });
  }

  [[nodiscard]] Result<Finding> find(const Context& context, ByteView file,
                                     std::string_view format_mime,
                                     const Lookup& lookup) const override {
    return with_libav([&] { return find_marks(context, file, format_mime, lookup); });
  }

  [[nodiscard]] Result<std::vector<Print>> prints(const Context& context, ByteView file,
                                                  std::string_view format_mime,
                                                  PrintUse use) const override {
    return with_libav([&] { return prints_of(context, file, format_mime, use); });
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

  [[nodiscard]] Result<std::unique_ptr<PictureStream>> open_pictures(
      const FilmForm& form, const Changes& changes) const override {
    return without_exceptions([&]() -> Result<std::unique_ptr<PictureStream>> {
      SIGNMARK_TRY(check_changes(changes, true, false));
      return make_picture_stream(form, changes);
    });
  }

  [[nodiscard]] Result<std::unique_ptr<PictureLook>> open_picture_look(
      const FilmForm& form, const Lookup& lookup) const override {
    return without_exceptions([&] { return make_picture_look(form, lookup); });
  }

  [[nodiscard]] Result<std::unique_ptr<SoundStream>> open_sound(const Context& context,
                                                                const audio::Shape& shape,
                                                                const Changes& changes,
                                                                double seconds) const override {
    return without_exceptions([&]() -> Result<std::unique_ptr<SoundStream>> {
      SIGNMARK_TRY(check_changes(changes, false, true));
      return make_sound_stream(context, shape, changes, seconds);
    });
  }

  [[nodiscard]] Result<std::unique_ptr<SoundLook>> open_sound_look(
      const audio::Shape& shape, const Lookup& lookup) const override {
    return without_exceptions([&] { return make_sound_look(shape, lookup); });
  }
};

}  // namespace

const VideoRoom* video_room() {
  static const Room room;
  return &room;
}

}  // namespace signmark::video
