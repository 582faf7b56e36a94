// SPDX-License-Identifier: Apache-2.0
// RFC 3339 and calendar conversion, UTC only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace signmark {

struct CivilTime {
  int year = 1970, month = 1, day = 1, hour = 0, minute = 0, second = 0;
};

CivilTime civil_from_unix(UnixTime t);
UnixTime unix_from_civil(const CivilTime& c);
/// "2026-11-22T11:53:00Z".
std::string rfc3339(UnixTime t);
/// "2026-11-22".
std::string date_text(UnixTime t);
/// Accepts a zone offset and fractions of a second (dropped). Errors: `base.time`.
Result<UnixTime> parse_rfc3339(std::string_view text);
/// "90d", "24h", "5y" (365.25 days), "30m", "10s" to seconds. Errors: `base.duration`.
Result<std::int64_t> parse_duration(std::string_view text);

}  // namespace signmark
