// JSON Schema for expect_column_values_to_match_json_schema: type, enum, const, properties, required,
// additionalProperties, items, minimum, maximum, exclusiveMinimum, exclusiveMaximum, minLength, maxLength, minItems,
// maxItems, pattern, anyOf, allOf, oneOf, not.
#pragma once

#include <string>

#include <convergence/json.hpp>

namespace dq {

// Empty when the schema uses only what is known here; else what it uses beside.
std::string schema_error(const convergence::Json &schema);

// True when the value fits a schema that passed schema_error().
bool fits_schema(const convergence::Json &schema, const convergence::Json &value);

}  // namespace dq
