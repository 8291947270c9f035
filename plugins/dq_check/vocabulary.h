// The expectations that dq_check knows, as data: name, what is measured, and the kwargs with their types.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace dq {

// What an expectation measures.  Kinds of one family are compiled by one file: see compile.h.
enum class Kind {
  // a predicate on one column's values
  not_null, null, in_set, not_in_set, between, regex, not_regex, regex_list, not_regex_list, like, not_like, like_list,
  not_like_list, length_between, length_equal, strftime, date_parseable, json_parseable, json_schema,
  // the distinct values of one column
  unique, distinct_count, distinct_share, distinct_in_set, distinct_equal_set, distinct_contain_set, most_common,
  // one number over a column
  min, max, mean, median, sum, stdev, quantiles, z_score, increasing, decreasing,
  // several columns of a row
  pair_equal, pair_greater, pair_in_set, compound_unique, unique_within_record, multicolumn_sum,
  // the table and its columns
  row_count_between, row_count_equal, row_count_other_table, column_count_between, column_count_equal, columns_ordered,
  columns_set, column_exists, of_type, in_type_list, unexpected_rows,
  // our own, for cost data
  freshness, days_complete, hours_complete, control_total, other_table_total, rows_accounted,
  // known by name, refused by name
  unsupported
};

enum class Arg { text, texts, column, columns, number, integer, share, boolean, bound, set, pairs, object, any, match_on, sql, date };

struct Kwarg {
  const char *name = nullptr;
  Arg type = Arg::any;
  bool required = false;
};

constexpr std::size_t kKwargsMax = 7;

struct Expectation {
  const char *name;
  Kind kind;
  Kwarg kwargs[kKwargsMax];
};

// The entry called name, or null.
const Expectation *find_expectation(std::string_view name);

// The kwarg of an entry, or of those that every expectation takes (row_condition, ...), or null.
const Kwarg *find_kwarg(const Expectation &e, std::string_view name);

// The known name, or kwarg of e, that reads most like a wrong one; empty when none is near.
std::string nearest_expectation(const std::string &name);
std::string nearest_kwarg(const Expectation &e, const std::string &name);

// The whole table, for tests and documentation.
const Expectation *vocabulary_begin();
const Expectation *vocabulary_end();

}  // namespace dq
