// From an expectation to the measures that decide it.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <utility>

#include "statement.h"
#include "suite.h"
#include "table.h"

namespace dq {

// Where a check's numbers stand in the statement's row; -1: not measured.
// A check of rows: element, nonnull, unexpected.  A check of one number: observed and ok (NULL: fails).
struct Measured {
  bool decided = false, success = false;  // known without a query
  convergence::Json value;                // observed, when decided
  int element = -1, nonnull = -1, unexpected = -1, observed = -1, ok = -1;
  bool over_all = false;     // the share is of all rows, not of those with a value
  bool wants_nulls = false;  // every value is unexpected; nulls() alone
  int hashes = -1;           // how many hashes the values have: as many as values, and all are unique
  std::string exact;         // what counts the unexpected when they are fewer
  std::string sample;        // a SELECT of unexpected values, without its LIMIT
};

// What checks need beside the table.
struct Surroundings {
  std::string run_date;                                                      // YYYY-MM-DD, or empty
  std::function<std::string(const std::string &table)> relation;             // the rows of another table
  std::map<std::pair<std::string, std::string>, long long> counts;           // (quoted column, condition) -> values
};

class Compiler {
 public:
  Compiler(const Table &table, const Surroundings &around, Statement &statement)
      : table_(table), around_(around), statement_(statement) {}

  // Throws convergence::Error when the check cannot be measured on this table: an absent column, a bound of another type.
  Measured compile(const Check &check);

 private:
  // Where a column's measures are taken: over the rows, or over its distinct values with their counts.
  struct Scope {
    Compiler &c;
    const Column &column;
    const std::string &condition;
    bool by_value;
    std::string value() const { return by_value ? "v" : column.quoted; }
    int count(const std::string &which) const;
    int nonnull() const;
  };

  const Column &column(const std::string &name) const;
  int element(const std::string &condition, const std::string &which = "");

  // compile.cpp: checks of rows
  Measured nulls(const Check &check, const Column &c);
  Measured values(const Check &check, const Column &c);
  Measured record(const Check &check);
  Measured compound(const Check &check);
  Measured ordered(const Check &check, const Column &c);
  Measured z_scores(const Check &check, const Column &c);

  // aggregates.cpp: checks of the distinct values and of one number
  Measured unique(const Check &check, const Column &c);
  Measured distinct(const Check &check, const Column &c);
  Measured distinct_set(const Check &check, const Column &c);
  Measured most_common(const Check &check, const Column &c);
  Measured aggregate(const Check &check, const Column &c);
  Measured quantiles(const Check &check, const Column &c);
  Measured freshness(const Check &check, const Column &c);
  Measured complete(const Check &check, const Column &c);
  Measured total(const Check &check, const Column &c);

  // table_checks.cpp: checks of the table
  Measured table_check(const Check &check);
  Measured row_count(const Check &check);
  Measured schema(const Check &check);
  Measured unexpected_rows(const Check &check);

  const Table &table_;
  const Surroundings &around_;
  Statement &statement_;
};

// "a AND b", where either may be empty.
std::string both(const std::string &a, const std::string &b);
// " FILTER (WHERE a)" or nothing.
std::string filter(const std::string &condition);
// " WHERE a" or nothing.
std::string where(const std::string &condition);
// The column as a value that arrives in JSON as itself.
std::string shown(const Column &c);

}  // namespace dq
