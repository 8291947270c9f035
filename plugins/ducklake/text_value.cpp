#include "text_value.h"

#include <charconv>
#include <cmath>

#include <convergence/json.hpp>

namespace ducklake {

namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

// Reads the digits at the front as a number of at most max_digits digits.
bool take_number(std::string_view &text, size_t min_digits, size_t max_digits, int &out) {
  size_t n = 0;
  int value = 0;
  while (n < text.size() && n < max_digits && digit(text[n])) value = value * 10 + (text[n++] - '0');
  if (n < min_digits) return false;
  text.remove_prefix(n);
  out = value;
  return true;
}

bool take(std::string_view &text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

int64_t days_from_civil(int year, int month, int day) {
  const int y = year - (month <= 2);
  const int era = (y >= 0 ? y : y - 399) / 400;
  const int year_of_era = y - era * 400;
  const int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  const int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return static_cast<int64_t>(era) * 146097 + day_of_era - 719468;
}

bool valid_day(int year, int month, int day) {
  static constexpr int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return day <= lengths[month - 1] + (month == 2 && leap);
}

// YYYY-MM-DD (also with '/'), or the slashed form in the given order.
bool take_day(std::string_view &text, DayOrder order, int64_t &days) {
  int year = 0, month = 0, day = 0;
  const bool iso = text.size() >= 8 && digit(text[0]) && digit(text[1]) && digit(text[2]) && digit(text[3]);
  if (iso) {
    if (!take_number(text, 4, 4, year)) return false;
    const char separator = text.empty() ? '\0' : text.front();
    if (separator != '-' && separator != '/') return false;
    if (!take(text, separator) || !take_number(text, 1, 2, month) || !take(text, separator) || !take_number(text, 1, 2, day))
      return false;
  } else {
    int first = 0, second = 0;
    if (order == DayOrder::ymd || !take_number(text, 1, 2, first) || !take(text, '/') || !take_number(text, 1, 2, second) ||
        !take(text, '/') || !take_number(text, 4, 4, year))
      return false;
    month = order == DayOrder::mdy ? first : second;
    day = order == DayOrder::mdy ? second : first;
  }
  if (!valid_day(year, month, day)) return false;
  days = days_from_civil(year, month, day);
  return true;
}

// HH:MM[:SS[.fraction]] in microseconds; digits beyond the sixth are cut.
bool take_clock(std::string_view &text, int64_t &micros) {
  int hour = 0, minute = 0, second = 0;
  int64_t fraction = 0;
  if (!take_number(text, 1, 2, hour) || !take(text, ':') || !take_number(text, 2, 2, minute)) return false;
  if (take(text, ':')) {
    if (!take_number(text, 2, 2, second)) return false;
    if (take(text, '.')) {
      int64_t unit = 100000;
      if (text.empty() || !digit(text.front())) return false;
      while (!text.empty() && digit(text.front())) {
        fraction += (text.front() - '0') * unit;
        unit /= 10;
        text.remove_prefix(1);
      }
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return false;
  micros = ((hour * 60 + minute) * 60 + second) * int64_t{1000000} + fraction;
  return true;
}

// Z, UTC, or +HH[:MM]: the distance to UTC in microseconds.
bool take_zone(std::string_view &text, int64_t &offset) {
  offset = 0;
  text = trimmed(text);
  if (text.empty()) return true;
  if (text == "Z" || text == "z" || text == "UTC") {
    text = {};
    return true;
  }
  const bool minus = text.front() == '-';
  int hour = 0, minute = 0;
  if (!take(text, '+') && !take(text, '-')) return false;
  if (!take_number(text, 2, 2, hour)) return false;
  take(text, ':');
  if (!text.empty() && !take_number(text, 2, 2, minute)) return false;
  if (hour > 15 || minute > 59) return false;
  offset = (hour * 60 + minute) * int64_t{60000000} * (minus ? -1 : 1);
  return true;
}

// Powers of ten, and the largest number that may be multiplied by each without leaving 38 digits: 128-bit divisions would
// be the most expensive part of reading a bill.
struct Powers {
  Wide power[39] = {};
  Wide room[39] = {};
  constexpr Powers() {
    power[0] = 1;
    for (int i = 1; i < 39; ++i) power[i] = power[i - 1] * 10;
    for (int i = 0; i < 39; ++i) room[i] = (power[38] - 1) / power[i];
  }
};
constexpr Powers powers;

// The parts of a numeral: its digits as an integer and the number of them behind the point, exponent included.
struct Numeral {
  Wide digits = 0;
  int scale = 0;
  bool negative = false;
  bool dropped = false;  // a digit other than 0 did not fit
};

const char *read_exponent(std::string_view text, int &exponent) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty() || text.size() > 6) return "is no number";
  exponent = 0;
  for (char c : text) {
    if (!digit(c)) return "is no number";
    exponent = exponent * 10 + (c - '0');
  }
  if (negative) exponent = -exponent;
  return nullptr;
}

const char *read_numeral(std::string_view text, int scale_max, Numeral &out) {
  size_t i = 0;
  if (text[0] == '-' || text[0] == '+') out.negative = text[i++] == '-';
  const Wide room = powers.power[37];
  bool point = false, any = false;
  // The first 18 digits fit a machine word, which is much faster; most amounts have no more.
  uint64_t word = 0;
  for (int fast = 0; i < text.size() && fast < 18; ++i) {
    const char c = text[i];
    if (digit(c)) {
      word = word * 10 + static_cast<uint64_t>(c - '0');
      any = true;
      out.scale += point;
      ++fast;
    } else if (c == '.' && !point) {
      point = true;
    } else {
      break;
    }
  }
  out.digits = static_cast<Wide>(word);
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (digit(c)) {
      any = true;
      if (out.digits >= room || (point && out.scale > scale_max + 38)) {
        if (!point) return "has more digits than fit";
        out.dropped = out.dropped || c != '0';
        continue;
      }
      out.digits = out.digits * 10 + (c - '0');
      if (point) ++out.scale;
    } else if (c == '.' && !point) {
      point = true;
    } else if ((c == 'e' || c == 'E') && any) {
      int exponent = 0;
      if (const char *why = read_exponent(text.substr(i + 1), exponent)) return why;
      out.scale -= exponent;
      return nullptr;
    } else {
      return "is no number";
    }
  }
  return any ? nullptr : "is no number";
}

}  // namespace

