// Placing values into SQL by position, never by pasting: inside '...' a value becomes literal text, inside "..." and glued
// to a name it must be a name, bare it becomes a typed literal (DATE '2025-11-15', 42, 'text').  A value never ends a
// literal, opens a comment or adds a token.  Placeholders in comments are left as they are.  Any thread.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/config/variables.h"

namespace cvg {

// The value of a name; nullopt when there is none.
using FindValue = std::function<std::optional<Value>(std::string_view name)>;

// Code::invalid for an unknown name and for a value that does not fit its position; Code::config for SQL whose quotes do
// not end.  Both name the line inside the SQL.
Result<std::string> place_values(std::string_view sql, const FindValue& find);

// The names of placeholders outside comments.
Result<std::vector<std::string>> sql_placeholders(std::string_view sql);

// The SQL literal of a value: 'text', DATE '...', 42, (-5), TRUE, "name".
std::string sql_literal(const Value& value);

}  // namespace cvg
