// Mutations: seeded changes of seeds, the same on every machine.  One thread an object.
#pragma once

#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace cvg {

class Mutations {
 public:
  Mutations(std::vector<std::string> seeds, std::vector<std::string_view> words, std::uint64_t seed)
      : pool_(std::move(seeds)), words_(std::move(words)), random_(seed) {}

  // Another text each time: a seed, or an earlier text, with one to eight changes.
  std::string next();

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % std::max<std::size_t>(bound, 1)); }
  void change(std::string& text);

  std::vector<std::string> pool_;
  std::vector<std::string_view> words_;
  std::mt19937_64 random_;
};

}  // namespace cvg
