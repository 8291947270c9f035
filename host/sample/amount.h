// Amount: exact decimal arithmetic for the sample's money and quantities: an integer of 10^-10 units. Values.
#pragma once

#include <cstdint>
#include <string>

namespace cvg {

__extension__ typedef __int128 WideInteger;

struct Amount {
  static constexpr std::int64_t one = 10'000'000'000;  // units of an Amount in 1
  std::int64_t units = 0;

  Amount operator+(Amount other) const { return {units + other.units}; }
  Amount operator-() const { return {-units}; }
  Amount& operator+=(Amount other) { units += other.units; return *this; }
  // Half away from zero; exact enough for a price times a quantity of any sample.
  Amount times(Amount other) const {
    const WideInteger product = static_cast<WideInteger>(units) * other.units;
    return {static_cast<std::int64_t>((product + (product < 0 ? -one / 2 : one / 2)) / one)};
  }
  Amount percent(int p) const { return {static_cast<std::int64_t>(static_cast<WideInteger>(units) * p / 100)}; }

  std::string text() const;        // "0.0212", "-3", "0"
  std::string scientific() const;  // "1.81E-8" below 10^-6, as AWS writes it; else text()
};

}  // namespace cvg
