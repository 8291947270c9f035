#include "core/base/time_text.h"

#include <chrono>

#include "core/base/text.h"

namespace cvg {
namespace {

using std::chrono::day;
using std::chrono::days;
using std::chrono::month;
using std::chrono::months;
using std::chrono::sys_days;
using std::chrono::year;
using std::chrono::year_month_day;

std::int64_t floor_div(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

year_month_day calendar(std::int64_t since_epoch) {
  return year_month_day(sys_days(days(since_epoch)));
}

// Reads exactly count digits at the front of text and takes them off.
bool take_digits(std::string_view& text, std::size_t count, int& out) {
  if (text.size() < count) return false;
  out = 0;
  for (std::size_t i = 0; i < count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    out = out * 10 + (text[i] - '0');
  }
  text.remove_prefix(count);
  return true;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

bool take_date(std::string_view& text, std::int64_t& out) {
  int y = 0, m = 0, d = 0;
  if (!take_digits(text, 4, y) || !take(text, '-') || !take_digits(text, 2, m) || !take(text, '-') ||
      !take_digits(text, 2, d))
    return false;
  const year_month_day ymd{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
  if (!ymd.ok()) return false;
  out = sys_days(ymd).time_since_epoch().count();
  return true;
}

bool take_fraction(std::string_view& text, int& ms) {
  ms = 0;
  if (!take(text, '.')) return true;
  int digits = 0;
  for (; !text.empty() && text.front() >= '0' && text.front() <= '9'; text.remove_prefix(1), ++digits)
    if (digits < 3) ms = ms * 10 + (text.front() - '0');
  for (int i = digits; i < 3; ++i) ms *= 10;
  return digits > 0;
}

bool take_offset(std::string_view& text, std::int64_t& minutes) {
  minutes = 0;
  if (take(text, 'Z') || take(text, 'z')) return true;
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, '+') && !take(text, '-')) return false;
  int hour = 0, minute = 0;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute)) return false;
  if (hour > 23 || minute > 59) return false;
  minutes = (west ? -1 : 1) * (hour * 60 + minute);
  return true;
}

}  // namespace

std::int64_t date_of(std::int64_t ms) { return floor_div(ms, day_ms); }

std::string format_date(std::int64_t since_epoch) {
  const year_month_day ymd = calendar(since_epoch);
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(ymd.year()), static_cast<unsigned>(ymd.month()),
                     static_cast<unsigned>(ymd.day()));
}

std::string format_date_of(std::int64_t ms) { return format_date(date_of(ms)); }

std::string format_time(std::int64_t ms) {
  const std::int64_t date = date_of(ms);
  const std::int64_t of_day = ms - midnight_ms(date);
  const std::int64_t second = of_day / 1000;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", format_date(date), second / 3600, second / 60 % 60, second % 60);
  if (of_day % 1000 != 0) text += fmt::format(".{:03}", of_day % 1000);
  text.push_back('Z');
  return text;
}

std::optional<std::int64_t> parse_date(std::string_view text) {
  std::int64_t date = 0;
  if (!take_date(text, date) || !text.empty()) return std::nullopt;
  return date;
}

std::optional<std::int64_t> parse_time(std::string_view text) {
  std::int64_t date = 0, offset_minutes = 0;
  int hour = 0, minute = 0, second = 0, ms = 0;
  if (!take_date(text, date)) return std::nullopt;
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return std::nullopt;
  if (!take_digits(text, 2, hour) || !take(text, ':') || !take_digits(text, 2, minute) || !take(text, ':') ||
      !take_digits(text, 2, second))
    return std::nullopt;
  if (hour > 23 || minute > 59 || second > 60) return std::nullopt;
  if (!take_fraction(text, ms) || !take_offset(text, offset_minutes) || !text.empty()) return std::nullopt;
  if (second == 60) ms = 0;
  return midnight_ms(date) + ((hour * 60 + minute - offset_minutes) * 60 + second) * 1000 + ms;
}

std::string add_days(std::string_view date, std::int64_t more) {
  return format_date(parse_date(date).value_or(0) + more);
}

std::int64_t month_begin(std::int64_t since_epoch, int months_later) {
  const year_month_day ymd = calendar(since_epoch);
  const auto moved = ymd.year() / ymd.month() / day(1) + months(months_later);
  return sys_days(moved).time_since_epoch().count();
}

}  // namespace cvg
