// JSON Schema for configurations: the subset that our schemas use.  A keyword outside it is an error of its own, so that no
// rule of a schema is ever passed over in silence.  Annotations (title, description, default, examples, format, x-...) say
// nothing about validity.  Any thread.
//
// type (a name or a list), enum, const, properties, required, additionalProperties, propertyNames, minProperties,
// maxProperties, items, minItems, maxItems, uniqueItems, minLength, maxLength, pattern, minimum, maximum,
// exclusiveMinimum, exclusiveMaximum, anyOf, oneOf, allOf, $ref to #/$defs/... or #/definitions/...
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"

namespace cvg {

struct SchemaError {
  std::string path;  // "steps[2].name"; empty: the value itself
  std::string message;
};

// All breaches in the order of the document, at most 100; empty: the value fits.
std::vector<SchemaError> validate_schema(const Json& schema, const Json& value);
// "steps[2].name: is not one of a, b; ...": all errors as one line.
std::string to_text(const std::vector<SchemaError>& errors);

}  // namespace cvg
