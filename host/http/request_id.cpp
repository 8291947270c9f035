#include "host/http/request_id.h"

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "core/base/random.h"

namespace cvg {
namespace {

constexpr std::size_t request_id_bytes_max = 128;

// Nobody may find two of them alike, but anybody may guess the next: the kernel is asked once for a thread.
std::string new_id() {
  constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  constexpr std::size_t counted_letters = 6;
  thread_local const std::string of_thread = "req_" + random_base62(14);
  thread_local std::uint64_t count = 0;
  std::string id = of_thread + std::string(counted_letters, '0');
  std::uint64_t rest = count++;
  for (std::size_t i = 0; i < counted_letters; ++i, rest /= letters.size()) id[id.size() - 1 - i] = letters[rest % letters.size()];
  return id;
}

bool is_id_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string request_id_from(std::string_view header) {
  if (!header.empty() && header.size() <= request_id_bytes_max && std::all_of(header.begin(), header.end(), is_id_char))
    return std::string(header);
  return new_id();
}

}  // namespace cvg
