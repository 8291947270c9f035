// Schemas: the named JSON shapes of requests and replies, for OpenAPI and for the test that compares replies with them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "host/routes/field.h"

namespace cvg {

struct Schema {
  std::string_view name;
  std::vector<FieldDoc> fields;
  bool open = false;  // further members are allowed (template variables)
};

const std::vector<Schema>& schemas();
const Schema* find_schema(std::string_view name);

// JSON Schema (2020-12) of a field's type, and of a whole schema.
Json json_schema_of_type(std::string_view type);
Json json_schema_of(const Schema& schema);

// What of value does not fit the schema called name ('[' in front: an array of it), as a sentence; empty: it fits.
std::string misfit(std::string_view name, const Json& value);

}  // namespace cvg
