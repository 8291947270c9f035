#include "core/schedule/cron.h"

#include <array>
#include <bit>
#include <chrono>
#include <vector>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::int64_t minutes_per_day = 1440;
constexpr int months_searched = 12 * 9;  // 2096 and 2104 are leap years, 2100 is none
constexpr std::size_t text_bytes_max = 256;

struct FieldRule {
  std::string_view name;
  int min, max;
  std::string_view names;  // three letters each, from first_name on
  int first_name;
};
constexpr std::array<FieldRule, 5> rules{{{"minute", 0, 59, "", 0},
                                          {"hour", 0, 23, "", 0},
                                          {"day of month", 1, 31, "", 0},
                                          {"month", 1, 12, "janfebmaraprmayjunjulaugsepoctnovdec", 1},
                                          {"day of week", 0, 7, "sunmontuewedthufrisat", 0}}};
constexpr std::size_t day_of_month = 2, day_of_week = 4;

struct Macro {
  std::string_view name, fields;
};
constexpr std::array<Macro, 7> macros{{{"@hourly", "0 * * * *"},
                                       {"@daily", "0 0 * * *"},
                                       {"@midnight", "0 0 * * *"},
                                       {"@weekly", "0 0 * * 0"},
                                       {"@monthly", "0 0 1 * *"},
                                       {"@yearly", "0 0 1 1 *"},
                                       {"@annually", "0 0 1 1 *"}}};

