// JsonMembers: what a JSON text says of its objects' members that its tree does not show any more.  Pure functions; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace cvg {

// The first name that one object of the text has twice: readers differ in which of the two they believe, and parse_json()
// keeps the last.  Of a text that is no JSON, what stands before the fault.
std::optional<std::string> repeated_member(std::string_view text);

}  // namespace cvg
