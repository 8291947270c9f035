// row_condition: which rows an expectation looks at.
#pragma once

#include <string>

namespace dq {

// The condition as SQL, in parentheses.  parser "great_expectations": one clause, col("name") OP value with OP one of
// > < >= <= == != and value a number, a quoted text or date("YYYY-MM-DD"), or col("name").notNull().  parser "sql": a SQL
// expression, wrapped so that it can neither end nor open anything outside itself.
// Throws convergence::Error CVG_E_CONFIG with a sentence.
std::string row_condition_sql(const std::string &text, const std::string &parser);

}  // namespace dq
