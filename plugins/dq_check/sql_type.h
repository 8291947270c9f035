// DuckDB's types as the checks see them: which family a column belongs to, and how a JSON value is written as a literal
// that compares with it.
#pragma once

#include <optional>
#include <string>

#include <convergence/json.hpp>

namespace dq {

enum class Family { text, integer, decimal, floating, boolean, date, timestamp, other };

// The family of a type as typeof() names it: "DECIMAL(38,24)", "VARCHAR", "TIMESTAMP WITH TIME ZONE".
Family family_of(const std::string &type);

inline bool is_numeric(Family f) { return f == Family::integer || f == Family::decimal || f == Family::floating; }
inline bool is_temporal(Family f) { return f == Family::date || f == Family::timestamp; }

// The value as SQL that compares with a column of the type; none when no value of the type can equal it (a word for a
// number, a list).  A numeral passes through double only where the column is one or cannot hold as many digits.
std::optional<std::string> literal_for(const std::string &type, const convergence::Json &value);

// True when a column of SQL type `type` is what a Great Expectations type name means: SQL names, and those of pandas and
// Python (int64, float, str, object, datetime64[ns], bool).
bool is_of_type(const std::string &type, const std::string &wanted);

// True for YYYY-MM-DD with an optional time of day, the forms that DATE and TIMESTAMP literals take.
bool is_iso_time(const std::string &text);

}  // namespace dq
