// SPDX-License-Identifier: Apache-2.0
// Raw streams from descriptor to descriptor.
#include <fcntl.h>
#include <unistd.h>

#include "unit/video/clips.hpp"
#include "video/room.hpp"

namespace signmark::video::test {
namespace {

using signmark::test::code_of;
using signmark::test::ScratchDir;
using signmark::test::slurp;
using signmark::test::test_context;

/// Sends a stream through; files stand for pipes.
class Stream {
 public:
  Stream(const ScratchDir& folder, ByteView input) : out_(folder / "out") {
    const auto in = folder / "in";
    std::filesystem::remove(in);
    REQUIRE_OK(write_file(in, input));
    in_fd = ::open(in.c_str(), O_RDONLY | O_CLOEXEC);
    out_fd = ::open(out_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() {
    ::close(in_fd);
    ::close(out_fd);
  }
  [[nodiscard]] Bytes output() const { return slurp(out_); }
  int in_fd = -1, out_fd = -1;

 private:
  std::filesystem::path out_;
};

Bytes y4m(const std::string& header, std::size_t frame_bytes, int frames) {
  Bytes stream;
  const auto add = [&](const std::string& text) {
    stream.insert(stream.end(), text.begin(), text.end());
  };
  add(header + "\n");
  for (int i = 0; i < frames; ++i) {
    add("FRAME Xown=" + std::to_string(i) + "\n");
    for (std::size_t b = 0; b < frame_bytes; ++b)
      stream.push_back(b % 2 == 1 && header.find("p10") != std::string::npos
                           ? Byte{1}
                           : static_cast<Byte>(100 + b % 7));
  }
  return stream;
}

TEST_CASE("y4m is labelled, and its headers stay", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.label = &wishes.label;
  changes.label_time.seconds = 2;
  struct Case {
    const char* colour;
    std::size_t bytes;
  };
  constexpr std::size_t kPixels = 128 * 96;
  for (const Case& c : {Case{"C420jpeg", kPixels * 3 / 2}, Case{"C422p10", kPixels * 4},
                        Case{"C444", kPixels * 3}, Case{"Cmono", kPixels}}) {
    INFO(c.colour);
    const std::string header = std::string("YUV4MPEG2 W128 H96 F2:1 Ip A1:1 ") + c.colour;
    const Bytes input = y4m(header, c.bytes, 6);
    const Stream stream(folder, input);
    const auto report =
        video_room()->pipe_pictures(test_context(), stream.in_fd, stream.out_fd, changes);
    REQUIRE_OK(report);
    CHECK(report->seconds == Approx(3));
    CHECK(report->bytes_out == input.size());
    const Bytes output = stream.output();
    REQUIRE(output.size() == input.size());
    const auto frame = static_cast<std::ptrdiff_t>((input.size() - header.size() - 1) / 6);
    const auto start = static_cast<std::ptrdiff_t>(header.size()) + 1;
    const auto same = [&](int i) {
      return std::equal(input.begin() + start + i * frame, input.begin() + start + (i + 1) * frame,
                        output.begin() + start + i * frame);
    };
    CHECK(std::equal(input.begin(), input.begin() + start + 13, output.begin()));
    CHECK(!same(0));
    CHECK(!same(3));
    CHECK(same(4));  // 2 s
  }
}

TEST_CASE("Broken raw streams are told", "[video]") {
  const ScratchDir folder;
  const Changes nothing;
  Bytes input = y4m("YUV4MPEG2 W16 H16", 384, 2);
  SECTION("cut off") { input.pop_back(); }
  SECTION("no frame header") { input[19] = 'X'; }
  SECTION("empty") { input.clear(); }
  const Stream stream(folder, input);
  CHECK(code_of(video_room()->pipe_pictures(test_context(), stream.in_fd, stream.out_fd,
                                            nothing)) == "video.pipe.syntax");
}

TEST_CASE("PCM passes with a notice at its start", "[video]") {
  const ScratchDir folder;
  const Wishes wishes;
  Changes changes;
  changes.notice = &wishes.notice;
  for (const bool floating : {false, true}) {
    const std::size_t size = 44'100 * 3 * 2 * (floating ? 4 : 2);
    const Bytes input(size, 0);
    const Stream stream(folder, input);
    const auto report = video_room()->pipe_sound(test_context(), stream.in_fd, stream.out_fd,
                                                 {44'100, 2, floating}, changes);
    REQUIRE_OK(report);
    CHECK(report->seconds == Approx(3));
    const Bytes output = stream.output();
    REQUIRE(output.size() == size);
    const auto half = static_cast<std::ptrdiff_t>(size / 2);
    CHECK(std::any_of(output.begin(), output.begin() + half, [](Byte b) { return b != 0; }));
    CHECK(std::all_of(output.begin() + half, output.end(), [](Byte b) { return b == 0; }));
  }
  const Stream broken(folder, Bytes(7, 0));
  CHECK(code_of(video_room()->pipe_sound(test_context(), broken.in_fd, broken.out_fd, {},
                                         changes)) == "video.pipe.syntax");
}

}  // namespace
}  // namespace signmark::video::test
