#include "checker.h"

#include <convergence/arrow_read.hpp>
#include <convergence/sql.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <set>

#include "compile.h"
#include "json_schema.h"

namespace dq {
namespace {

using convergence::Error;
using convergence::Json;

constexpr int kSampledRows = 4096;
// Of the sampled rows' values at most this share may differ.  A column of 4096 equally frequent values shows about 0.63 of a
// sample of 4096 rows as different: up to there a dictionary of values is cheaper than a look at every row.
constexpr double kFewValuesShare = 0.63;
constexpr int kSamplesMax = 20;

// Errors that concern one expression of a statement and not the warehouse or the run.
bool is_about_the_sql(cvg_status code) {
  return code == CVG_E_DATA || code == CVG_E_CONFIG || code == CVG_E_PLUGIN || code == CVG_E_NOT_FOUND || code == CVG_E_LIMIT ||
         code == CVG_E_UNSUPPORTED;
}

// Checks that gain from a look at each distinct value in place of each row.
bool gains_by_value(Kind kind, Family family) {
  if (kind >= Kind::unique && kind <= Kind::most_common) return true;
  return family == Family::text && kind >= Kind::in_set && kind <= Kind::json_parseable;
}

class Watch {
 public:
  int64_t ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin_).count();
  }

 private:
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Checker::Checker(convergence::Call &call, const Suite &suite, const std::string &table, const std::string &where)
    : call_(call), suite_(suite), measured_(suite.checks.size()), verdicts_(suite.checks.size()) {
  table_.relation = relation_of(table, where);
  around_.run_date = call.info()["run_date"].text();
  if (!is_iso_time(around_.run_date)) around_.run_date.clear();
  around_.relation = [this](const std::string &other) { return relation_of(other, ""); };
}

std::string Checker::relation_of(const std::string &table, const std::string &where) {
  const std::string condition = convergence::sql_units(call_.run_units(table));
  return "SELECT * FROM " + convergence::sql_identifier(table) +
         dq::where(both(condition, where.empty() ? "" : convergence::sql_subquery(where)));
}

std::vector<Json> Checker::first_row(const std::string &sql) {
  call_.stop_if_cancelled();
  const convergence::ArrowRows result = convergence::query_rows(call_, sql, 1);
  if (result.rows.empty()) throw Error(CVG_E_HOST, "the warehouse answered an aggregate with no row");
  return result.rows[0];
}

void Checker::learn_columns() {
  call_.stop_if_cancelled();
  // The left join gives one row also for an empty table; typeof() reads no value.
  const convergence::ArrowRows types = convergence::query_rows(
      call_, "SELECT typeof(COLUMNS(t.*)) AS '\\0' FROM (SELECT 1) LEFT JOIN (" + table_.relation + " LIMIT 0) AS t ON TRUE", 1);
  for (std::size_t i = 0; i < types.columns.size(); ++i) {
    Column c{types.columns[i], convergence::sql_identifier(types.columns[i]), types.rows.at(0)[i].text(), Family::other, false};
    c.family = family_of(c.type);
    table_.columns.push_back(std::move(c));
  }
}

void Checker::estimate_distinct() {
  std::vector<Column *> asked;
  for (const Check &check : suite_.checks) {
    Column *c = table_.find(check.text("column"));
    if (c && gains_by_value(check.type->kind, c->family) && std::find(asked.begin(), asked.end(), c) == asked.end()) asked.push_back(c);
  }
  if (asked.empty()) return;
  std::string aggregates, names;
  for (const Column *c : asked) {
    aggregates += (aggregates.empty() ? "" : ", ") + std::string("approx_count_distinct(") + c->quoted + "), count(" + c->quoted + ")";
    names += (names.empty() ? "" : ", ") + c->quoted;
  }
  const std::vector<Json> row = first_row(Statement::with(table_.relation) + "SELECT " + aggregates + " FROM (SELECT " + names +
                                          " FROM r LIMIT " + std::to_string(kSampledRows) + ")");
  for (std::size_t i = 0; i < asked.size(); ++i) {
    const double different = static_cast<double>(row[2 * i].integer()), values = static_cast<double>(row[2 * i + 1].integer());
    asked[i]->few_values = different <= kFewValuesShare * values;
  }
}

void Checker::count_for_quantiles() {
  std::vector<std::pair<std::string, std::string>> keys;
  std::string aggregates;
  for (const Check &check : suite_.checks) {
    const Column *c = table_.find(check.text("column"));
    if (!c || check.type->kind != Kind::quantiles) continue;
    keys.emplace_back(c->quoted, check.condition);
    aggregates += (aggregates.empty() ? "" : ", ") + ("count(" + c->quoted + ")") + filter(check.condition);
  }
  if (keys.empty()) return;
  try {
    const std::vector<Json> row = first_row(Statement::with(table_.relation) + "SELECT " + aggregates + " FROM r");
    for (std::size_t i = 0; i < keys.size(); ++i) around_.counts[keys[i]] = row[i].integer();
  } catch (const Error &e) {
    // A row_condition that cannot be read is told by the check's own statement.
    if (!is_about_the_sql(e.code())) throw;
  }
}

void Checker::measure_together() {
  Statement statement(table_.relation);
  Compiler compiler(table_, around_, statement);
  for (std::size_t i = 0; i < measured_.size(); ++i) {
    try {
      measured_[i] = compiler.compile(suite_.checks[i]);
    } catch (const Error &e) {
      if (!is_about_the_sql(e.code())) throw;
      verdicts_[i].error = e.what();
    }
  }
  std::vector<Json> row;
  if (!statement.empty()) row = first_row(statement.sql());
  for (std::size_t i = 0; i < measured_.size(); ++i)
    if (verdicts_[i].error.empty()) verdicts_[i] = judge(suite_.checks[i], measured_[i], row);
}

void Checker::measure_alone(std::size_t i) {
  const Watch watch;
  try {
    Statement statement(table_.relation);
    measured_[i] = Compiler(table_, around_, statement).compile(suite_.checks[i]);
    verdicts_[i] = judge(suite_.checks[i], measured_[i], statement.empty() ? std::vector<Json>() : first_row(statement.sql()));
  } catch (const Error &e) {
    if (!is_about_the_sql(e.code())) throw;
    verdicts_[i] = Verdict();
    verdicts_[i].error = e.what();
  }
  verdicts_[i].duration_ms = watch.ms();
}

void Checker::count_exactly() {
  std::vector<std::size_t> asked;
  std::string list;
  for (std::size_t i = 0; i < measured_.size(); ++i) {
    if (measured_[i].exact.empty() || verdicts_[i].unexpected == 0) continue;
    asked.push_back(i);
    list += (list.empty() ? "" : ",\n ") + measured_[i].exact;
  }
  if (asked.empty()) return;
  const std::vector<Json> row = first_row(Statement::with(table_.relation) + "SELECT " + list);
  for (std::size_t k = 0; k < asked.size(); ++k) {
    Verdict &v = verdicts_[asked[k]];
    v.unexpected = row[k].integer();
    judge_counts(suite_.checks[asked[k]], v.element - v.missing, v);
  }
}

void Checker::match_schema(std::size_t i) {
  const Check &check = suite_.checks[i];
  const Column *c = table_.find(check.text("column"));
  if (!c || !verdicts_[i].error.empty()) return;
  Verdict &v = verdicts_[i];
  convergence::ArrowStream stream;
  call_.query(Statement::with(table_.relation) + "SELECT CAST(" + c->quoted + " AS VARCHAR), count(*) FROM r" +
                  where(both(check.condition, c->quoted + " IS NOT NULL")) + " GROUP BY 1",
              stream.get());
  convergence::for_each_row(stream.get(), [&](const std::vector<Json> &row) {
    bool fits = false;
    try {
      fits = fits_schema(check.kwargs["json_schema"], Json::parse(row[0].text()));
    } catch (const convergence::JsonError &) {
      fits = false;
    }
    if (fits) return;
    v.unexpected += row[1].integer();
    if (v.sample.size() < kSamplesMax) v.sample.push(row[0]);
  });
  judge_counts(check, v.element - v.missing, v);
}

void Checker::match_schemas() {
  for (std::size_t i = 0; i < measured_.size(); ++i)
    if (suite_.checks[i].type->kind == Kind::json_schema) match_schema(i);
}

void Checker::take_samples() {
  std::vector<std::size_t> asked;
  std::string list;
  for (std::size_t i = 0; i < measured_.size(); ++i) {
    const Verdict &v = verdicts_[i];
    const bool found = v.counted ? v.unexpected > 0 : !v.success && v.error.empty();
    if (!found || measured_[i].sample.empty()) continue;
    asked.push_back(i);
    list += (list.empty() ? "" : ",\n ") + std::string("(SELECT list(s) FROM (") + measured_[i].sample + " LIMIT " +
            std::to_string(kSamplesMax) + ") AS t(s))";
  }
  if (asked.empty()) return;
  try {
    const std::vector<Json> row = first_row(Statement::with(table_.relation) + "SELECT " + list);
    for (std::size_t k = 0; k < asked.size(); ++k)
      if (row[k].is_array()) verdicts_[asked[k]].sample = row[k];
  } catch (const Error &e) {
    // The verdicts stand without their samples.
    if (!is_about_the_sql(e.code())) throw;
    call_.log(2, std::string("no samples of unexpected values: ") + e.what());
  }
}

std::vector<Verdict> Checker::run() {
  const Watch watch;
  learn_columns();
  estimate_distinct();
  count_for_quantiles();
  bool together = true;
  try {
    measure_together();
  } catch (const Error &e) {
    if (!is_about_the_sql(e.code())) throw;
    together = false;
    call_.log(2, std::string("the checks are asked one by one, because together they fail: ") + e.what());
  }
  for (std::size_t i = 0; !together && i < measured_.size(); ++i) measure_alone(i);
  count_exactly();
  match_schemas();
  take_samples();
  // What is measured together costs each check an equal share.
  if (together)
    for (Verdict &v : verdicts_) v.duration_ms = watch.ms() / static_cast<int64_t>(verdicts_.size());
  return std::move(verdicts_);
}

}  // namespace dq
