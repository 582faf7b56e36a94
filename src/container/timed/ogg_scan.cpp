// SPDX-License-Identifier: Apache-2.0
// Goes over the pages of an Ogg file and keeps the headers of its streams.
#include "container/timed/ogg_scan.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace signmark::container {
namespace {

constexpr std::string_view kManifest("\0c2pa", 5);

constexpr std::array<OggCodec, 5> kCodecs = {{
    {std::string_view("\x01vorbis"), std::string_view("\x03vorbis"), 7, true, "Vorbis"},
    {"OpusHead", "OpusTags", 8, true, "Opus"},
    {std::string_view("\x7F"
                      "FLAC"),
     "", 4, true, "FLAC"},
    {std::string_view("\x80theora"), std::string_view("\x81theora"), 7, false, "Theora"},
    {"Speex   ", "", 0, true, "Speex"},
}};

const OggCodec* codec_of(ByteView packet) {
  const auto found = std::find_if(kCodecs.begin(), kCodecs.end(), [&](const OggCodec& codec) {
    return starts_with(packet, codec.first);
  });
  return found == kCodecs.end() ? nullptr : &*found;
}

class Scanner {
 public:
  Scanner(const Limits& limits, ByteView file, std::uint64_t enough)
      : limits_(limits), file_(file), enough_(enough) {}

  Result<OggScan> scan() {
    while (scan_.end < file_.size()) {
      if (scan_.end >= enough_ && headers_over_ && open_ == 0) return std::move(scan_);
      const auto page = read_ogg_page(file_, scan_.end);
      if (!page) {
        // Behind the last page of a stream may stand something foreign.
        if (page.error().code == "container.ogg.truncated" || !scan_.ended)
          scan_.damage = page.error();
        return std::move(scan_);
      }
      SIGNMARK_TRY(add(*page));
      scan_.end = page->range.end();
      scan_.ended = (page->flags & ogg::kLast) != 0;
    }
    if (!scan_.ended)
      scan_.damage = format_error(Format::ogg, "truncated", "the last page does not end a stream",
                                  at_byte(scan_.end))
                         .value();
    return std::move(scan_);
  }

 private:
  Status add(const OggPage& page) {
    if (page.first()) return add_stream(page);
    headers_over_ = true;
    const auto found = link_.find(page.serial);
    if (found == link_.end()) return {};
    OggStream& stream = scan_.streams[found->second];
    if (stream.manifest || (stream.codec != nullptr && !stream.whole)) return collect(stream, page);
    return {};
  }

  /// A first page behind other pages begins a new link of the chain.
  Status add_stream(const OggPage& page) {
    if (headers_over_) link_.clear();
    headers_over_ = false;
    OggStream stream;
    stream.serial = page.serial;
    stream.first = page;
    stream.codec = codec_of(page.body);
    stream.manifest = starts_with(page.body, kManifest);
    link_[page.serial] = scan_.streams.size();
    open_ += stream.codec == nullptr ? 0 : 1;
    scan_.streams.push_back(std::move(stream));
    if (!scan_.streams.back().manifest) scan_.serials.insert(page.serial);
    if (scan_.behind_first == page.range.offset) scan_.behind_first = page.range.end();
    SIGNMARK_TRY(check_limit("ogg", "blocks", scan_.streams.size(), limits_.blocks,
                             at_byte(page.range.offset)));
    return scan_.streams.back().manifest ? collect(scan_.streams.back(), page) : Status();
  }

  Status collect(OggStream& stream, const OggPage& page) {
    stream.pages.push_back(page);
    SIGNMARK_TRY(check_limit("ogg", "blocks", stream.pages.size(), limits_.blocks,
                             at_byte(page.range.offset)));
    if (stream.manifest && stream.whole) return {};
    stream.packets.insert(stream.packets.end(), page.body.begin(), page.body.end());
    SIGNMARK_TRY(check_limit("ogg", "manifest-store", stream.packets.size(), limits_.manifest_store,
                             at_byte(page.range.offset)));
    if (!stream.packet_size) measure(stream, page);
    const bool page_ends = !page.lacing.empty() && page.lacing.back() < 255;
    stream.whole = stream.packet_size && page_ends;
    if (stream.whole && !stream.manifest) --open_;
    return {};
  }

  /// Whether the first packet ends on this page, and how long it then is.
  static void measure(OggStream& stream, const OggPage& page) {
    const auto end =
        std::find_if(page.lacing.begin(), page.lacing.end(), [](Byte size) { return size < 255; });
    if (end == page.lacing.end()) return;
    std::uint64_t size = stream.packets.size() - page.body.size();
    for (auto it = page.lacing.begin(); it <= end; ++it) size += *it;
    stream.packet_size = size;
  }

  const Limits& limits_;
  ByteView file_;
  std::uint64_t enough_;
  std::size_t open_ = 0;  ///< streams whose headers have not ended
  OggScan scan_;
  std::map<std::uint32_t, std::size_t> link_;  ///< streams of the present link by serial number
  bool headers_over_ = false;
};

}  // namespace

PlaceOf OggStream::place_of() const {
  std::map<std::uint64_t, std::uint64_t> starts;  // of the pages' bodies: packet to file
  std::uint64_t at = 0;
  for (const OggPage& page : pages) {
    starts[at] = page.range.end() - page.body.size();
    at += page.body.size();
  }
  const std::uint64_t prefix = codec == nullptr ? 0 : codec->prefix;
  return [starts = std::move(starts), prefix](Range within) {
    const auto position = [&](std::uint64_t offset) {
      const auto page = std::prev(starts.upper_bound(offset));
      return page->second + (offset - page->first);
    };
    const std::uint64_t start = position(within.offset + prefix);
    return Range{start, position(within.end() + prefix - 1) + 1 - start};
  };
}

bool is_ogg(ByteView file) {
  constexpr int kLooked = 16;
  std::uint64_t at = 0;
  for (int i = 0; i < kLooked && at < file.size(); ++i) {
    const auto page = read_ogg_page(file, at);
    if (!page || !page->first()) return false;
    if (codec_of(page->body) != nullptr) return true;
    at = page->range.end();
  }
  return false;
}

Result<OggScan> scan_ogg(const Limits& limits, ByteView file, std::uint64_t enough) {
  return Scanner(limits, file, enough).scan();
}

Result<VorbisComment> comment_of(const Limits& limits, const OggStream& stream) {
  const std::uint64_t offset = stream.first.range.offset;
  const ByteView packet = ByteView(stream.packets).first(stream.packet_size.value_or(0));
  const bool flac = stream.codec->name == "FLAC";
  if (!stream.whole || (stream.pages.front().flags & ogg::kContinued) != 0)
    return format_error(Format::ogg, "truncated", "a stream has no comment header",
                        at_byte(offset));
  if (!starts_with(packet, stream.codec->comment) || packet.size() < stream.codec->prefix ||
      (flac && (packet[0] & 0x7F) != 4))
    return format_error(Format::ogg, "syntax", "a stream has no comment header", at_byte(offset));
  return read_comment(limits, Format::ogg, packet.subspan(stream.codec->prefix), offset);
}

}  // namespace signmark::container
