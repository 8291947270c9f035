// Utf8Text: texts of others that may be no UTF-8, for replies, rows and files that must be.  A pure function; any thread.
#pragma once

#include <string>
#include <string_view>

namespace cvg {

// The text with U+FFFD for each NUL and for each byte that belongs to no letter.
std::string mended_utf8(std::string_view text);

}  // namespace cvg
