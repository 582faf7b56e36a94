// SPDX-License-Identifier: Apache-2.0
// MP3: an ID3v2 tag in front holds record (TXXX) and manifest (GEOB); the frames only follow.
#include <fmt/format.h>

#include <algorithm>

#include "container/timed/mpeg_audio.hpp"

namespace signmark::container {
namespace {

/// How far behind the tags the first frame is looked for: some writers leave zeros there.
constexpr std::uint64_t kSearch = 64 << 10;

/// Where the first two frames follow one another; the end of `rest` when nowhere.
std::uint64_t first_frame(ByteView rest) {
  for (std::uint64_t at = 0; at < std::min<std::uint64_t>(rest.size(), kSearch); ++at)
    if (frames_begin(rest.subspan(at), mp3_frame)) return at;
  return rest.size();
}

/// The number of bytes that a Xing or Info header states; 0 when there is none.
std::uint64_t stated_size(ByteView audio) {
  constexpr std::uint32_t kHasFrames = 1, kHasBytes = 2;
  if (audio.size() < 4) return 0;
  const bool one = (audio[1] & 0x08) != 0, mono = (audio[3] & 0xC0) == 0xC0;
  const std::uint64_t side_info = one ? (mono ? 17 : 32) : (mono ? 9 : 17);
  ByteReader reader(audio, "container.mp3");
  if (!reader.skip(4 + side_info) || !(reader.next_is("Xing") || reader.next_is("Info"))) return 0;
  if (!reader.skip(4)) return 0;
  const std::uint32_t flags = reader.u32be().value_or(0);
  if ((flags & kHasFrames) != 0 && !reader.skip(4)) return 0;
  return (flags & kHasBytes) != 0 ? reader.u32be().value_or(0) : 0;
}

class Mp3Handler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::mp3,
                                      .name = "MP3",
                                      .mime = "audio/mpeg",
                                      .extension = "mp3",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    const std::uint64_t tags = behind_id3(file);
    const ByteView rest = file.subspan(tags);
    if (tags == 0) return frames_begin(file, mp3_frame);
    return rest.size() < 4 || first_frame(rest) < rest.size();
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::mp3, file));
    for (const Id3Tag& tag : tags) SIGNMARK_TRY(add_id3(context, tag, inventory));
    const std::uint64_t behind = tags.empty() ? 0 : tags.back().range.end();
    const std::uint64_t audio = behind + first_frame(file.subspan(behind));
    SIGNMARK_ASSIGN(const std::uint64_t end, add_tail(context, file, behind, inventory));
    inventory.sound_tracks = 1;
    if (audio >= end || mp3_frame(file.subspan(audio)) > end - audio) {
      mark_damaged(inventory, format_error(Format::mp3, "truncated",
                                           "there is no whole audio frame", at_byte(behind))
                                  .value());
    } else if (const std::uint64_t stated = stated_size(file.subspan(audio));
               stated > file.size() - audio) {
      mark_damaged(inventory, format_error(Format::mp3, "truncated",
                                           fmt::format("the audio has {} bytes, its header says {}",
                                                       file.size() - audio, stated),
                                           at_byte(audio))
                                  .value());
    }
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::mp3, file));
    std::vector<Splice> splices;
    SIGNMARK_TRY(splice_leading_id3(Format::mp3, tags, changes, true, splices));
    return splice_plan(file, std::move(splices));
  }
};

}  // namespace

const Handler& mp3_handler() {
  static const Mp3Handler handler;
  return handler;
}

}  // namespace signmark::container