Status refuse(std::string_view field, std::string issue) { return Status(Code::invalid, fmt::format("{}: {}", field, issue)); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t", at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

Result<int> read_value(const FieldRule& rule, std::string_view text) {
  if (text.empty()) return refuse(rule.name, "a value is missing");
  std::int64_t value = 0;
  if (text.front() >= '0' && text.front() <= '9' && parse_integer(text, value)) {
    if (value < rule.min) return refuse(rule.name, fmt::format("{} is below {}", value, rule.min));
    if (value > rule.max) return refuse(rule.name, fmt::format("{} is above {}", value, rule.max));
    return static_cast<int>(value);
  }
  const std::string lower = lower_ascii(text);
  for (std::size_t at = 0; lower.size() == 3 && at < rule.names.size(); at += 3)
    if (rule.names.substr(at, 3) == lower) return rule.first_name + static_cast<int>(at / 3);
  return refuse(rule.name, fmt::format("'{}' is no {}", text, rule.names.empty() ? "number" : "number and no name"));
}

// One element of a list: *, a, a-b, each with /step.
Result<std::uint64_t> read_element(const FieldRule& rule, std::string_view text) {
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const bool names_weekday = rule.max == 7;
  int first = rule.min, last = names_weekday ? 6 : rule.max;
  std::int64_t step = 1;
  if (range != "*") {
    const std::size_t dash = range.find('-');
    CVG_ASSIGN(first, read_value(rule, range.substr(0, dash)));
    if (dash != std::string_view::npos) {
      CVG_ASSIGN(last, read_value(rule, range.substr(dash + 1)));
      if (names_weekday && last == 0 && first > 0) last = 7;  // FRI-SUN
    } else if (slash == std::string_view::npos) {
      last = first;
    }
    if (last < first) return refuse(rule.name, fmt::format("'{}' goes down", range));
  }
  if (slash != std::string_view::npos) {
    const std::string_view number = text.substr(slash + 1);
    if (!parse_integer(number, step) || step < 1 || step > rule.max)
      return refuse(rule.name, fmt::format("the step '{}' is not between 1 and {}", number, rule.max));
  }
  std::uint64_t bits = 0;
  for (std::int64_t value = first; value <= last; value += step) bits |= std::uint64_t{1} << (names_weekday ? value % 7 : value);
  return bits;
}

Result<std::uint64_t> read_field(const FieldRule& rule, std::string_view text) {
  std::uint64_t bits = 0;
  for (const std::string_view element : split(text, ',')) {
    if (element.empty()) return refuse(rule.name, fmt::format("'{}' has an empty element", text));
    CVG_ASSIGN(const std::uint64_t more, read_element(rule, element));
    bits |= more;
  }
  return bits;
}

// The lowest bit of bits at or above from; 64: none.
int lowest_from(std::uint64_t bits, std::int64_t from) {
  return from > 63 ? 64 : std::countr_zero(bits & (~std::uint64_t{0} << from));
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  text = trim(text);
  if (text.empty()) return Status(Code::invalid, "is empty: five fields are wanted, like 0 2 * * *");
  if (text.size() > text_bytes_max) return Status(Code::invalid, fmt::format("is longer than {} bytes", text_bytes_max));
  if (text.front() == '@') {
    for (const Macro& macro : macros)
      if (equals_ignoring_case(macro.name, text)) return parse(macro.fields);
    return Status(Code::invalid, fmt::format("'{}' is unknown: there are @hourly, @daily, @midnight, @weekly, @monthly, @yearly and @annually", text));
  }
  const std::vector<std::string_view> words = words_of(text);
  if (words.size() != rules.size())
    return Status(Code::invalid, fmt::format("has {} fields; five are wanted: minute, hour, day of month, month, day of week", words.size()));
  std::array<std::uint64_t, 5> bits{};
  for (std::size_t i = 0; i < rules.size(); ++i) {
    CVG_ASSIGN(bits[i], read_field(rules[i], words[i]));
  }
  Cron cron;
  cron.minutes_ = bits[0];
  cron.hours_ = static_cast<std::uint32_t>(bits[1]);
  cron.days_ = static_cast<std::uint32_t>(bits[day_of_month]);
  cron.months_ = static_cast<std::uint32_t>(bits[3]);
  cron.weekdays_ = static_cast<std::uint32_t>(bits[day_of_week]);
  cron.either_day_ = !words[day_of_month].starts_with('*') && !words[day_of_week].starts_with('*');
  if (!cron.next(0)) return refuse(rules[day_of_month].name, "the months have no such day");
  return cron;
}

bool Cron::names_day(std::int64_t day, unsigned day_of_month_number) const {
  const std::chrono::weekday weekday{std::chrono::sys_days(std::chrono::days(day))};
  const bool by_month = (days_ >> day_of_month_number & 1) != 0, by_week = (weekdays_ >> weekday.c_encoding() & 1) != 0;
  return either_day_ ? by_month || by_week : by_month && by_week;
}

std::optional<std::int64_t> Cron::next(std::int64_t from) const {
  using namespace std::chrono;
  std::int64_t today = from / minutes_per_day - (from % minutes_per_day < 0 ? 1 : 0);
  std::int64_t minute_of_day = from - today * minutes_per_day;
  year_month_day date{sys_days(days(today))};
  for (int month = 0; month < months_searched; ++month) {
    const year_month_day_last end = date.year() / date.month() / last;
    const bool named = (months_ >> static_cast<unsigned>(date.month()) & 1) != 0;
    for (unsigned d = static_cast<unsigned>(date.day()); named && d <= static_cast<unsigned>(end.day()); ++d, ++today, minute_of_day = 0) {
      if (!names_day(today, d)) continue;
      int hour = lowest_from(hours_, minute_of_day / 60);
      int minute = hour == minute_of_day / 60 ? lowest_from(minutes_, minute_of_day % 60) : lowest_from(minutes_, 0);
      if (minute == 64) {
        hour = lowest_from(hours_, hour + 1);
        minute = lowest_from(minutes_, 0);
      }
      if (hour < 24) return today * minutes_per_day + hour * 60 + minute;
    }
    date = sys_days(end) + days(1);
    today = sys_days(date).time_since_epoch().count();
    minute_of_day = 0;
  }
  return std::nullopt;
}

}  // namespace cvg
