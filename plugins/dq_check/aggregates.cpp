// Checks of a column's distinct values and of one number over a column.
#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>

#include "compile.h"
#include "predicate.h"

namespace dq {
namespace {

using convergence::Error;
using convergence::Json;

constexpr int kValuesShown = 20;

Measured number(Statement &s, const std::string &observed, const std::string &ok, int (Statement::*add)(const std::string &)) {
  Measured m;
  m.observed = (s.*add)(observed);
  m.ok = (s.*add)(ok);
  return m;
}

void want_number(const Column &c) {
  if (!is_numeric(c.family)) throw Error(CVG_E_DATA, c.name + " (" + c.type + ") is no number");
}

// An aggregate function over the column and the type of what it gives.
std::pair<std::string, std::string> function_of(Kind kind, const Column &c) {
  switch (kind) {
    case Kind::min: return {"min(" + shown(c) + ")", c.type};
    case Kind::max: return {"max(" + shown(c) + ")", c.type};
    case Kind::mean: return {"avg(" + c.quoted + ")", "DOUBLE"};
    case Kind::stdev: return {"stddev_samp(" + c.quoted + ")", "DOUBLE"};
    case Kind::median:
      return {"median(" + c.quoted + ")", is_temporal(c.family) ? "TIMESTAMP" : c.family == Family::decimal ? c.type : "DOUBLE"};
    default: {
      const std::size_t comma = c.type.find(',');
      return {"sum(" + c.quoted + ")", c.family == Family::decimal ? "DECIMAL(38" + c.type.substr(comma) : c.family == Family::floating ? "DOUBLE" : "HUGEINT"};
    }
  }
}

std::string numeral_bound(const Json &v, const std::string &type, const char *which) {
  const auto literal = literal_for(type, v);
  if (!literal) throw Error(CVG_E_DATA, std::string(which) + " " + v.dump() + " does not compare with the type " + type);
  return *literal;
}

// A median of decimals within the bounds, to the last digit: the engine's median() goes through DOUBLE. The sum of the two
// values in the middle (one of them twice when their number is odd) is compared with twice the bound; empty without bounds.
std::string exact_median_in_bounds(const Check &check, const Column &c) {
  const std::string middle = "(quantile_disc(" + c.quoted + ", [CAST('0.5' AS DOUBLE), CAST('0.500000001' AS DOUBLE)])" + filter(check.condition) + ")";
  const std::string twice = "(" + middle + "[1] + " + middle + "[2])";
  std::string sides;
  for (const char *const which : {"min_value", "max_value"}) {
    if (check.kwargs[which].is_null()) continue;
    const bool least = std::string(which) == "min_value", strict = check.flag(least ? "strict_min" : "strict_max");
    const std::string bound = numeral_bound(check.kwargs[which], c.type, which);
    sides += (sides.empty() ? "" : " AND ") + twice + (least ? " >" : " <") + (strict ? " " : "= ") + "(" + bound + " + " + bound + ")";
  }
  return sides.empty() ? sides : "(" + sides + ")";
}

}  // namespace

// Where most values differ, a set of their hashes is cheaper than one of the values, and rides on the pass over the rows;
// only when there are fewer hashes than values are the values themselves counted, by a statement of their own.
Measured Compiler::unique(const Check &check, const Column &c) {
  const Scope scope{*this, c, check.condition, c.few_values};
  const std::string present = both(check.condition, c.quoted + " IS NOT NULL");
  const std::string groups = " FROM r WHERE " + present + " GROUP BY " + c.quoted + " HAVING count(*) > 1";
  Measured m;
  m.element = scope.count("");
  m.nonnull = scope.nonnull();
  m.sample = "SELECT " + shown(c) + groups;
  if (c.few_values) {
    m.unexpected = scope.count("v IS NOT NULL AND " + statement_.weight(c.quoted, check.condition) + " > 1");
  } else {
    m.hashes = statement_.rows("count(DISTINCT hash(" + c.quoted + "))" + filter(present));
    m.exact = "(SELECT CAST(coalesce(sum(k), 0) AS BIGINT) FROM (SELECT count(*) AS k" + groups + "))";
  }
  return m;
}

Measured Compiler::distinct(const Check &check, const Column &c) {
  const std::string n = statement_.weight(c.quoted, check.condition), held = "v IS NOT NULL AND " + n + " > 0";
  const std::string different = c.few_values ? "count(*) FILTER (WHERE " + held + ")" : "count(DISTINCT " + c.quoted + ")" + filter(check.condition);
  const std::string values = c.few_values ? "sum(" + n + ") FILTER (WHERE " + held + ")" : "count(" + c.quoted + ")" + filter(check.condition);
  const std::string share = "(CAST(" + different + " AS DOUBLE) / nullif(" + values + ", 0))";
  const bool count = check.type->kind == Kind::distinct_count;
  const std::string observed = count ? different : share, ok = in_bounds(check, observed, count ? "BIGINT" : "DOUBLE");
  const auto add = [&](const std::string &aggregate) { return c.few_values ? statement_.values(c.quoted, aggregate) : statement_.rows(aggregate); };
  Measured m;
  m.observed = add(observed);
  m.ok = add(ok);
  return m;
}

Measured Compiler::distinct_set(const Check &check, const Column &c) {
  const std::string n = statement_.weight(c.quoted, check.condition), held = "v IS NOT NULL AND " + n + " > 0";
  const std::string value = c.family == Family::text || c.family == Family::other ? text_of("v", c) : "v";
  const std::string different = "count(*) FILTER (WHERE " + held + ")";
  std::size_t members = 0;
  const std::string set = literals(c, check.kwargs["value_set"], &members);
  const std::string in_set = "count(*) FILTER (WHERE " + held + " AND " + (set.empty() ? "FALSE" : value + " IN (" + set + ")") + ")";
  const std::string only = "(" + different + " = " + in_set + ")", all = "(" + in_set + " = " + std::to_string(members) + ")";
  const auto values = [&](const std::string &aggregate) { return statement_.values(c.quoted, aggregate); };
  Measured m;
  m.observed = values("min(" + value + ", " + std::to_string(kValuesShown) + ") FILTER (WHERE " + held + ")");
  if (check.type->kind == Kind::distinct_in_set) m.ok = values(check.kwargs["value_set"].is_null() ? "TRUE" : only);
  if (check.type->kind == Kind::distinct_contain_set) m.ok = values(all);
  if (check.type->kind == Kind::distinct_equal_set) m.ok = values("(" + only + " AND " + all + ")");
  return m;
}

Measured Compiler::most_common(const Check &check, const Column &c) {
  const std::string n = statement_.weight(c.quoted, check.condition);
  const std::string value = c.family == Family::text || c.family == Family::other ? text_of("v", c) : "v";
  const std::string set = literals(c, check.kwargs["value_set"]);
  // The hundred most frequent values, most frequent first; a tie of more is no mode at all.
  const std::string top = "arg_max({'v': " + value + ", 'n': " + n + ", 'known': " +
                          (set.empty() ? "FALSE" : "(" + value + " IN (" + set + "))") + "}, " + n + ", 100) FILTER (WHERE v IS NOT NULL AND " + n + " > 0)";
  const std::string modes = "list_filter(" + top + ", lambda x: x.n = (" + top + ")[1].n)";
  const std::string known = "len(list_filter(" + modes + ", lambda x: x.known))";
  Measured m;
  m.observed = statement_.values(c.quoted, "list_transform(" + modes + ", lambda x: x.v)");
  m.ok = statement_.values(c.quoted, "(" + known + " > 0" + (check.flag("ties_okay") ? ")" : " AND len(" + modes + ") = 1)"));
  return m;
}

Measured Compiler::aggregate(const Check &check, const Column &c) {
  const Kind kind = check.type->kind;
  if (kind == Kind::mean || kind == Kind::sum || kind == Kind::stdev || (kind == Kind::median && !is_temporal(c.family))) want_number(c);
  const auto [function, type] = function_of(kind, c);
  const std::string observed = function + filter(check.condition);
  const std::string exact = kind == Kind::median && c.family == Family::decimal ? exact_median_in_bounds(check, c) : "";
  return number(statement_, observed, exact.empty() ? in_bounds(check, observed, type) : exact, &Statement::rows);
}

// pandas' "nearest": the value at the rounded position (half to even) among the sorted ones.  quantile_disc takes the value
// at ceil(n * q) - 1, so that (position + 0.5) / n hits it exactly; allow_relative_error leaves the choice to the engine.
Measured Compiler::quantiles(const Check &check, const Column &c) {
  if (!is_numeric(c.family) && !is_temporal(c.family)) throw Error(CVG_E_DATA, c.name + " (" + c.type + ") is neither number nor time");
  const Json &asked = check.kwargs["quantile_ranges"]["quantiles"], &ranges = check.kwargs["quantile_ranges"]["value_ranges"];
  const auto count = around_.counts.find({c.quoted, check.condition});
  const double n = count == around_.counts.end() ? 0 : static_cast<double>(count->second);
  const bool nearest = !check.flag("allow_relative_error") && n > 0;
  std::string shares, sides;
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const double q = std::strtod(asked.items()[i].text().c_str(), nullptr);
    char text[40];
    std::snprintf(text, sizeof text, "%.17g", nearest ? (std::nearbyint(q * (n - 1)) + 0.5) / n : q);
    shares += (i == 0 ? "CAST('" : ", CAST('") + std::string(text) + "' AS DOUBLE)";
  }
  const std::string observed = "quantile_disc(" + c.quoted + ", [" + shares + "])" + filter(check.condition);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const Json &least = ranges.items()[i].items()[0], &most = ranges.items()[i].items()[1];
    const std::string value = "(" + observed + ")[" + std::to_string(i + 1) + "]";
    if (!least.is_null()) sides += (sides.empty() ? "" : " AND ") + value + " >= " + numeral_bound(least, c.type, "a range's minimum");
    if (!most.is_null()) sides += (sides.empty() ? "" : " AND ") + value + " <= " + numeral_bound(most, c.type, "a range's maximum");
  }
  return number(statement_, observed, sides.empty() ? "(" + observed + ") IS NOT NULL" : "(" + sides + ")", &Statement::rows);
}

