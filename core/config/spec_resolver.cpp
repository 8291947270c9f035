#include "core/config/spec_resolver.h"

#include "core/base/text.h"
#include "core/config/placeholder.h"
#include "core/config/yaml.h"

namespace cvg {
namespace {

void visit(const Json& value, const std::string& pointer, FieldKind kind, const VisitText& f) {
  if (value.is_string()) f(pointer, kind, value.text());
  for (std::size_t i = 0; i < value.items().size(); ++i) visit(value.items()[i], fmt::format("{}/{}", pointer, i), FieldKind::text, f);
  for (const auto& [name, member] : value.members()) {
    visit(member, pointer + '/' + pointer_token(name), field_kind(name, value), f);
  }
}

Result<Json> resolve_text(const std::string& text, const FindValue& find) {
  const auto value_of = [&](std::string_view name) -> Result<Value> {
    std::optional<Value> value = find(name);
    if (!value) return Status(Code::invalid, fmt::format("unknown placeholder {{{}}}", name));
    return std::move(*value);
  };
  if (const auto name = whole_placeholder(text)) {
    CVG_ASSIGN(const Value value, value_of(*name));
    return to_json(value);
  }
  Result<std::string> out = replace_placeholders(text, [&](std::string_view name) -> Result<std::string> {
    CVG_ASSIGN(const Value value, value_of(name));
    return value.text;
  });
  if (!out.ok()) return out.status();
  return Json(*out);
}

Result<Json> resolve(const Json& value, const std::string& place, FieldKind kind, const FindValue& find) {
  if (value.is_string()) {
    if (value.text().find('{') == std::string::npos) return value;
    Result<Json> out = Json();
    if (kind == FieldKind::text) {
      out = resolve_text(value.text(), find);
    } else {
      Result<std::string> sql = place_values(value.text(), find);
      out = sql.ok() ? Result<Json>(Json(*sql)) : Result<Json>(sql.status());
    }
    return out.ok() ? std::move(out) : Status(out.status().code(), fmt::format("{}: {}", place, out.status().text()));
  }
  if (value.is_array()) {
    Json out = Json::array();
    for (std::size_t i = 0; i < value.size(); ++i) {
      CVG_ASSIGN(Json item, resolve(value.items()[i], fmt::format("{}[{}]", place, i), FieldKind::text, find));
      out.push(std::move(item));
    }
    return out;
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [name, member] : value.members()) {
    CVG_ASSIGN(Json resolved, resolve(member, place.empty() ? name : place + '.' + name, field_kind(name, value), find));
    out.members().emplace_back(name, std::move(resolved));
  }
  return out;
}

}  // namespace

FieldKind field_kind(std::string_view name, const Json& owner) {
  if (name == "sql" || name == "query" || name.ends_with("_sql") || name.ends_with("_query")) return FieldKind::statement;
  if (name == "where" || (name == "row_condition" && owner["condition_parser"].text() == "sql")) return FieldKind::condition;
  return FieldKind::text;
}

void visit_texts(const Json& spec, const VisitText& f) { visit(spec, "", FieldKind::text, f); }

Result<Json> resolve_spec(const Json& spec, const FindValue& find) { return resolve(spec, "", FieldKind::text, find); }

}  // namespace cvg
