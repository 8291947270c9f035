// Resolving the options of a step: every string value at any depth gets its placeholders replaced; keys are untouched.  SQL
// is placed by position (sql_text.h), a text that is one placeholder keeps the value's type.  Any thread.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/sql_text.h"

namespace cvg {

enum class FieldKind : std::uint8_t { text, statement, condition };
// Which options hold SQL: statement for sql, query, *_sql and *_query; condition for where, and for row_condition beside
// condition_parser: sql.  owner is the object that holds the option.
FieldKind field_kind(std::string_view name, const Json& owner);

// Calls visit(pointer, kind, text) for every string value.
using VisitText = std::function<void(const std::string& pointer, FieldKind kind, const std::string& text)>;
void visit_texts(const Json& spec, const VisitText& visit);

// Code::invalid with the option's place in front.
Result<Json> resolve_spec(const Json& spec, const FindValue& find);

}  // namespace cvg