std::string TextFormat::name() const {
  std::string name = "cvg_" + std::to_string(static_cast<int>(kind)) + "_" + std::to_string(width) + "_" +
                     std::to_string(scale) + (exact ? "x" : "r") + std::to_string(static_cast<int>(order));
  for (const std::string &word : null_words) name += "_w" + std::to_string(word.size()) + word;
  for (const std::string &key : keys) name += "_k" + std::to_string(key.size()) + key;
  return name;
}

std::string_view trimmed(std::string_view text) {
  const auto space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && space(text.front())) text.remove_prefix(1);
  while (!text.empty() && space(text.back())) text.remove_suffix(1);
  return text;
}

bool means_null(std::string_view text, const std::vector<std::string> &null_words) {
  if (text.empty()) return true;
  for (const std::string &word : null_words)
    if (text == word) return true;
  return false;
}

const char *parse_decimal(std::string_view text, int width, int scale, bool exact, Wide &out) {
  Numeral n;
  if (const char *why = read_numeral(text, scale, n)) return why;
  if (n.digits == 0) {
    out = 0;
    return n.dropped && exact ? "has digits that would be lost" : nullptr;
  }
  int shift = scale - n.scale;
  Wide value = n.digits;
  while (shift < 0 && value % 10 == 0) {
    value /= 10;
    ++shift;
  }
  if (shift < 0) {
    if (exact) return "has digits that would be lost";
    if (shift < -38) {
      value = 0;
    } else {
      const Wide unit = powers.power[-shift];
      const Wide rest = value % unit;
      value = value / unit + (rest >= unit - rest);
    }
  } else {
    if (exact && n.dropped) return "has digits that would be lost";
    if (shift > 38 || value > powers.room[shift]) return "is too large";
    value *= powers.power[shift];
  }
  if (value >= powers.power[width]) return "is too large";
  out = n.negative ? -value : value;
  return nullptr;
}

const char *parse_bigint(std::string_view text, int64_t &out) {
  Wide value = 0;
  if (const char *why = parse_decimal(text, 38, 0, true, value))
    return std::string_view(why) == "is no number" ? "is no whole number" : why;
  if (value > INT64_MAX || value < INT64_MIN) return "is too large";
  out = static_cast<int64_t>(value);
  return nullptr;
}

const char *parse_real(std::string_view text, double &out) {
  if (text.front() == '+') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(out)) return "is no number";
  return nullptr;
}

const char *parse_boolean(std::string_view text, bool &out) {
  const auto is = [&](std::string_view word) {
    if (text.size() != word.size()) return false;
    for (size_t i = 0; i < text.size(); ++i)
      if ((text[i] | 0x20) != word[i]) return false;
    return true;
  };
  if (is("true") || text == "1" || is("yes")) out = true;
  else if (is("false") || text == "0" || is("no")) out = false;
  else return "is neither true nor false";
  return nullptr;
}

const char *parse_timestamp(std::string_view text, DayOrder order, int64_t &micros) {
  int64_t days = 0, clock = 0, offset = 0;
  if (!take_day(text, order, days)) return "is no time";
  if (!text.empty()) {
    if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return "is no time";
    if (!take_clock(text, clock) || !take_zone(text, offset) || !text.empty()) return "is no time";
  }
  micros = days * int64_t{86400000000} + clock - offset;
  return nullptr;
}

const char *parse_date(std::string_view text, DayOrder order, int32_t &days) {
  int64_t wide = 0;
  std::string_view rest = text;
  if (take_day(rest, order, wide) && rest.empty()) {
    days = static_cast<int32_t>(wide);
    return nullptr;
  }
  // Exports write days as midnights; a day with another time of day would lose it.
  int64_t micros = 0;
  if (parse_timestamp(text, order, micros) || micros % int64_t{86400000000} != 0) return "is no date";
  days = static_cast<int32_t>(micros / int64_t{86400000000});
  return nullptr;
}

const char *refusal(const TextFormat &format, std::string_view raw) {
  const std::string_view text = trimmed(raw);
  if (means_null(text, format.null_words)) return nullptr;
  Wide wide = 0;
  int64_t whole = 0;
  int32_t days = 0;
  double real = 0;
  bool flag = false;
  switch (format.kind) {
    case TextKind::text:
    case TextKind::map: return nullptr;
    case TextKind::decimal: return parse_decimal(text, format.width, format.scale, format.exact, wide);
    case TextKind::bigint: return parse_bigint(text, whole);
    case TextKind::real: return parse_real(text, real);
    case TextKind::boolean: return parse_boolean(text, flag);
    case TextKind::date: return parse_date(text, format.order, days);
    case TextKind::timestamp: return parse_timestamp(text, format.order, whole);
    case TextKind::json:
      try {
        convergence::Json::parse(format.bare_object && text.front() != '{' ? "{" + std::string(text) + "}" : std::string(text));
        return nullptr;
      } catch (const convergence::JsonError &) {
        return "is no JSON";
      }
  }
  return nullptr;
}

}  // namespace ducklake
