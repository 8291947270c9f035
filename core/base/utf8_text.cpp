#include "core/base/utf8_text.h"

#include "core/base/text.h"

namespace cvg {

std::string mended_utf8(std::string_view text) {
  constexpr std::size_t letter_bytes_max = 4;
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t bytes = 1;
    while (bytes <= letter_bytes_max && !is_utf8(text.substr(at, bytes))) ++bytes;
    const bool is_letter = bytes <= letter_bytes_max && text[at] != '\0';
    out += is_letter ? text.substr(at, bytes) : std::string_view("\xef\xbf\xbd");
    at += is_letter ? bytes : 1;
  }
  return out;
}

}  // namespace cvg
