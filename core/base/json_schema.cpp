#include "core/base/json_schema.h"

#include <algorithm>
#include <array>

#include "core/base/numeral.h"
#include "core/base/pattern.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t errors_max = 100;
constexpr int depth_max = 128;  // of schemas within schemas; ends a $ref that leads to itself

std::string_view type_name(const Json& value) {
  switch (value.type()) {
    case Json::Type::null: return "null";
    case Json::Type::boolean: return "boolean";
    case Json::Type::number: return is_whole(value.text()) ? "integer" : "number";
    case Json::Type::string: return "string";
    case Json::Type::array: return "array";
    case Json::Type::object: return "object";
  }
  return "null";
}

bool equal(const Json& a, const Json& b) {
  if (a.type() != b.type()) return false;
  switch (a.type()) {
    case Json::Type::null: return true;
    case Json::Type::boolean: return a.boolean() == b.boolean();
    case Json::Type::number: return compare_numerals(a.text(), b.text()) == 0;
    case Json::Type::string: return a.text() == b.text();
    case Json::Type::array: return std::equal(a.items().begin(), a.items().end(), b.items().begin(), b.items().end(), equal);
    case Json::Type::object: break;
  }
  if (a.size() != b.size()) return false;
  return std::all_of(a.members().begin(), a.members().end(), [&](const Json::Member& member) {
    const Json* other = b.find(member.first);
    return other != nullptr && equal(member.second, *other);
  });
}

