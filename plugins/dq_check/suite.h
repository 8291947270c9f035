// A step's expectations, read from its spec and checked as far as that goes without the table.
#pragma once

#include <string>
#include <vector>

#include <convergence/json.hpp>

#include "vocabulary.h"

namespace dq {

enum class Severity { critical, warning, info };
const char *name_of(Severity s);

// One expectation of the step.
struct Check {
  const Expectation *type = nullptr;
  std::string name;  // as the template wrote it
  convergence::Json kwargs = convergence::Json::object();
  Severity severity = Severity::critical;
  std::string condition;  // row_condition as SQL; empty: every row

  std::string text(const char *kwarg) const { return kwargs[kwarg].text(); }
  bool flag(const char *kwarg, bool otherwise = false) const { return kwargs[kwarg].boolean(otherwise); }
  // The columns that the expectation reads, as the template names them.
  std::vector<std::string> columns() const;
};

struct Suite {
  std::vector<Check> checks;
  convergence::Json errors = convergence::Json::array();  // [{"field","message"}]; checks with an error are left out
};

// Reads spec.expectations or spec.suite (a Great Expectations suite: {"expectations":[{"expectation_type" or "type",
// "kwargs","meta":{"severity"}}]}).  spec.severity is what an expectation without one gets; without both: critical.
// With placeholders true a text that holds a { stands for a value that is not known yet.
Suite read_suite(const convergence::Json &spec, bool placeholders);

}  // namespace dq
