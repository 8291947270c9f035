// Small text functions, and the one place that includes fmt.  ASCII only: bytes above 127 pass untouched.  Any thread.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <vector>

namespace cvg {

std::string lower_ascii(std::string_view text);
std::string upper_ascii(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);  // without blanks, tabs and line ends at both ends
// The parts between separators; an empty text is one empty part.  The parts point into text.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(const std::vector<std::string>& parts, std::string_view between);
// All of text as a decimal number; false: it is none, or it does not fit.
bool parse_integer(std::string_view text, std::int64_t& out);
std::string hex(std::string_view bytes);  // lower case
bool is_utf8(std::string_view text);      // well-formed: no overlong forms, no surrogates

// How many letters must be inserted, removed, replaced or swapped with their neighbour to come from a to b.
std::size_t edit_distance(std::string_view a, std::string_view b);
// The name that was probably meant by wanted; empty when none is near enough to be offered.
std::string nearest_name(std::string_view wanted, const std::vector<std::string>& names);

}  // namespace cvg
