#include "tests/fuzz/mutations.h"

#include <algorithm>

namespace cvg {
namespace {

constexpr std::size_t pool_max = 4096, text_bytes_max = 8192;

}  // namespace

std::string Mutations::next() {
  std::string text = pool_[below(pool_.size())];
  for (std::size_t left = 1 + below(8); left > 0; --left) change(text);
  text.resize(std::min(text.size(), text_bytes_max));
  // Some results become seeds, so that changes add up.
  if (below(16) == 0) {
    if (pool_.size() < pool_max) pool_.push_back(text);
    else pool_[below(pool_.size())] = text;
  }
  return text;
}

void Mutations::change(std::string& text) {
  const std::size_t at = below(text.size() + 1), size = below(std::min<std::size_t>(text.size() - std::min(at, text.size()), 32) + 1);
  switch (below(8)) {
    case 0: text.insert(at, 1, static_cast<char>(random_())); break;
    case 1: text.erase(at, size); break;
    case 2: if (!text.empty()) text[below(text.size())] = static_cast<char>(random_()); break;
    case 3: if (!text.empty()) text[below(text.size())] ^= static_cast<char>(1U << below(8)); break;
    case 4: text.insert(at, text.substr(below(text.size() + 1), size)); break;
    case 5: text.insert(at, words_[below(words_.size())]); break;
    case 6: text.replace(at, size, words_[below(words_.size())]); break;
    default: {
      const std::string& other = pool_[below(pool_.size())];
      text = text.substr(0, at) + other.substr(below(other.size() + 1));
    }
  }
}

}  // namespace cvg
