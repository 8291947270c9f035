// calendar.hpp: the days and months that names of delivered objects carry, and instants as sortable text.  All UTC, no
// use of the process's time zone.  Header-only, C++11, pure functions.
#ifndef CONVERGENCE_CALENDAR_HPP
#define CONVERGENCE_CALENDAR_HPP

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace convergence {

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline bool all_digits(const std::string &s) {
  for (std::size_t i = 0; i < s.size(); ++i)
    if (!is_digit(s[i])) return false;
  return !s.empty();
}

inline int days_in_month(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : days[month - 1];
}
// "2025-11-15" or "2025-11" from digits "20251115" or "202511"; empty when they name no day or month of 1990 to 2099.
inline std::string calendar_text(const std::string &digits) {
  if ((digits.size() != 8 && digits.size() != 6) || !all_digits(digits)) return std::string();
  const int year = std::stoi(digits.substr(0, 4)), month = std::stoi(digits.substr(4, 2));
  if (year < 1990 || year > 2099 || month < 1 || month > 12) return std::string();
  const std::string text = digits.substr(0, 4) + "-" + digits.substr(4, 2);
  if (digits.size() == 6) return text;
  const int day = std::stoi(digits.substr(6, 2));
  if (day < 1 || day > days_in_month(year, month)) return std::string();
  return text + "-" + digits.substr(6, 2);
}

// The day or month at the beginning of a text such as "2025-11-15", "2025-11", "20251115T000000.000Z" or
// "2025-11-01T00:00:00Z": "2025-11-15" or "2025-11"; empty when there is none.
inline std::string leading_date(const std::string &s) {
  std::string digits;
  std::size_t i = 0;
  for (; i < s.size() && digits.size() < 8; ++i) {
    if (is_digit(s[i])) { digits += s[i]; continue; }
    if (s[i] == '-' && (digits.size() == 4 || digits.size() == 6)) continue;
    break;
  }
  if (i < s.size() && is_digit(s[i])) return std::string();
  return calendar_text(digits);
}
inline std::string month_of(const std::string &date) { return date.substr(0, 7); }

// The month of a period folder "20180801-20180901" (AWS, end exclusive) or "20230101-20230131" (Azure, end inclusive);
// empty when the text is no such folder.
inline std::string month_of_range(const std::string &part) {
  if (part.size() != 17 || part[8] != '-' || calendar_text(part.substr(9)).empty()) return std::string();
  return month_of(calendar_text(part.substr(0, 8)));
}

// Every day that the text names, in its order and once each: 2025-11-15, 20251115, 2025/11/15, y=2025/m=11/d=15 and
// year=2025/month=11/day=15.  Digits that belong to a longer number or word are no day, except before a 'T' (20251115T0015Z).
inline std::vector<std::string> days_in(const std::string &s) {
  std::vector<std::string> days;
  for (std::size_t at = 0; at + 8 <= s.size(); ++at) {
    const bool begins = at == 0 || !(is_digit(s[at - 1]) || (s[at - 1] >= 'a' && s[at - 1] <= 'z') ||
                                     (s[at - 1] >= 'A' && s[at - 1] <= 'Z'));
    if (!begins || !is_digit(s[at])) continue;
    std::string digits;
    std::size_t i = at;
    while (i < s.size() && digits.size() < 8) {
      if (is_digit(s[i])) { digits += s[i++]; continue; }
      if (digits.size() != 4 && digits.size() != 6) break;
      std::size_t skip = i + 1;
      if (s[i] == '/')
        while (skip < s.size() && s[skip] >= 'a' && s[skip] <= 'z') ++skip;
      const bool named = skip > i + 1;
      if (named && (skip >= s.size() || s[skip++] != '=')) break;
      if (s[i] != '-' && s[i] != '/') break;
      // A month or day of one digit is written so by Hive partitions alone.
      if (named && skip < s.size() && is_digit(s[skip]) && (skip + 1 == s.size() || !is_digit(s[skip + 1]))) digits += '0';
      i = skip;
    }
    const std::string day = digits.size() == 8 ? calendar_text(digits) : std::string();
    const bool ends = i == s.size() || !(is_digit(s[i]) || (s[i] >= 'a' && s[i] <= 'z') ||
                                         (s[i] >= 'A' && s[i] <= 'Z' && s[i] != 'T'));
    if (day.empty() || !ends) continue;
    bool known = false;
    for (std::size_t k = 0; k < days.size(); ++k) known = known || days[k] == day;
    if (!known) days.push_back(day);
    at = i - 1;
  }
  return days;
}
// The one day that the text names; empty when it names none or several.
inline std::string only_day_in(const std::string &s) {
  const std::vector<std::string> days = days_in(s);
  return days.size() == 1 ? days[0] : std::string();
}

// An instant as sortable text "2024-04-02T13:14:43.337Z" from "2024-04-02T13:14:43.337Z", "20240417T190636Z",
// "202301041442" or "2024-02-03T18:33:03.1032074Z"; empty when the text does not begin with one.
inline std::string instant_text(const std::string &s) {
  std::string digits, fraction;
  std::size_t i = 0;
  for (; i < s.size() && digits.size() < 14; ++i) {
    if (is_digit(s[i])) { digits += s[i]; continue; }
    const bool joint = (s[i] == '-' && (digits.size() == 4 || digits.size() == 6)) ||
                       ((s[i] == 'T' || s[i] == ' ') && digits.size() == 8) ||
                       (s[i] == ':' && (digits.size() == 10 || digits.size() == 12));
    if (!joint) break;
  }
  if (digits.size() != 14 && digits.size() != 12) return std::string();
  if (digits.size() == 14 && i < s.size() && s[i] == '.')
    for (++i; i < s.size() && is_digit(s[i]); ++i) fraction += s[i];
  else if (i < s.size() && is_digit(s[i])) return std::string();
  const std::string day = calendar_text(digits.substr(0, 8));
  if (day.empty()) return std::string();
  digits.resize(14, '0');
  fraction.resize(3, '0');
  if (digits.substr(8, 2) > "23" || digits.substr(10, 2) > "59" || digits.substr(12, 2) > "60") return std::string();
  return day + "T" + digits.substr(8, 2) + ":" + digits.substr(10, 2) + ":" + digits.substr(12, 2) + "." + fraction + "Z";
}

// Milliseconds since 1970 as "2024-04-02T13:14:43.337Z" (the proleptic Gregorian calendar; Howard Hinnant's days_from_civil).
inline std::string instant_text(int64_t ms) {
  int64_t days = ms / 86400000, rest = ms % 86400000;
  if (rest < 0) { rest += 86400000; --days; }
  const int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
  const int64_t doe = z - era * 146097, yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
  const int day = static_cast<int>(doy - (153 * mp + 2) / 5 + 1), month = static_cast<int>(mp < 10 ? mp + 3 : mp - 9);
  const int year = static_cast<int>(yoe + era * 400 + (month <= 2 ? 1 : 0));
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", year, month, day, static_cast<int>(rest / 3600000),
                static_cast<int>(rest / 60000 % 60), static_cast<int>(rest / 1000 % 60), static_cast<int>(rest % 1000));
  return text;
}

}  // namespace convergence
#endif
