// The rules of the warehouse's regular expressions (RE2), as far as a template can be told before it runs.
#pragma once

#include <string>

namespace dq {

// Empty when the pattern reads as RE2; else what is wrong with it, in a sentence.
std::string regex_error(const std::string &pattern);

}  // namespace dq
