// Runs a suite over the rows that a run is responsible for.
#pragma once

#include <string>
#include <vector>

#include <convergence/plugin.hpp>

#include "suite.h"
#include "table.h"
#include "verdict.h"

namespace dq {

// One run.  The questions go to the warehouse in this order: the columns' types, an estimate of distinct values from a
// sample, one statement that measures everything, one that counts exactly where a column's hashes were fewer than its
// values, one for samples of what was unexpected.  When the measuring statement fails, each check is asked on its own, so
// that one impossible check takes no other with it.
class Checker {
 public:
  // where: a SQL condition that narrows the rows; may be empty.
  Checker(convergence::Call &call, const Suite &suite, const std::string &table, const std::string &where);

  // One verdict per check, in their order.  Throws convergence::Error when the table cannot be read at all.
  std::vector<Verdict> run();

 private:
  std::string relation_of(const std::string &table, const std::string &where);
  void learn_columns();
  void estimate_distinct();
  void count_for_quantiles();
  void measure_together();
  void measure_alone(std::size_t i);
  void count_exactly();
  void match_schemas();
  void match_schema(std::size_t i);
  void take_samples();
  std::vector<convergence::Json> first_row(const std::string &sql);

  convergence::Call &call_;
  const Suite &suite_;
  Table table_;
  Surroundings around_;
  std::vector<Measured> measured_;
  std::vector<Verdict> verdicts_;
};

}  // namespace dq
