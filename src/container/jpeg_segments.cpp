// SPDX-License-Identifier: Apache-2.0
// Splits a JPEG file into marker segments and builds segments.
#include "container/jpeg_segments.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace signmark::container {
namespace {

bool is_restart(Byte marker) { return marker >= 0xD0 && marker <= 0xD7; }

/// TEM and RSTn have no length field (T.81 table B.1).
bool stands_alone(Byte marker) { return marker == 0x01 || is_restart(marker); }

/// Position of the FF of the next marker: an FF that is followed by neither a stuffed zero nor
/// another FF. `find` is memchr, so that large pictures are passed at memory speed. npos when there
/// is none.
std::size_t find_marker(std::string_view file, std::size_t from, bool pass_restarts) {
  while (true) {
    const std::size_t hit = file.find('\xFF', from);
    if (hit == std::string_view::npos || hit + 1 >= file.size()) return std::string_view::npos;
    const Byte next = static_cast<Byte>(file[hit + 1]);
    if (next != 0x00 && next != 0xFF && !(pass_restarts && is_restart(next))) return hit;
    from = next == 0xFF ? hit + 1 : hit + 2;
  }
}

/// Any number of FF may precede a marker (T.81 B.1.1.2).
bool is_fill(std::string_view bytes) {
  return bytes.find_first_not_of('\xFF') == std::string_view::npos;
}

class JpegScanner {
 public:
  JpegScanner(const Limits& limits, ByteView file)
      : limits_(limits), text_(as_text(file)), reader_(file, "container.jpeg") {}

  Result<JpegScan> run() {
    SIGNMARK_TRY(walk());
    return std::move(scan_);
  }

 private:
  Status walk();
  bool next_marker();
  Status segment();
  void damage(Error error) { scan_.damage = std::move(error); }

  const Limits& limits_;
  std::string_view text_;
  ByteReader reader_;
  JpegScan scan_;
  std::size_t at_ = 0;  // FF of the current marker
  Byte marker_ = 0;
  bool in_scan_ = false;  // behind an SOS: entropy-coded data comes before the next marker
  bool picture_ = false;  // an SOS was seen
};

/// Moves to the next marker, as libjpeg does: garbage between segments is skipped, but noted.
bool JpegScanner::next_marker() {
  const std::size_t from = reader_.position();
  at_ = find_marker(text_, from, in_scan_);
  if (at_ == std::string_view::npos) {
    damage(reader_.error("truncated", "the end-of-image marker is missing: the file is cut off")
               .value());
    return false;
  }
  if (!in_scan_ && !scan_.oddity && !is_fill(text_.substr(from, at_ - from)))
    scan_.oddity = reader_.error("garbage", "bytes between two segments").value();
  in_scan_ = false;
  marker_ = static_cast<Byte>(text_[at_ + 1]);
  return reader_.seek(at_ + 2).has_value();
}

Status JpegScanner::segment() {
  const auto length = reader_.u16be();
  if (!length || *length < 2) {
    damage(length ? reader_.error("syntax", "a segment length below 2").value() : length.error());
    return {};
  }
  const auto data = reader_.take(*length - 2U);
  if (!data) {
    damage(data.error());
    return {};
  }
  scan_.segments.push_back({marker_, {at_, reader_.position() - at_}, *data});
  in_scan_ = marker_ == jpeg::kSos;
  picture_ = picture_ || in_scan_;
  return check_limit("jpeg", "blocks", scan_.segments.size(), limits_.blocks, at_byte(at_));
}

Status JpegScanner::walk() {
  SIGNMARK_TRY(reader_.skip(2));  // SOI, seen by matches()
  while (!scan_.damage && next_marker()) {
    if (marker_ == jpeg::kEoi) {
      scan_.end = reader_.position();
      if (!picture_)
        damage(reader_.error("syntax", "the image ends before its picture data").value());
      return {};
    }
    if (marker_ == jpeg::kSoi)
      damage(reader_.error("syntax", "a second image begins before the first has ended").value());
    else if (!stands_alone(marker_))
      SIGNMARK_TRY(segment());
  }
  return {};
}

}  // namespace

Result<JpegScan> scan_jpeg(const Limits& limits, ByteView file) {
  return JpegScanner(limits, file).run();
}

Result<Bytes> jpeg_segment(Byte marker, std::string_view prefix, ByteView data) {
  const std::size_t size = prefix.size() + data.size();
  if (size > jpeg::kMaxSegmentData)
    return format_error(Format::jpeg, "limit",
                        fmt::format("{} bytes do not fit into one segment of at most {}", size,
                                    jpeg::kMaxSegmentData),
                        fmt::format("marker FF {:02X}", marker),
                        "shorten the value (padding of an XMP packet may be left out)");
  ByteWriter out;
  out.u8(0xFF).u8(marker).u16be(static_cast<std::uint16_t>(size + 2)).text(prefix).bytes(data);
  return out.take();
}

}  // namespace signmark::container
