#include "select_list.h"

#include <cstdlib>

#include "scalar_functions.h"

namespace ducklake {

namespace {

// "a.b.c" where no column has that name: the fields below a structure.
std::string nested(const std::string &path, const std::vector<SourceColumn> &source) {
  const size_t dot = path.find('.');
  if (dot == std::string::npos) return "";
  const std::string head = lower(path.substr(0, dot));
  for (const SourceColumn &column : source) {
    if (lower(column.name) != head || column.type.rfind("STRUCT", 0) != 0) continue;
    std::string sql = column.sql;
    std::string rest = path.substr(dot + 1);
    for (size_t at = 0; at != std::string::npos;) {
      at = rest.find('.');
      sql = "struct_extract(" + sql + ", " + literal(rest.substr(0, at)) + ")";
      if (at != std::string::npos) rest = rest.substr(at + 1);
    }
    return sql;
  }
  return "";
}

const SourceColumn *find(const std::string &name, const std::vector<SourceColumn> &source) {
  for (const SourceColumn &column : source)
    if (column.name == name) return &column;
  const std::string wanted = lower(name);
  for (const SourceColumn &column : source)
    if (lower(column.name) == wanted) return &column;
  return nullptr;
}

std::string cast(const std::string &sql, const std::string &type) { return "CAST(" + sql + " AS " + type + ")"; }

std::string from_text(Engine &engine, const Target &target, const std::string &type, const std::string &sql,
                      const std::vector<std::string> &null_words) {
  const ColumnType tree = ColumnType::parse(type);
  const TextFormat format = format_of(target, tree, null_words);
  const std::string call = text_function(engine, format) + "(" + sql + ")";
  switch (format.kind) {
    case TextKind::text: {
      // Most texts need no change: then the CASE hands the vector through.
      const std::string plain = plain_function(engine, format) + "(" + sql + ")";
      const std::string text = "CASE WHEN " + plain + " THEN " + sql + " ELSE " + call + " END";
      return type == "VARCHAR" ? text : cast(text, type);
    }
    case TextKind::json: {
      // Azure writes tags without the object's own braces.
      const std::string text = format.bare_object ? "CASE WHEN " + call + "[1] = '{' THEN " + call + " ELSE '{' || " + call + " || '}' END" : call;
      return tree.base == "VARCHAR" ? cast(cast(text, "JSON"), "VARCHAR") : cast(cast(text, "JSON"), type);
    }
    case TextKind::decimal: return type == "DECIMAL(38," + std::to_string(format.scale) + ")" ? call : cast(call, type);
    default: return cast(call, type);
  }
}

// A column that already has a type. Money must not come from binary fractions: their shortest text is what was meant.
std::string from_typed(Engine &engine, const Target &target, const std::string &type, const SourceColumn &column,
                       const std::vector<std::string> &null_words) {
  if (column.type == type) return column.sql;
  const ColumnType wanted = ColumnType::parse(type), given = ColumnType::parse(column.type);
  if (wanted.base == "DECIMAL" && given.base == "BOOLEAN")
    return "CASE WHEN " + column.sql + " IS NULL THEN CAST(NULL AS " + type + ") ELSE CAST(error('the column is BOOLEAN, not a number') AS " + type + ") END";
  const bool fraction = given.base == "DOUBLE" || given.base == "FLOAT";
  const bool deeper = given.base == "DECIMAL" && target.money && !unified(wanted, given);
  if (wanted.base == "DECIMAL" && (fraction || deeper))
    return from_text(engine, target, type, cast(column.sql, "VARCHAR"), null_words);
  // The same inside lists and structures: the fractions become text first.
  const bool fractions_within = column.type.find("DOUBLE") != std::string::npos || column.type.find("FLOAT") != std::string::npos;
  if (fractions_within && type.find("DECIMAL(") != std::string::npos) {
    std::string as_text = type;
    for (size_t at = as_text.find("DECIMAL("); at != std::string::npos; at = as_text.find("DECIMAL("))
      as_text.replace(at, as_text.find(')', at) + 1 - at, "VARCHAR");
    return cast(cast(column.sql, as_text), type);
  }
  return cast(column.sql, type);
}

std::string map_of(Engine &engine, const Target &target, const std::vector<SourceColumn> &source,
                   const std::vector<std::string> &null_words) {
  TextFormat format;
  format.kind = TextKind::map;
  format.null_words = null_words;
  std::string arguments;
  for (const auto &[name, key] : target.entries) {
    const SourceColumn *column = find(name, source);
    if (!column) continue;
    format.keys.push_back(key);
    arguments += (arguments.empty() ? "" : ", ") + (column->type == "VARCHAR" ? column->sql : cast(column->sql, "VARCHAR"));
  }
  if (format.keys.empty()) return "NULL";
  return text_function(engine, format) + "(" + arguments + ")";
}

}  // namespace

TextFormat format_of(const Target &target, const ColumnType &type, const std::vector<std::string> &null_words) {
  TextFormat f;
  f.null_words = null_words;
  if (target.convert == "date_mdy" || target.convert == "timestamp") f.order = DayOrder::mdy;
  if (target.convert == "date_dmy") f.order = DayOrder::dmy;
  if (target.convert == "json" || target.convert == "json_map" || target.convert == "json_list") {
    f.kind = TextKind::json;
    f.bare_object = target.convert == "json_map";
  } else if (type.base == "DECIMAL") {
    f.kind = TextKind::decimal;
    f.width = type.parameters.empty() ? 18 : std::atoi(type.parameters.c_str());
    const size_t comma = type.parameters.find(',');
    f.scale = type.parameters.empty() ? 3 : comma == std::string::npos ? 0 : std::atoi(type.parameters.c_str() + comma + 1);
    f.exact = target.money;
  } else if (type.base == "BIGINT" || type.base == "INTEGER" || type.base == "SMALLINT" || type.base == "TINYINT") {
    f.kind = TextKind::bigint;
  } else if (type.base == "DOUBLE" || type.base == "FLOAT") {
    f.kind = TextKind::real;
  } else if (type.base == "BOOLEAN") {
    f.kind = TextKind::boolean;
  } else if (type.base == "DATE") {
    f.kind = TextKind::date;
  } else if (type.base == "TIMESTAMP" || type.base == "TIMESTAMP WITH TIME ZONE") {
    f.kind = TextKind::timestamp;
  }
  return f;
}

std::string expression(Engine &engine, const Target &target, const std::string &type,
                       const std::vector<SourceColumn> &source, const std::vector<std::string> &null_words) {
  std::string sql = "NULL";
  if (target.value) {
    sql = cast(literal(*target.value), type);
  } else if (!target.entries.empty()) {
    sql = map_of(engine, target, source, null_words);
  } else if (!target.from.empty()) {
    if (const SourceColumn *column = find(target.from, source)) {
      sql = column->type == "VARCHAR" && target.convert != "native"
                ? from_text(engine, target, type, column->sql, null_words)
                : from_typed(engine, target, type, *column, null_words);
      if (column->type == "VARCHAR" && target.convert == "native" && ColumnType::parse(type).base == "DECIMAL")
        sql = from_text(engine, target, type, column->sql, null_words);
    } else if (const std::string field = nested(target.from, source); !field.empty()) {
      // The field's type is not known here: its text form loses nothing for the types that bills have.
      const bool structured = type.find('(') != std::string::npos && type.rfind("DECIMAL", 0) != 0;
      sql = structured || type.back() == ']' ? cast(field, type)
                                             : from_text(engine, target, type, cast(field, "VARCHAR"), null_words);
    }
  }
  if (sql == "NULL") sql = cast(sql, type);
  if (!target.nullable)
    sql = "CASE WHEN " + sql + " IS NULL THEN CAST(error(" + literal("the column " + target.name + " must not be empty") +
          ") AS " + type + ") ELSE " + sql + " END";
  return sql;
}

}  // namespace ducklake
