// SPDX-License-Identifier: Apache-2.0
// JPEG marker segments (ITU-T T.81, annex B): splitting a file into them, and building one.
#pragma once

#include <optional>

#include "container/handler.hpp"

namespace signmark::container {

namespace jpeg {
inline constexpr Byte kSoi = 0xD8, kEoi = 0xD9, kSos = 0xDA, kDnl = 0xDC, kCom = 0xFE;
inline constexpr Byte kApp0 = 0xE0, kApp1 = 0xE1, kApp2 = 0xE2, kApp9 = 0xE9, kApp11 = 0xEB,
                      kApp14 = 0xEE, kApp15 = 0xEF;
/// A segment's length field counts itself and is 16 bit (B.1.1.4).
inline constexpr std::size_t kMaxSegmentData = 65533;

inline constexpr std::string_view kXmp("http://ns.adobe.com/xap/1.0/\0", 29);
inline constexpr std::string_view kExtendedXmp("http://ns.adobe.com/xmp/extension/\0", 35);
inline constexpr std::string_view kExif("Exif\0", 5);
inline constexpr std::string_view kIcc("ICC_PROFILE\0", 12);
inline constexpr std::string_view kJfif("JFIF\0", 5);
inline constexpr std::string_view kMultiPicture("MPF\0", 4);  // CIPA DC-007
inline constexpr std::string_view kAigc("AIGC");

inline bool is_app(Byte marker) { return marker >= kApp0 && marker <= kApp15; }
}  // namespace jpeg

/// One marker segment; for SOS the header alone. Views live as long as the file.
struct JpegSegment {
  Byte marker = 0;
  Range range;    ///< from the FF of the marker (fill bytes before it are not part) to the end
  ByteView data;  ///< behind the length field

  [[nodiscard]] bool is(Byte wanted, std::string_view prefix) const {
    return marker == wanted && starts_with(data, prefix);
  }
};

struct JpegScan {
  std::vector<JpegSegment> segments;
  std::uint64_t end = 0;        ///< behind EOI
  std::optional<Error> damage;  ///< why the scan stopped before EOI
  std::optional<Error> oddity;  ///< the first of the bytes that a decoder skips, too
};

/// Walks the whole file including entropy-coded data. Errors: `container.jpeg.limit` above
/// limits.blocks segments.
Result<JpegScan> scan_jpeg(const Limits& limits, ByteView file);

/// A whole segment. Errors: `container.jpeg.limit` when it does not fit into 65533 bytes.
Result<Bytes> jpeg_segment(Byte marker, std::string_view prefix, ByteView data);

}  // namespace signmark::container
