// The one statement that measures everything a step expects, built from sources that each give one row: aggregates over
// the rows, aggregates over the distinct values of a column with their counts, and single values.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace dq {

// Equal expressions are measured once.  A slot is the position of a measure in the statement's only row.
class Statement {
 public:
  // relation: the SELECT that gives the step's rows; it is known as r inside every expression.
  explicit Statement(std::string relation) : relation_(std::move(relation)) {}

  // An aggregate over the rows.
  int rows(const std::string &aggregate);

  // An aggregate over the distinct values of a column (a quoted name): v is the value, n how many rows hold it, and
  // weight() names the count of those that meet a condition.
  int values(const std::string &column, const std::string &aggregate);
  std::string weight(const std::string &column, const std::string &condition);

  // An expression of its own, for example "(SELECT count(*) FROM r WHERE ...)".
  int scalar(const std::string &expression);

  bool empty() const { return slots_ == 0; }
  std::string sql() const;

  // The rows as a WITH clause that is folded into each place that reads it.
  static std::string with(const std::string &relation) { return "WITH r AS NOT MATERIALIZED (" + relation + ")\n"; }

 private:
  struct Source {
    std::string column;                   // empty: the rows
    std::vector<std::string> conditions;  // n1, n2, ... of the column's values
    std::vector<std::pair<std::string, int>> measures;
  };
  int add(Source &source, const std::string &expression);
  Source &source_of(const std::string &column);
  static std::string from(const Source &source);

  std::string relation_;
  std::vector<Source> sources_;
  std::vector<std::pair<std::string, int>> scalars_;
  int slots_ = 0;
};

}  // namespace dq
