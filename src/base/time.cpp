// SPDX-License-Identifier: Apache-2.0
// Calendar conversion by the days-from-civil method (proleptic Gregorian), no locale, no time zone.
#include "base/time.hpp"

#include <fmt/format.h>

#include <charconv>
#include <chrono>

namespace signmark {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

/// A number of exactly `width` digits at `pos`.
std::optional<int> digits(std::string_view text, std::size_t pos, std::size_t width) {
  if (pos + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = pos; i < pos + width; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

/// Seconds east of UTC of "Z", "+08:00"; nothing when malformed.
std::optional<int> zone(std::string_view text) {
  if (text == "Z" || text == "z") return 0;
  if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
  const auto h = digits(text, 1, 2);
  const auto m = digits(text, 4, 2);
  if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
  return (text[0] == '-' ? -1 : 1) * (*h * 3600 + *m * 60);
}

}  // namespace

CivilTime civil_from_unix(UnixTime t) {
  const std::int64_t day_number = t >= 0 ? t / 86400 : -((-t + 86399) / 86400);
  const auto rest = static_cast<int>(t - day_number * 86400);
  const year_month_day ymd{sys_days{days{day_number}}};
  return {static_cast<int>(ymd.year()),
          static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day())),
          rest / 3600,
          rest / 60 % 60,
          rest % 60};
}

UnixTime unix_from_civil(const CivilTime& c) {
  const sys_days d = year_month_day{year{c.year}, month{static_cast<unsigned>(c.month)},
                                    day{static_cast<unsigned>(c.day)}};
  return static_cast<UnixTime>(d.time_since_epoch().count()) * 86400 + UnixTime{3600} * c.hour +
         UnixTime{60} * c.minute + c.second;
}

std::string rfc3339(UnixTime t) {
  const CivilTime c = civil_from_unix(t);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", c.year, c.month, c.day, c.hour,
                     c.minute, c.second);
}

std::string date_text(UnixTime t) { return rfc3339(t).substr(0, 10); }

Result<UnixTime> parse_rfc3339(std::string_view text) {
  const auto bad = [&] {
    return fail("base.time", fmt::format("\"{}\" is not an RFC 3339 time", text), {},
                "write it like 2026-11-22T11:53:00Z");
  };
  const auto y = digits(text, 0, 4), mo = digits(text, 5, 2), d = digits(text, 8, 2),
             h = digits(text, 11, 2), mi = digits(text, 14, 2), s = digits(text, 17, 2);
  if (!y || !mo || !d || !h || !mi || !s || text[4] != '-' || text[7] != '-' ||
      (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
    return bad();
  const year_month_day ymd{year{*y}, month{static_cast<unsigned>(*mo)},
                           day{static_cast<unsigned>(*d)}};
  if (!ymd.ok() || *h > 23 || *mi > 59 || *s > 60) return bad();
  std::string_view tail = text.substr(19);
  if (!tail.empty() && tail[0] == '.') {
    const std::size_t stop = tail.find_first_not_of("0123456789", 1);
    if (stop == 1 || stop == std::string_view::npos) return bad();
    tail = tail.substr(stop);
  }
  const auto offset = zone(tail);
  if (!offset) return bad();
  return unix_from_civil({*y, *mo, *d, *h, *mi, *s}) - *offset;
}

Result<std::int64_t> parse_duration(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  std::int64_t factor = 0;
  if (unit == "s") factor = 1;
  if (unit == "m") factor = 60;
  if (unit == "h") factor = 3600;
  if (unit == "d") factor = 86400;
  if (unit == "y") factor = 31'557'600;  // 365.25 days
  if (code != std::errc{} || factor == 0 || value < 0 || value > 100'000'000)
    return fail("base.duration", fmt::format("\"{}\" is not a duration", text), {},
                "write a number and a unit: 24h, 90d, 5y");
  return value * factor;
}

}  // namespace signmark
