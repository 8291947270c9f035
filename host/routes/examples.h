// Examples: what the documented requests, replies and errors look like.  A field's example stands once in a table, by its
// name or by schema and name, so that every schema has one that fits it (the tests compare).  Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "host/routes/field.h"

namespace cvg {

// The example of a field of this schema; null for a text that the table does not know.
Json example_of_field(std::string_view schema, const FieldDoc& field);
// Of a type as schemas.h spells it: "Run", "[Run", "date-time?".
Json example_of_type(std::string_view type);

// Error answers that a client may get with this HTTP status, as {name, body}; the name is the error's code.
struct ErrorExample {
  std::string code;
  Json body;
};
std::vector<ErrorExample> error_examples(int status);

}  // namespace cvg
