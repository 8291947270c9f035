#include "core/base/numeral.h"

#include <algorithm>
#include <cstdint>
#include <string>

namespace cvg {
namespace {

// Exponents beyond this are cut to it: no two numerals of a real document are told apart there.
constexpr std::int64_t exponent_max = 1'000'000'000;

// sign * 0.digits * 10^exponent, without zeros at either end of digits; zero has none.
struct Decimal {
  int sign = 0;
  std::string digits;
  std::int64_t exponent = 0;
};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

Decimal read(std::string_view text) {
  Decimal value;
  const bool negative = text.starts_with('-');
  if (negative) text.remove_prefix(1);
  const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
  const std::string_view mantissa = text.substr(0, mark);
  const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
  value.exponent = static_cast<std::int64_t>(point);
  for (const char c : mantissa)
    if (c != '.') value.digits.push_back(c);
  if (mark < text.size()) {
    std::string_view power = text.substr(mark + 1);
    const bool down = power.starts_with('-');
    if (down || power.starts_with('+')) power.remove_prefix(1);
    std::int64_t number = 0;
    for (const char c : power) number = std::min(number * 10 + (c - '0'), exponent_max);
    value.exponent += down ? -number : number;
  }
  const std::size_t zeros = std::min(value.digits.find_first_not_of('0'), value.digits.size());
  value.digits.erase(0, zeros);
  value.exponent -= static_cast<std::int64_t>(zeros);
  while (value.digits.ends_with('0')) value.digits.pop_back();
  if (value.digits.empty()) return Decimal();
  value.sign = negative ? -1 : 1;
  return value;
}

}  // namespace

bool is_numeral(std::string_view text) {
  if (text.starts_with('-')) text.remove_prefix(1);
  std::size_t at = digits_at(text, 0);
  if (at == 0 || (at > 1 && text[0] == '0')) return false;
  if (at < text.size() && text[at] == '.') {
    const std::size_t count = digits_at(text, at + 1);
    if (count == 0) return false;
    at += 1 + count;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t count = digits_at(text, at);
    if (count == 0) return false;
    at += count;
  }
  return at == text.size();
}

bool is_whole(std::string_view text) {
  const Decimal value = read(text);
  return value.sign == 0 || static_cast<std::int64_t>(value.digits.size()) <= value.exponent;
}

int compare_numerals(std::string_view a, std::string_view b) {
  const Decimal x = read(a), y = read(b);
  if (x.sign != y.sign) return x.sign < y.sign ? -1 : 1;
  if (x.sign == 0) return 0;
  if (x.exponent != y.exponent) return x.exponent < y.exponent ? -x.sign : x.sign;
  const int order = x.digits.compare(y.digits);
  return order == 0 ? 0 : order < 0 ? -x.sign : x.sign;
}

}  // namespace cvg
