// SPDX-License-Identifier: Apache-2.0
// AAC in ADTS frames: an ID3v2 tag in front holds the record; C2PA has no place for its manifest.
#include <algorithm>

#include "container/timed/mpeg_audio.hpp"

namespace signmark::container {
namespace {

/// Where the frames that follow one another from `at` end.
std::uint64_t behind_frames(ByteView file, std::uint64_t at) {
  while (const std::uint64_t size = adts_frame(file.subspan(at))) {
    if (size > file.size() - at) return at;
    at += size;
  }
  return at;
}

class AacHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::aac,
                                      .name = "AAC",
                                      .mime = "audio/aac",
                                      .extension = "aac",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true,
                                      .sidecar_only = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return frames_begin(file.subspan(behind_id3(file)), adts_frame);
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::aac, file));
    for (const Id3Tag& tag : tags) SIGNMARK_TRY(add_id3(context, tag, inventory));
    const std::uint64_t audio = tags.empty() ? 0 : tags.back().range.end();
    SIGNMARK_ASSIGN(const std::uint64_t end, add_tail(context, file, audio, inventory));
    inventory.sound_tracks = 1;
    const std::uint64_t lost = behind_frames(file, audio);
    if (lost < end && adts_frame(file.subspan(lost)) > end - lost)
      mark_damaged(inventory, format_error(Format::aac, "truncated", "the last frame is cut off",
                                           at_byte(lost))
                                  .value());
    else if (lost < end)
      mark_damaged(inventory, format_error(Format::aac, "syntax",
                                           "no ADTS frame where one should stand", at_byte(lost))
                                  .value());
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const auto tags, read_leading_id3(context.limits, Format::aac, file));
    std::vector<Splice> splices;
    SIGNMARK_TRY(splice_leading_id3(Format::aac, tags, changes, true, splices));
    return splice_plan(file, std::move(splices));
  }
};

}  // namespace

const Handler& aac_handler() {
  static const AacHandler handler;
  return handler;
}

}  // namespace signmark::container