// A DATE holds its whole day, so that it ends a day later than it begins.
Measured Compiler::freshness(const Check &check, const Column &c) {
  if (!is_temporal(c.family)) throw Error(CVG_E_DATA, c.name + " (" + c.type + ") is neither DATE nor TIMESTAMP");
  std::string as_of = check.text("as_of");
  if (as_of.empty() && around_.run_date.empty()) throw Error(CVG_E_DATA, "as_of is needed where a run has no date");
  const std::string now = as_of.empty() ? "(TIMESTAMP '" + around_.run_date + "' + INTERVAL 1 DAY)" : "TIMESTAMP " + convergence::sql_literal(as_of);
  const std::string newest = "max(" + c.quoted + ")" + filter(check.condition);
  const std::string end = "(CAST(" + newest + " AS TIMESTAMP)" + (c.family == Family::date ? " + INTERVAL 1 DAY)" : ")");
  const std::string age = "(epoch(" + now + ") - epoch(" + end + "))";
  return number(statement_, newest, "(" + age + " <= 3600 * " + check.text("max_age_hours") + ")", &Statement::rows);
}

Measured Compiler::complete(const Check &check, const Column &c) {
  if (!is_temporal(c.family)) throw Error(CVG_E_DATA, c.name + " (" + c.type + ") is neither DATE nor TIMESTAMP");
  const bool days = check.type->kind == Kind::days_complete;
  std::string to = "TIMESTAMP " + convergence::sql_literal(check.text("to"));
  if (!days && check.text("to").size() == 10) to = "(" + to + " + INTERVAL 23 HOUR)";
  const std::string cut = days ? "date_trunc('day', CAST(" : "date_trunc('hour', CAST(";
  const std::string missing = "(SELECT cvg_time FROM generate_series(TIMESTAMP " + convergence::sql_literal(check.text("from")) + ", " + to +
                              ", INTERVAL 1 " + (days ? "DAY" : "HOUR") + ") AS s(cvg_time) WHERE cvg_time NOT IN (SELECT CAST(" + cut + c.quoted +
                              " AS TIMESTAMP)) AS TIMESTAMP) FROM r" + where(both(check.condition, c.quoted + " IS NOT NULL")) + "))";
  Measured m;
  m.observed = statement_.scalar("(SELECT count(*) FROM " + missing + ")");
  m.ok = statement_.scalar("(SELECT count(*) = 0 FROM " + missing + ")");
  m.sample = std::string("SELECT ") + (days ? "CAST(cvg_time AS DATE)" : "cvg_time") + " FROM " + missing + " ORDER BY 1";
  return m;
}

Measured Compiler::total(const Check &check, const Column &c) {
  want_number(c);
  const std::string type = function_of(Kind::sum, c).second;
  const std::string mine = "sum(" + c.quoted + ")" + filter(check.condition);
  const std::string tolerance = check.kwargs.find("tolerance") ? numeral_bound(check.kwargs["tolerance"], type, "tolerance") : "0";
  if (check.type->kind == Kind::control_total) {
    const std::string off = "abs(" + mine + " - " + numeral_bound(check.kwargs["total"], type, "total") + ")";
    return number(statement_, mine, "(" + off + " <= " + tolerance + ")", &Statement::rows);
  }
  const std::string other = convergence::sql_identifier(check.kwargs.find("other_column") ? check.text("other_column") : c.name);
  const std::string theirs = "(SELECT sum(" + other + ") FROM (" + around_.relation(check.text("other_table_name")) + "))";
  Measured m;
  m.observed = statement_.rows(mine);
  m.ok = statement_.scalar("(SELECT abs(" + mine + " - " + theirs + ") <= " + tolerance + " FROM r)");
  return m;
}

}  // namespace dq
