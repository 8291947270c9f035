// A second implementation of schedules, for the tests alone: it walks over the instants minute by minute and asks the C
// library what the wall's clock shows.  It shares no line with the one it checks.  One thread: it sets TZ.
#pragma once

#include <time.h>

#include <cstdlib>
#include <optional>
#include <random>
#include <set>
#include <string>

namespace cvg {

// Sets TZ for as long as it lives.
class LibraryZone {
 public:
  explicit LibraryZone(const std::string& name) {
    if (const char* old = ::getenv("TZ")) old_ = old;
    ::setenv("TZ", name.c_str(), 1);
    ::tzset();
  }
  ~LibraryZone() {
    if (old_) ::setenv("TZ", old_->c_str(), 1);
    else ::unsetenv("TZ");
    ::tzset();
  }
  LibraryZone(const LibraryZone&) = delete;
  LibraryZone& operator=(const LibraryZone&) = delete;
  static std::int64_t local_s(std::int64_t utc_s) {
    const time_t at = utc_s;
    tm parts{};
    ::localtime_r(&at, &parts);
    return utc_s + parts.tm_gmtoff;
  }

 private:
  std::optional<std::string> old_;
};

struct NaiveField {
  std::string text;
  std::set<int> values;
  bool star = false;
};

// A random field: *, */n, a list of values and ranges.
inline NaiveField random_field(std::mt19937& random, int min, int max, int star_percent) {
  const auto pick = [&](int from, int to) { return std::uniform_int_distribution<int>(from, to)(random); };
  NaiveField field;
  if (pick(0, 99) < star_percent) {
    const int step = pick(0, 2) == 0 ? pick(1, std::max(1, max / 2)) : 1;
    field.text = step == 1 ? "*" : "*/" + std::to_string(step);
    field.star = true;
    for (int value = min; value <= max; value += step) field.values.insert(value);
    return field;
  }
  for (int part = pick(1, 3); part > 0; --part) {
    const int first = pick(min, max), last = pick(0, 1) == 0 ? first : pick(first, max), step = first == last ? 1 : pick(1, 3);
    field.text += (field.text.empty() ? "" : ",") + std::to_string(first);
    if (last != first) field.text += "-" + std::to_string(last) + (step == 1 ? "" : "/" + std::to_string(step));
    for (int value = first; value <= last; value += step) field.values.insert(value);
  }
  return field;
}

struct NaiveCron {
  NaiveField minute, hour, day, month, weekday;

  static NaiveCron make(std::mt19937& random) {
    return {random_field(random, 0, 59, 30), random_field(random, 0, 23, 50), random_field(random, 1, 31, 70),
            random_field(random, 1, 12, 85), random_field(random, 0, 6, 70)};
  }
  std::string text() const { return minute.text + " " + hour.text + " " + day.text + " " + month.text + " " + weekday.text; }
  bool names(std::int64_t local_s) const {
    const time_t at = local_s;
    tm parts{};
    ::gmtime_r(&at, &parts);
    const bool by_month = day.values.count(parts.tm_mday) != 0, by_week = weekday.values.count(parts.tm_wday) != 0;
    const bool either = !day.star && !weekday.star;
    return minute.values.count(parts.tm_min) != 0 && hour.values.count(parts.tm_hour) != 0 &&
           month.values.count(parts.tm_mon + 1) != 0 && (either ? by_month || by_week : by_month && by_week);
  }
  // The instants in (after_s, end_s].  Every minute of the wall's clock counts when the clock first passes it.
  std::set<std::int64_t> instants(std::int64_t after_s, std::int64_t end_s) const {
    std::set<std::int64_t> found;
    std::int64_t at = after_s - after_s % 60 - 3 * 86400, seen = LibraryZone::local_s(at);
    for (at += 60; at <= end_s; at += 60)
      for (const std::int64_t local = LibraryZone::local_s(at); seen < local;) {
        seen += 60;
        if (names(seen) && at > after_s) found.insert(at);
      }
    return found;
  }
};

}  // namespace cvg