std::int64_t code_points(std::string_view text) {
  return std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

std::string listed(const std::vector<Json>& values) {
  std::vector<std::string> texts;
  for (const Json& value : values) texts.push_back(value.is_string() ? value.text() : value.dump());
  return join(texts, ", ");
}

std::string member_path(const std::string& path, const std::string& name) { return path.empty() ? name : path + "." + name; }

class Validator {
 public:
  explicit Validator(const Json& root) : root_(root) {}

  void check(const Json& schema, const Json& value, const std::string& path, int depth);
  std::vector<SchemaError> errors;

 private:
  using Rule = void (Validator::*)(const Json& schema, const Json& operand, const Json& value, const std::string& path, int depth);
  struct Keyword {
    std::string_view name;
    Rule rule;  // null: an annotation, or read together with another keyword
  };
  static const std::array<Keyword, 38> keywords;

  void fail(const std::string& path, std::string message) {
    if (errors.size() < errors_max) errors.push_back({path, std::move(message)});
  }

  void type(const Json&, const Json& wanted, const Json& value, const std::string& path, int) {
    const std::string_view name = type_name(value);
    const auto fits = [&](const Json& one) { return one.text() == name || (one.text() == "number" && name == "integer"); };
    if (wanted.is_array() ? std::any_of(wanted.items().begin(), wanted.items().end(), fits) : fits(wanted)) return;
    fail(path, fmt::format("must be {}, not {}", wanted.is_array() ? "one of " + listed(wanted.items()) : wanted.text(), name));
  }
  void one_value(const Json&, const Json& wanted, const Json& value, const std::string& path, int) {
    if (!equal(wanted, value)) fail(path, "must be " + wanted.dump());
  }
  void one_of_values(const Json&, const Json& wanted, const Json& value, const std::string& path, int) {
    const std::vector<Json>& values = wanted.items();
    if (std::any_of(values.begin(), values.end(), [&](const Json& one) { return equal(one, value); })) return;
    fail(path, "must be one of " + listed(values));
  }

  void properties(const Json&, const Json& known, const Json& value, const std::string& path, int depth) {
    for (const Json::Member& member : value.members())
      if (const Json* schema = known.find(member.first)) check(*schema, member.second, member_path(path, member.first), depth + 1);
  }
  void required(const Json&, const Json& names, const Json& value, const std::string& path, int) {
    if (!value.is_object()) return;
    for (const Json& name : names.items())
      if (value.find(name.text()) == nullptr) fail(member_path(path, name.text()), "is missing");
  }
  void other_properties(const Json& schema, const Json& allowed, const Json& value, const std::string& path, int depth) {
    const Json& known = schema["properties"];
    for (const Json::Member& member : value.members()) {
      if (known.find(member.first) != nullptr) continue;
      if (!allowed.is_bool()) check(allowed, member.second, member_path(path, member.first), depth + 1);
      else if (!allowed.boolean()) unknown_key(known, member.first, path);
    }
  }
  void unknown_key(const Json& known, const std::string& name, const std::string& path) {
    std::vector<std::string> names;
    for (const Json::Member& member : known.members()) names.push_back(member.first);
    const std::string nearest = nearest_name(name, names);
    fail(member_path(path, name), nearest.empty() ? "is not known" : fmt::format("is not known; did you mean {}?", nearest));
  }
  void property_names(const Json&, const Json& names, const Json& value, const std::string& path, int depth) {
    for (const Json::Member& member : value.members()) check(names, Json(member.first), member_path(path, member.first), depth + 1);
  }

  void items(const Json&, const Json& each, const Json& value, const std::string& path, int depth) {
    for (std::size_t i = 0; i < value.items().size(); ++i) check(each, value.items()[i], fmt::format("{}[{}]", path, i), depth + 1);
  }
  void unique_items(const Json&, const Json& wanted, const Json& value, const std::string& path, int) {
    if (!wanted.boolean()) return;
    for (std::size_t i = 0; i < value.items().size(); ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (equal(value.items()[i], value.items()[j])) return fail(fmt::format("{}[{}]", path, i), "is there twice");
  }

  void min_items(const Json&, const Json& least, const Json& value, const std::string& path, int) {
    if (value.is_array()) at_least(value.size(), least, "items", path);
  }
  void max_items(const Json&, const Json& most, const Json& value, const std::string& path, int) {
    if (value.is_array()) at_most(value.size(), most, "items", path);
  }
  void min_properties(const Json&, const Json& least, const Json& value, const std::string& path, int) {
    if (value.is_object()) at_least(value.size(), least, "members", path);
  }
  void max_properties(const Json&, const Json& most, const Json& value, const std::string& path, int) {
    if (value.is_object()) at_most(value.size(), most, "members", path);
  }
  void min_length(const Json&, const Json& least, const Json& value, const std::string& path, int) {
    if (value.is_string()) at_least(static_cast<std::size_t>(code_points(value.text())), least, "characters", path);
  }
  void max_length(const Json&, const Json& most, const Json& value, const std::string& path, int) {
    if (value.is_string()) at_most(static_cast<std::size_t>(code_points(value.text())), most, "characters", path);
  }
  void at_least(std::size_t count, const Json& least, std::string_view what, const std::string& path) {
    if (static_cast<std::int64_t>(count) < least.integer())
      fail(path, fmt::format("must have at least {} {}, not {}", least.text(), what, count));
  }
  void at_most(std::size_t count, const Json& most, std::string_view what, const std::string& path) {
    if (static_cast<std::int64_t>(count) > most.integer())
      fail(path, fmt::format("must have at most {} {}, not {}", most.text(), what, count));
  }

  void pattern(const Json&, const Json& expression, const Json& value, const std::string& path, int) {
    if (!value.is_string()) return;
    const Result<Pattern> compiled = Pattern::compile(expression.text());
    if (!compiled.ok()) fail(path, "cannot be checked: " + compiled.status().text());
    else if (!compiled->found_in(value.text())) fail(path, "must match " + expression.text());
  }

  void minimum(const Json&, const Json& least, const Json& value, const std::string& path, int) {
    if (value.is_number() && compare_numerals(value.text(), least.text()) < 0) fail(path, "must be at least " + least.text());
  }
  void maximum(const Json&, const Json& most, const Json& value, const std::string& path, int) {
    if (value.is_number() && compare_numerals(value.text(), most.text()) > 0) fail(path, "must be at most " + most.text());
  }
  void above(const Json&, const Json& bound, const Json& value, const std::string& path, int) {
    if (value.is_number() && compare_numerals(value.text(), bound.text()) <= 0) fail(path, "must be more than " + bound.text());
  }
  void below(const Json&, const Json& bound, const Json& value, const std::string& path, int) {
    if (value.is_number() && compare_numerals(value.text(), bound.text()) >= 0) fail(path, "must be less than " + bound.text());
  }

  std::vector<SchemaError> errors_of(const Json& schema, const Json& value, const std::string& path, int depth) {
    Validator inner(root_);
    inner.check(schema, value, path, depth + 1);
    return std::move(inner.errors);
  }
  void all_of(const Json&, const Json& schemas, const Json& value, const std::string& path, int depth) {
    for (const Json& one : schemas.items()) check(one, value, path, depth + 1);
  }
  void any_of(const Json&, const Json& schemas, const Json& value, const std::string& path, int depth) {
    alternatives(schemas, value, path, depth, false);
  }
  void one_of(const Json&, const Json& schemas, const Json& value, const std::string& path, int depth) {
    alternatives(schemas, value, path, depth, true);
  }
  // When no form fits, the errors of the form that came nearest help most: the one with errors inside the value only.
  void alternatives(const Json& schemas, const Json& value, const std::string& path, int depth, bool exactly_one) {
    int fitting = 0;
    std::vector<SchemaError> nearest, last;
    for (const Json& one : schemas.items()) {
      last = errors_of(one, value, path, depth);
      if (last.empty()) ++fitting;
      const bool inside = std::none_of(last.begin(), last.end(), [&](const SchemaError& e) { return e.path == path; });
      if (inside && !last.empty() && (nearest.empty() || last.size() < nearest.size())) nearest = last;
    }
    if (fitting == 1 || (fitting > 1 && !exactly_one)) return;
    if (fitting > 1) return fail(path, fmt::format("fits {} of the forms that exclude each other", fitting));
    if (schemas.size() == 1) nearest = last;
    for (SchemaError& error : nearest) fail(error.path, std::move(error.message));
    if (nearest.empty()) fail(path, "fits none of the allowed forms" + forms(schemas));
  }
  std::string forms(const Json& schemas) {
    std::vector<std::string> names;
    for (const Json& one : schemas.items()) {
      const Json& named = one.find("title") ? one["title"] : one["type"];
      if (named.is_string()) names.push_back(named.text());
    }
    return names.empty() ? std::string() : " (" + join(names, ", ") + ")";
  }

  void reference(const Json&, const Json& target, const Json& value, const std::string& path, int depth) {
    const std::vector<std::string_view> parts = split(target.text(), '/');
    const Json* found = parts[0] == "#" ? &root_ : nullptr;
    for (std::size_t i = 1; found != nullptr && i < parts.size(); ++i) found = found->find(std::string(parts[i]));
    if (found == nullptr) fail(path, "cannot be checked: the schema has no " + target.text());
    else check(*found, value, path, depth + 1);
  }

  const Json& root_;
};

const std::array<Validator::Keyword, 38> Validator::keywords{{
    {"$ref", &Validator::reference}, {"type", &Validator::type}, {"const", &Validator::one_value},
    {"enum", &Validator::one_of_values}, {"properties", &Validator::properties}, {"required", &Validator::required},
    {"additionalProperties", &Validator::other_properties}, {"propertyNames", &Validator::property_names},
    {"minProperties", &Validator::min_properties}, {"maxProperties", &Validator::max_properties},
    {"items", &Validator::items}, {"minItems", &Validator::min_items}, {"maxItems", &Validator::max_items},
    {"uniqueItems", &Validator::unique_items}, {"minLength", &Validator::min_length}, {"maxLength", &Validator::max_length},
    {"pattern", &Validator::pattern}, {"minimum", &Validator::minimum}, {"maximum", &Validator::maximum},
    {"exclusiveMinimum", &Validator::above}, {"exclusiveMaximum", &Validator::below}, {"allOf", &Validator::all_of},
    {"anyOf", &Validator::any_of}, {"oneOf", &Validator::one_of}, {"$defs", nullptr}, {"definitions", nullptr},
    {"$schema", nullptr}, {"$id", nullptr}, {"$comment", nullptr}, {"title", nullptr}, {"description", nullptr},
    {"default", nullptr}, {"examples", nullptr}, {"example", nullptr}, {"format", nullptr}, {"deprecated", nullptr},
    {"readOnly", nullptr}, {"writeOnly", nullptr},
}};

void Validator::check(const Json& schema, const Json& value, const std::string& path, int depth) {
  if (depth > depth_max) return fail(path, "cannot be checked: the schema is nested too deep");
  if (schema.is_bool() && !schema.boolean()) return fail(path, "is not allowed");
  for (const Json::Member& member : schema.members()) {
    const auto keyword = std::find_if(keywords.begin(), keywords.end(), [&](const Keyword& k) { return k.name == member.first; });
    if (keyword == keywords.end()) {
      if (!member.first.starts_with("x-")) fail(path, "cannot be checked: the schema uses the unknown keyword " + member.first);
    } else if (keyword->rule != nullptr) {
      (this->*keyword->rule)(schema, member.second, value, path, depth);
    }
  }
}

}  // namespace

std::vector<SchemaError> validate_schema(const Json& schema, const Json& value) {
  Validator validator(schema);
  validator.check(schema, value, "", 0);
  return std::move(validator.errors);
}

std::string to_text(const std::vector<SchemaError>& errors) {
  std::vector<std::string> texts;
  for (const SchemaError& error : errors)
    texts.push_back(error.path.empty() ? "it " + error.message : error.path + " " + error.message);
  return join(texts, "; ");
}

}  // namespace cvg
