// Placeholders: {name} and {steps.STEP.OUTPUT} in texts of a template.  {{ is a literal brace; a brace that begins no name
// ({4} of a regular expression, {'a': 1} of SQL) is a literal too.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

struct Placeholder {
  std::string_view name;  // without the braces; points into the text
  std::size_t end = 0;    // one past the closing brace
};

// The placeholder whose opening brace is text[at].
std::optional<Placeholder> placeholder_at(std::string_view text, std::size_t at);

// The names in text, in their order; repeated ones repeatedly.
std::vector<std::string_view> placeholder_names(std::string_view text);

// The only thing in the text is one placeholder: its name.
std::optional<std::string_view> whole_placeholder(std::string_view text);

// text with every placeholder replaced by what replace answers for its name, and {{ by {.
Result<std::string> replace_placeholders(std::string_view text,
                                         const std::function<Result<std::string>(std::string_view name)>& replace);

}  // namespace cvg
