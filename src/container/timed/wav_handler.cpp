// SPDX-License-Identifier: Apache-2.0
// WAV, RF64 and BW64: record and manifest are chunks behind the sound.
#include <algorithm>

#include "container/timed/riff_media.hpp"

namespace signmark::container {
namespace {

const RiffChunk* find_chunk(const RiffScan& scan, std::string_view id) {
  const auto found = std::find_if(scan.chunks.begin(), scan.chunks.end(),
                                  [&](const RiffChunk& chunk) { return chunk.id == id; });
  return found == scan.chunks.end() ? nullptr : &*found;
}

class WavHandler final : public Handler {
 public:
  const FormatInfo& info() const override {
    static constexpr FormatInfo kInfo{.format = Format::wav,
                                      .name = "WAV",
                                      .mime = "audio/wav",
                                      .extension = "wav",
                                      .writes_metadata = true,
                                      .timed = true,
                                      .native_aigc = true};
    return kInfo;
  }
  bool matches(ByteView file) const override {
    return file.size() >= kRiffHeader && starts_with(file.subspan(8), "WAVE") &&
           (starts_with(file, "RIFF") || starts_with(file, "RF64") || starts_with(file, "BW64"));
  }
  Status inspect(const Context& context, ByteView file, Inventory& inventory) const override {
    SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::wav, file));
    SIGNMARK_TRY(add_riff_media(context, file, scan, inventory));
    const bool sound = find_chunk(scan, "fmt ") != nullptr && find_chunk(scan, "data") != nullptr;
    inventory.sound_tracks = sound ? 1 : 0;
    if (!sound && inventory.complete)
      mark_damaged(inventory, format_error(Format::wav, "syntax", "the file holds no sound",
                                           at_byte(kRiffHeader))
                                  .value());
    if (scan.oddity) note_problem(inventory, *scan.oddity);
    if (scan.end < file.size()) inventory.trailing = {scan.end, file.size() - scan.end};
    return {};
  }
  Result<Plan> plan(const Context& context, ByteView file, const Inventory& inventory,
                    const Edits& edits) const override {
    SIGNMARK_ASSIGN(const Changes changes, changes_of(inventory, edits, context.limits));
    SIGNMARK_ASSIGN(const RiffScan scan, scan_riff(context.limits, Format::wav, file));
    std::vector<Splice> splices;
    const RiffTask task{context.limits, Format::wav, file, scan, changes};
    SIGNMARK_TRY(splice_riff_carriers(task, nullptr, splices));
    pad_riff_end(scan, splices);
    if (changes.record != nullptr) {
      SIGNMARK_ASSIGN(Bytes chunk, riff_chunk(Format::wav, "AIGC", *changes.record));
      splices.push_back({{scan.end, 0}, std::move(chunk)});
    }
    SIGNMARK_TRY(append_manifest(task, splices));
    SIGNMARK_TRY(fix_riff_size(Format::wav, scan, splices));
    if (scan.streamed) state_size(*find_chunk(scan, "data"), splices);
    return splice_plan(file, std::move(splices));
  }

 private:
  /// The sound of a stream has no size of its own, so that nothing could follow it.
  static void state_size(const RiffChunk& data, std::vector<Splice>& splices) {
    ByteWriter size;
    size.u32le(static_cast<std::uint32_t>(data.data.size()));
    splices.push_back({{data.range.offset + 4, 4}, size.take()});
  }
};

}  // namespace

const Handler& wav_handler() {
  static const WavHandler handler;
  return handler;
}

}  // namespace signmark::container
