#include "host/sample/amount.h"

namespace cvg {

std::string Amount::text() const {
  const bool negative = units < 0;
  const std::uint64_t magnitude = negative ? 0 - static_cast<std::uint64_t>(units) : static_cast<std::uint64_t>(units);
  std::string whole = std::to_string(magnitude / one), fraction = std::to_string(magnitude % one);
  fraction.insert(0, 10 - fraction.size(), '0');
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::string Amount::scientific() const {
  if (units == 0 || units >= 10000 || units <= -10000) return text();
  std::string digits = std::to_string(units < 0 ? -units : units);
  const int exponent = static_cast<int>(digits.size()) - 1 - 10;
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  const std::string mantissa = digits.substr(0, 1) + "." + (digits.size() > 1 ? digits.substr(1) : "0");
  return (units < 0 ? "-" : "") + mantissa + "E" + std::to_string(exponent);
}

}  // namespace cvg
