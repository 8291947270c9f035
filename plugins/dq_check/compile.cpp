#include "compile.h"

#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include "predicate.h"

namespace dq {

using convergence::Error;

std::string both(const std::string &a, const std::string &b) { return a.empty() ? b : b.empty() ? a : a + " AND " + b; }
std::string filter(const std::string &condition) { return condition.empty() ? "" : " FILTER (WHERE " + condition + ")"; }
std::string where(const std::string &condition) { return condition.empty() ? "" : " WHERE " + condition; }
std::string shown(const Column &c) {
  return c.family == Family::text || c.family == Family::other ? text_of(c.quoted, c) : c.quoted;
}

int Compiler::Scope::count(const std::string &which) const {
  if (!by_value) return c.statement_.rows("count(*)" + filter(both(condition, which)));
  const std::string n = c.statement_.weight(column.quoted, condition);
  return c.statement_.values(column.quoted, "CAST(coalesce(sum(" + n + ")" + filter(which) + ", 0) AS BIGINT)");
}

int Compiler::Scope::nonnull() const {
  if (by_value) return count("v IS NOT NULL");
  return c.statement_.rows("count(" + column.quoted + ")" + filter(condition));
}

const Column &Compiler::column(const std::string &name) const {
  const Column *found = table_.find(name);
  if (!found) throw Error(CVG_E_DATA, "the table has no column " + name);
  return *found;
}

int Compiler::element(const std::string &condition, const std::string &which) {
  return statement_.rows("count(*)" + filter(both(condition, which)));
}

Measured Compiler::compile(const Check &check) {
  switch (check.type->kind) {
    case Kind::not_null:
    case Kind::null: return nulls(check, column(check.text("column")));
    case Kind::unique: return unique(check, column(check.text("column")));
    case Kind::distinct_count:
    case Kind::distinct_share: return distinct(check, column(check.text("column")));
    case Kind::distinct_in_set:
    case Kind::distinct_equal_set:
    case Kind::distinct_contain_set: return distinct_set(check, column(check.text("column")));
    case Kind::most_common: return most_common(check, column(check.text("column")));
    case Kind::min:
    case Kind::max:
    case Kind::mean:
    case Kind::median:
    case Kind::sum:
    case Kind::stdev: return aggregate(check, column(check.text("column")));
    case Kind::quantiles: return quantiles(check, column(check.text("column")));
    case Kind::z_score: return z_scores(check, column(check.text("column")));
    case Kind::increasing:
    case Kind::decreasing: return ordered(check, column(check.text("column")));
    case Kind::pair_equal:
    case Kind::pair_greater:
    case Kind::pair_in_set:
    case Kind::unique_within_record:
    case Kind::multicolumn_sum: return record(check);
    case Kind::compound_unique: return compound(check);
    case Kind::freshness: return freshness(check, column(check.text("column")));
    case Kind::days_complete:
    case Kind::hours_complete: return complete(check, column(check.text("column")));
    case Kind::control_total:
    case Kind::other_table_total: return total(check, column(check.text("column")));
    case Kind::row_count_between:
    case Kind::row_count_equal:
    case Kind::row_count_other_table:
    case Kind::rows_accounted:
    case Kind::column_count_between:
    case Kind::column_count_equal:
    case Kind::columns_ordered:
    case Kind::columns_set:
    case Kind::column_exists:
    case Kind::of_type:
    case Kind::in_type_list:
    case Kind::unexpected_rows: return table_check(check);
    default: return values(check, column(check.text("column")));
  }
}

Measured Compiler::nulls(const Check &check, const Column &c) {
  const Scope scope{*this, c, check.condition, c.few_values};
  Measured m;
  m.over_all = true;
  m.wants_nulls = check.type->kind == Kind::null;
  m.element = scope.count("");
  m.nonnull = scope.nonnull();
  if (m.wants_nulls) m.sample = "SELECT " + shown(c) + " FROM r" + where(both(check.condition, c.quoted + " IS NOT NULL"));
  return m;
}

Measured Compiler::values(const Check &check, const Column &c) {
  const Scope scope{*this, c, check.condition, c.few_values};
  Measured m;
  m.element = scope.count("");
  m.nonnull = scope.nonnull();
  if (check.type->kind == Kind::json_schema) return m;  // its values are read and judged one by one
  m.unexpected = scope.count(unexpected_value(check, c, scope.value()));
  m.sample = "SELECT " + shown(c) + " FROM r" + where(both(check.condition, unexpected_value(check, c, c.quoted)));
  return m;
}

namespace {

// The values of a row as a list of texts.
std::string record_of(const std::vector<const Column *> &columns) {
  std::string list;
  for (const Column *c : columns) list += (list.empty() ? "" : ", ") + text_of(c->quoted, *c);
  return "[" + list + "]";
}

}  // namespace

Measured Compiler::record(const Check &check) {
  std::vector<const Column *> columns;
  for (const std::string &name : check.columns()) columns.push_back(&column(name));
  const std::string considered = both(check.condition, considered_rows(check, columns));
  const std::string unexpected = both(considered, unexpected_row(check, columns));
  Measured m;
  m.over_all = true;
  m.element = m.nonnull = element(considered);
  m.unexpected = statement_.rows("count(*)" + filter(unexpected));
  m.sample = "SELECT " + record_of(columns) + " FROM r" + where(unexpected);
  return m;
}

Measured Compiler::compound(const Check &check) {
  std::vector<const Column *> columns;
  std::string names;
  for (const std::string &name : check.columns()) {
    columns.push_back(&column(name));
    names += (names.empty() ? "" : ", ") + columns.back()->quoted;
  }
  const std::string considered = both(check.condition, considered_rows(check, columns));
  const std::string groups = " FROM r" + where(considered) + " GROUP BY " + names + " HAVING count(*) > 1";
  Measured m;
  m.over_all = true;
  m.element = m.nonnull = element(considered);
  m.unexpected = statement_.scalar("(SELECT CAST(coalesce(sum(k), 0) AS BIGINT) FROM (SELECT count(*) AS k" + groups + "))");
  m.sample = "SELECT " + record_of(columns) + groups;
  return m;
}

Measured Compiler::ordered(const Check &check, const Column &c) {
  std::string order;
  for (const std::string &name : check.columns())
    if (name != check.text("column")) order += (order.empty() ? "" : ", ") + column(name).quoted;
  if (order.empty()) throw Error(CVG_E_DATA, "order_by must name a column other than " + c.name);
  const bool up = check.type->kind == Kind::increasing, strictly = check.flag("strictly");
  const std::string operation = up ? (strictly ? " <= " : " < ") : (strictly ? " >= " : " > ");
  const std::string steps = "(SELECT " + c.quoted + " AS cvg_value, lag(" + c.quoted + ") OVER (ORDER BY " + order +
                            ") AS cvg_before FROM r" + where(both(check.condition, c.quoted + " IS NOT NULL")) + ")";
  const std::string bad = " WHERE cvg_value" + operation + "cvg_before";
  const Scope scope{*this, c, check.condition, c.few_values};
  Measured m;
  m.element = scope.count("");
  m.nonnull = scope.nonnull();
  m.unexpected = statement_.scalar("(SELECT count(*) FROM " + steps + bad + ")");
  m.sample = "SELECT cvg_value FROM " + steps + bad;
  return m;
}

Measured Compiler::z_scores(const Check &check, const Column &c) {
  if (!is_numeric(c.family)) throw Error(CVG_E_DATA, c.name + " (" + c.type + ") is no number");
  const std::string threshold = "CAST('" + check.text("threshold") + "' AS DOUBLE)";
  const std::string z = "((r." + c.quoted + " - z.cvg_mean) / z.cvg_deviation)";
  const std::string expected = check.flag("double_sided") ? "abs(" + z + ") < abs(" + threshold + ")"
                               : check.text("threshold")[0] == '-' ? z + " > " + threshold
                                                                   : z + " < " + threshold;
  // Where all values are equal there is no outlier; the deviation is 0 or, for one value, NULL.
  const std::string bad = " FROM r, (SELECT avg(" + c.quoted + ") AS cvg_mean, stddev_samp(" + c.quoted + ") AS cvg_deviation FROM r" +
                          where(check.condition) + ") AS z WHERE " +
                          both(check.condition, "z.cvg_deviation > 0 AND NOT (" + expected + ")");
  const Scope scope{*this, c, check.condition, c.few_values};
  Measured m;
  m.element = scope.count("");
  m.nonnull = scope.nonnull();
  m.unexpected = statement_.scalar("(SELECT count(*)" + bad + ")");
  m.sample = "SELECT r." + c.quoted + bad;
  return m;
}

}  // namespace dq
