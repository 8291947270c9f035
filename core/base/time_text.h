// Instants and dates as text: RFC 3339 in UTC, and YYYY-MM-DD.  Everything is computed by <chrono>'s calendar, so that no
// zone of the machine takes part.  Instants are milliseconds since the epoch, dates are days since it.  Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cvg {

constexpr std::int64_t day_ms = 86'400'000;

// "2026-05-01T12:30:00Z", with ".123" before the Z when the milliseconds are not zero.
std::string format_time(std::int64_t ms);
// RFC 3339 with any number of fraction digits (cut to ms) and any offset; a leap second is the next second's beginning.
std::optional<std::int64_t> parse_time(std::string_view text);

std::string format_date(std::int64_t days);  // "2026-05-01"
std::optional<std::int64_t> parse_date(std::string_view text);  // exactly YYYY-MM-DD and a day that exists
inline bool is_date(std::string_view text) { return parse_date(text).has_value(); }
std::int64_t date_of(std::int64_t ms);  // the UTC day of an instant
inline std::int64_t midnight_ms(std::int64_t days) { return days * day_ms; }
std::string format_date_of(std::int64_t ms);
// date + days as text; date must be valid.
std::string add_days(std::string_view date, std::int64_t days);
// The first day of the month of a day, moved by so many months.
std::int64_t month_begin(std::int64_t days, int months_later = 0);

}  // namespace cvg
