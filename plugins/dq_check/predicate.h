// Conditions that are true for what an expectation does not expect.  They are never true for a NULL value.
#pragma once

#include <string>
#include <vector>

#include "suite.h"
#include "table.h"

namespace dq {

// The value as text: itself when it is one.
std::string text_of(const std::string &value, const Column &column);

// A value list as SQL literals of the column's type, without repetitions and without what cannot equal any value.
// typeable: how many different members there were, also those that were left out.
std::string literals(const Column &column, const convergence::Json &set, std::size_t *members = nullptr);

// min_value <= value <= max_value as SQL, each side open when it is not given; type: the value's SQL type.
// Throws convergence::Error CVG_E_DATA when a bound does not compare with the type.
std::string in_bounds(const Check &check, const std::string &value, const std::string &type);

// For kinds that look at one column's values; value is the column or the v of its distinct values.
std::string unexpected_value(const Check &check, const Column &column, const std::string &value);

// For kinds that look at several columns of a row.
std::string unexpected_row(const Check &check, const std::vector<const Column *> &columns);

// The rows that ignore_row_if leaves; empty: all.
std::string considered_rows(const Check &check, const std::vector<const Column *> &columns);

}  // namespace dq
