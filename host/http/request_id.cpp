#include "host/http/request_id.h"

#include <algorithm>
#include <cctype>

#include "core/base/random.h"

namespace cvg {
namespace {

constexpr std::size_t request_id_bytes_max = 128;

bool is_id_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
}

}  // namespace

std::string request_id_from(std::string_view header) {
  if (!header.empty() && header.size() <= request_id_bytes_max && std::all_of(header.begin(), header.end(), is_id_char))
    return std::string(header);
  return "req_" + random_base62(20);
}

}  // namespace cvg
