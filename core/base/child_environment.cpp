#include "core/base/child_environment.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

extern char** environ;

namespace cvg {
namespace {

constexpr std::array<std::string_view, 10> names = {"PATH", "HOME", "LANG", "TZ", "TZDIR", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS"};

}  // namespace

std::vector<char*> child_environment() {
  std::vector<char*> kept;
  for (char** entry = environ; *entry; ++entry) {
    const std::string_view text(*entry);
    const std::string_view name = text.substr(0, text.find('='));
    if (name.starts_with("LC_") || std::find(names.begin(), names.end(), name) != names.end()) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

}  // namespace cvg
