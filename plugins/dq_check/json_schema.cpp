#include "json_schema.h"


#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <regex>

namespace dq {
namespace {

using convergence::Json;

constexpr const char *kKeywords[] = {
    "type",      "enum",      "const",    "properties", "required", "additionalProperties", "items", "minimum", "maximum", "exclusiveMinimum",
    "exclusiveMaximum", "minLength", "maxLength", "minItems",   "maxItems", "pattern", "anyOf", "allOf",   "oneOf",   "not",
    "$schema",   "$id",       "title",    "description", "default", "examples"};

double number(const Json &v) { return std::strtod(v.text().c_str(), nullptr); }

bool is_integral(const Json &v) { return v.is_number() && std::floor(number(v)) == number(v); }

bool is_type(const std::string &type, const Json &v) {
  if (type == "null") return v.is_null();
  if (type == "boolean") return v.is_bool();
  if (type == "number") return v.is_number();
  if (type == "integer") return is_integral(v);
  if (type == "string") return v.is_string();
  if (type == "array") return v.is_array();
  return type == "object" && v.is_object();
}

bool equal(const Json &a, const Json &b) {
  if (a.is_number() && b.is_number()) return number(a) == number(b);
  if (a.type() != b.type() || a.size() != b.size()) return false;
  if (a.is_array())
    return std::equal(a.items().begin(), a.items().end(), b.items().begin(), [](const Json &x, const Json &y) { return equal(x, y); });
  if (a.is_object())
    return std::all_of(a.members().begin(), a.members().end(), [&b](const Json::Member &m) {
      const Json *other = b.find(m.first);
      return other && equal(m.second, *other);
    });
  return a.is_bool() ? a.boolean() == b.boolean() : a.text() == b.text();
}

// Characters of a UTF-8 text.
double length(const std::string &s) {
  return static_cast<double>(std::count_if(s.begin(), s.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool in_range(const Json &schema, const char *least, const char *most, double v) {
  return (!schema.find(least) || v >= number(schema[least])) && (!schema.find(most) || v <= number(schema[most]));
}

bool fits_number(const Json &schema, const Json &v) {
  return in_range(schema, "minimum", "maximum", number(v)) &&
         (!schema.find("exclusiveMinimum") || number(v) > number(schema["exclusiveMinimum"])) &&
         (!schema.find("exclusiveMaximum") || number(v) < number(schema["exclusiveMaximum"]));
}

bool fits_text(const Json &schema, const Json &v) {
  if (!in_range(schema, "minLength", "maxLength", length(v.text()))) return false;
  return !schema.find("pattern") || std::regex_search(v.text(), std::regex(schema["pattern"].text(), std::regex::ECMAScript));
}

bool fits_array(const Json &schema, const Json &v) {
  if (!in_range(schema, "minItems", "maxItems", static_cast<double>(v.size()))) return false;
  const Json *items = schema.find("items");
  return !items || std::all_of(v.items().begin(), v.items().end(), [items](const Json &x) { return fits_schema(*items, x); });
}

bool fits_object(const Json &schema, const Json &v) {
  for (const Json &name : schema["required"].items())
    if (!v.find(name.text())) return false;
  const Json *others = schema.find("additionalProperties");
  return std::all_of(v.members().begin(), v.members().end(), [&](const Json::Member &m) {
    if (const Json *known = schema["properties"].find(m.first)) return fits_schema(*known, m.second);
    return !others || fits_schema(*others, m.second);
  });
}

bool fits_combined(const Json &schema, const Json &v) {
  const auto fitting = [&v](const Json &list) {
    return static_cast<std::size_t>(
        std::count_if(list.items().begin(), list.items().end(), [&v](const Json &s) { return fits_schema(s, v); }));
  };
  if (schema.find("allOf") && fitting(schema["allOf"]) != schema["allOf"].size()) return false;
  if (schema.find("anyOf") && fitting(schema["anyOf"]) == 0) return false;
  if (schema.find("oneOf") && fitting(schema["oneOf"]) != 1) return false;
  return !schema.find("not") || !fits_schema(schema["not"], v);
}

bool fits_type(const Json &schema, const Json &v) {
  const Json *type = schema.find("type");
  if (!type) return true;
  if (type->is_string()) return is_type(type->text(), v);
  return std::any_of(type->items().begin(), type->items().end(), [&v](const Json &t) { return is_type(t.text(), v); });
}

std::string errors_of_all(const Json &list) {
  for (const Json &s : list.items()) {
    const std::string error = schema_error(s);
    if (!error.empty()) return error;
  }
  return "";
}

}  // namespace

std::string schema_error(const Json &schema) {
  if (schema.is_bool()) return "";
  if (!schema.is_object()) return "a JSON Schema must be an object, true or false";
  for (const auto &[name, value] : schema.members()) {
    const std::string &keyword = name;
    if (std::none_of(std::begin(kKeywords), std::end(kKeywords), [&keyword](const char *k) { return keyword == k; }))
      return "the JSON Schema keyword '" + name + "' is not supported";
    std::string error;
    if (name == "properties")
      for (const auto &member : value.members()) error = error.empty() ? schema_error(member.second) : error;
    if (name == "items" || name == "additionalProperties" || name == "not") error = schema_error(value);
    if (name == "anyOf" || name == "allOf" || name == "oneOf") error = errors_of_all(value);
    if (name == "pattern") {
      try {
        std::regex(value.text(), std::regex::ECMAScript);
      } catch (const std::regex_error &) {
        error = "the JSON Schema's pattern '" + value.text() + "' cannot be read";
      }
    }
    if (!error.empty()) return error;
  }
  return "";
}

bool fits_schema(const Json &schema, const Json &v) {
  if (schema.is_bool()) return schema.boolean();
  if (!fits_type(schema, v)) return false;
  if (schema.find("const") && !equal(schema["const"], v)) return false;
  if (schema.find("enum")) {
    const auto &values = schema["enum"].items();
    if (std::none_of(values.begin(), values.end(), [&v](const Json &e) { return equal(e, v); })) return false;
  }
  if (v.is_number() && !fits_number(schema, v)) return false;
  if (v.is_string() && !fits_text(schema, v)) return false;
  if (v.is_array() && !fits_array(schema, v)) return false;
  if (v.is_object() && !fits_object(schema, v)) return false;
  return fits_combined(schema, v);
}

}  // namespace dq
