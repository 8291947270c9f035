// Decimal numerals compared as they are written, so that no amount passes through double.  Any thread.
#pragma once

#include <string_view>

namespace cvg {

// A JSON number: -12, 0.50, 1e-7.
bool is_numeral(std::string_view text);
// Whether its value is whole: 12, 12.0, 1.2e1.  text must be a numeral.
bool is_whole(std::string_view text);
// Below, equal or above zero, as a is smaller than, equal to or larger than b.  Both must be numerals.
int compare_numerals(std::string_view a, std::string_view b);

}  // namespace cvg
