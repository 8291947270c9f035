// Random: the sample's own generator (SplitMix64, Steele et al. 2014), so that a seed gives the same bytes on every
// machine; the standard distributions do not promise that. Values; one thread.
#pragma once

#include <cstdint>
#include <string>

namespace cvg {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  // A generator of its own for a part (an account, a day), so that parts do not shift each other.
  Random part(std::uint64_t id) const { return Random(state_ ^ (id + 1) * 0xD1B54A32D192ED03ULL); }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  std::int64_t between(std::int64_t low, std::int64_t high) {  // both inclusive
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
  }
  bool chance(int percent) { return between(1, 100) <= percent; }
  std::string hex(std::size_t digits) {
    std::string out(digits, '0');
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < digits; ++i, word >>= 4) {
      if (i % 16 == 0) word = next();
      out[i] = "0123456789abcdef"[word & 15];
    }
    return out;
  }

 private:
  std::uint64_t state_;
};

}  // namespace cvg
