// Field: one list per reply gives both the JSON writer and the schema that the docs show and the tests check.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace cvg {

// type: string, date-time, date, uuid, email, integer, number, boolean, object, [string], or the name of another schema;
// a '?' behind it: may be null; a leading '[': an array of it.
struct FieldDoc {
  std::string_view name, type, doc;
  bool required = true;
};

template <class T>
struct Field {
  FieldDoc doc;
  Json (*get)(const T&);
};

template <class T, std::size_t N>
Json to_json(const std::array<Field<T>, N>& fields, const T& value) {
  Json json = Json::object();
  json.members().reserve(N);
  for (const Field<T>& field : fields) json.members().emplace_back(std::string(field.doc.name), field.get(value));
  return json;
}

template <class T, std::size_t N>
std::vector<FieldDoc> docs_of(const std::array<Field<T>, N>& fields) {
  std::vector<FieldDoc> docs;
  for (const Field<T>& field : fields) docs.push_back(field.doc);
  return docs;
}

}  // namespace cvg
