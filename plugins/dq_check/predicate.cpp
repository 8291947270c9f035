#include "predicate.h"

#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include <algorithm>
#include <set>

namespace dq {
namespace {

using convergence::Error;
using convergence::Json;
using convergence::sql_literal;

// What Python's dateutil reads and a cast does not: the forms seen in exports.
constexpr char kDateFormats[] =
    "['%Y/%m/%d', '%Y/%m/%d %H:%M:%S', '%Y%m%d', '%m/%d/%Y', '%m/%d/%Y %H:%M:%S', '%m/%d/%Y %I:%M:%S %p', '%d.%m.%Y', "
    "'%d %b %Y', '%d %B %Y', '%b %d, %Y', '%B %d, %Y', '%a, %d %b %Y %H:%M:%S', '%a %b %d %H:%M:%S %Y', '%Y-%m', '%b %Y']";

std::string any_of(const std::vector<std::string> &conditions, const char *word) {
  std::string out;
  for (const std::string &c : conditions) out += (out.empty() ? "" : std::string(" ") + word + " ") + c;
  return out.empty() ? (std::string(word) == "AND" ? "TRUE" : "FALSE") : "(" + out + ")";
}

std::string between(const std::string &value, const std::string &least, const std::string &most, bool strict_min, bool strict_max) {
  std::vector<std::string> sides;
  if (!least.empty()) sides.push_back(value + (strict_min ? " > " : " >= ") + least);
  if (!most.empty()) sides.push_back(value + (strict_max ? " < " : " <= ") + most);
  return any_of(sides, "AND");
}

std::string bound(const Check &check, const char *kwarg, const std::string &type) {
  const Json &v = check.kwargs[kwarg];
  if (v.is_null()) return "";
  const bool word_for_number = family_of(type) == Family::text && v.is_number();
  const auto literal = literal_for(type, v);
  if (!literal || word_for_number)
    throw Error(CVG_E_DATA, std::string(kwarg) + " " + v.dump() + " does not compare with the type " + type);
  return *literal;
}

std::string matches(const std::vector<std::string> &patterns, const std::string &text, bool like, const char *word) {
  std::vector<std::string> each;
  for (const std::string &p : patterns)
    each.push_back(like ? text + " LIKE " + sql_literal(p) : "regexp_matches(" + text + ", " + sql_literal(p) + ")");
  return any_of(each, word);
}

std::vector<std::string> texts(const Json &list) {
  std::vector<std::string> out;
  for (const Json &v : list.items()) out.push_back(v.text());
  return out;
}

std::string unexpected_member(const Check &check, const Column &column, const std::string &value, bool expected) {
  if (check.kwargs["value_set"].is_null()) return "FALSE";
  const std::string list = literals(column, check.kwargs["value_set"]);
  if (list.empty()) return expected ? "(" + value + " IS NOT NULL)" : "FALSE";
  return "(" + value + (expected ? " NOT IN (" : " IN (") + list + "))";
}

std::string unexpected_pattern(const Check &check, const std::string &text) {
  const char *word = check.text("match_on") == "all" ? "AND" : "OR";
  switch (check.type->kind) {
    case Kind::regex: return "(NOT " + matches({check.text("regex")}, text, false, "OR") + ")";
    case Kind::not_regex: return matches({check.text("regex")}, text, false, "OR");
    case Kind::regex_list: return "(NOT " + matches(texts(check.kwargs["regex_list"]), text, false, word) + ")";
    case Kind::not_regex_list: return matches(texts(check.kwargs["regex_list"]), text, false, "OR");
    case Kind::like: return "(NOT " + matches({check.text("like_pattern")}, text, true, "OR") + ")";
    case Kind::not_like: return matches({check.text("like_pattern")}, text, true, "OR");
    case Kind::like_list: return "(NOT " + matches(texts(check.kwargs["like_pattern_list"]), text, true, word) + ")";
    default: return matches(texts(check.kwargs["like_pattern_list"]), text, true, "OR");
  }
}

// a = b where a comparison of the two types could fail: numbers with numbers, times with times, else as texts.
std::string equals(const Column &a, const Column &b) {
  const bool direct = a.type == b.type || (is_numeric(a.family) && is_numeric(b.family)) || (is_temporal(a.family) && is_temporal(b.family));
  return direct ? "(" + a.quoted + " = " + b.quoted + ")" : "(" + text_of(a.quoted, a) + " = " + text_of(b.quoted, b) + ")";
}

std::string not_surely(const std::string &condition) { return "(NOT coalesce(" + condition + ", FALSE))"; }

std::string pair_greater(const Check &check, const Column &a, const Column &b) {
  const bool direct = a.family == b.family || (is_numeric(a.family) && is_numeric(b.family)) || (is_temporal(a.family) && is_temporal(b.family));
  if (!direct) throw Error(CVG_E_DATA, a.name + " (" + a.type + ") does not compare with " + b.name + " (" + b.type + ")");
  return not_surely("(" + a.quoted + (check.flag("or_equal") ? " >= " : " > ") + b.quoted + ")");
}

std::string member(const Column &column, const Json &value) {
  if (value.is_null()) return "(" + column.quoted + " IS NULL)";
  const std::string side = column.family == Family::text ? text_of(column.quoted, column) : column.quoted;
  const auto literal = literal_for(column.type, value);
  return literal ? "coalesce(" + side + " = " + *literal + ", FALSE)" : "FALSE";
}

std::string pair_in_set(const Check &check, const Column &a, const Column &b) {
  std::vector<std::string> pairs;
  for (const Json &p : check.kwargs["value_pairs_set"].items())
    pairs.push_back("(" + member(a, p.items()[0]) + " AND " + member(b, p.items()[1]) + ")");
  return "(NOT " + any_of(pairs, "OR") + ")";
}

std::string sum_differs(const Check &check, const std::vector<const Column *> &columns) {
  std::string sum;
  for (const Column *c : columns) {
    if (!is_numeric(c->family)) throw Error(CVG_E_DATA, c->name + " (" + c->type + ") is no number");
    sum += (sum.empty() ? "" : " + ") + c->quoted;
  }
  return not_surely("((" + sum + ") = " + *literal_for("HUGEINT", check.kwargs["sum_total"]) + ")");
}

}  // namespace

std::string text_of(const std::string &value, const Column &column) {
  return column.type == "VARCHAR" ? value : "CAST(" + value + " AS VARCHAR)";
}

std::string literals(const Column &column, const Json &set, std::size_t *members) {
  std::set<std::string> seen, unknown;
  std::string out;
  for (const Json &v : set.items()) {
    if (v.is_null()) continue;
    const auto literal = literal_for(column.type, v);
    if (!literal) unknown.insert(v.dump());
    if (literal && seen.insert(*literal).second) out += (out.empty() ? "" : ", ") + *literal;
  }
  if (members) *members = seen.size() + unknown.size();
  return out;
}

std::string in_bounds(const Check &check, const std::string &value, const std::string &type) {
  return between(value, bound(check, "min_value", type), bound(check, "max_value", type), check.flag("strict_min"),
                 check.flag("strict_max"));
}

std::string unexpected_value(const Check &check, const Column &column, const std::string &value) {
  const std::string text = text_of(value, column);
  switch (check.type->kind) {
    case Kind::in_set: return unexpected_member(check, column, column.family == Family::text ? text : value, true);
    case Kind::not_in_set: return unexpected_member(check, column, column.family == Family::text ? text : value, false);
    case Kind::between:
      return "(NOT " + in_bounds(check, column.family == Family::text ? text : value, column.type) + ")";
    case Kind::length_between: return "(NOT " + in_bounds(check, "length(" + text + ")", "BIGINT") + ")";
    case Kind::length_equal: return "(length(" + text + ") <> " + check.text("value") + ")";
    case Kind::strftime:
      if (column.family != Family::text) throw Error(CVG_E_DATA, column.name + " (" + column.type + ") is no text");
      return "(" + text + " IS NOT NULL AND try_strptime(" + text + ", " + sql_literal(check.text("strftime_format")) + ") IS NULL)";
    case Kind::date_parseable:
      if (is_temporal(column.family)) return "FALSE";
      return "(" + text + " IS NOT NULL AND TRY_CAST(" + text + " AS TIMESTAMP) IS NULL AND TRY_CAST(" + text +
             " AS TIMESTAMPTZ) IS NULL AND try_strptime(" + text + ", " + kDateFormats + ") IS NULL)";
    case Kind::json_parseable: return "(NOT json_valid(" + text + "))";
    default: return unexpected_pattern(check, text);
  }
}

std::string unexpected_row(const Check &check, const std::vector<const Column *> &columns) {
  switch (check.type->kind) {
    case Kind::pair_equal: return not_surely(equals(*columns[0], *columns[1]));
    case Kind::pair_greater: return pair_greater(check, *columns[0], *columns[1]);
    case Kind::pair_in_set: return pair_in_set(check, *columns[0], *columns[1]);
    case Kind::multicolumn_sum: return sum_differs(check, columns);
    default: break;
  }
  std::vector<std::string> equal;
  for (std::size_t i = 0; i < columns.size(); ++i)
    for (std::size_t j = i + 1; j < columns.size(); ++j) equal.push_back(equals(*columns[i], *columns[j]));
  return "coalesce(" + any_of(equal, "OR") + ", FALSE)";
}

std::string considered_rows(const Check &check, const std::vector<const Column *> &columns) {
  std::vector<std::string> missing;
  for (const Column *c : columns) missing.push_back(c->quoted + " IS NULL");
  const std::string rule = check.text("ignore_row_if");
  if (rule == "never" || rule == "neither") return "";
  const bool any = rule == "either_value_is_missing" || rule == "any_value_is_missing";
  return "(NOT " + any_of(missing, any ? "OR" : "AND") + ")";
}

}  // namespace dq
