#include "vocabulary.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace dq {
namespace {

constexpr Kwarg kColumn{"column", Arg::column, true};
constexpr Kwarg kA{"column_A", Arg::column, true}, kB{"column_B", Arg::column, true};
constexpr Kwarg kColumns{"column_list", Arg::columns, true};
constexpr Kwarg kMostly{"mostly", Arg::share, false};
constexpr Kwarg kSet{"value_set", Arg::set, false}, kSetNeeded{"value_set", Arg::set, true};
constexpr Kwarg kMin{"min_value", Arg::bound, false}, kMax{"max_value", Arg::bound, false};
constexpr Kwarg kMinCount{"min_value", Arg::integer, false}, kMaxCount{"max_value", Arg::integer, false};
constexpr Kwarg kStrictMin{"strict_min", Arg::boolean, false}, kStrictMax{"strict_max", Arg::boolean, false};
constexpr Kwarg kMatchOn{"match_on", Arg::match_on, false};
constexpr Kwarg kRegex{"regex", Arg::text, true}, kRegexes{"regex_list", Arg::texts, true};
constexpr Kwarg kLike{"like_pattern", Arg::text, true}, kLikes{"like_pattern_list", Arg::texts, true};
constexpr Kwarg kIgnore{"ignore_row_if", Arg::text, false};
constexpr Kwarg kStrictly{"strictly", Arg::boolean, false}, kOrderBy{"order_by", Arg::columns, true};
constexpr Kwarg kOtherTable{"other_table_name", Arg::text, true};
constexpr Kwarg kCount{"value", Arg::integer, true};

constexpr Expectation kVocabulary[] = {
    {"expect_column_values_to_not_be_null", Kind::not_null, {kColumn, kMostly}},
    {"expect_column_values_to_be_null", Kind::null, {kColumn, kMostly}},
    {"expect_column_values_to_be_in_set", Kind::in_set, {kColumn, kSet, kMostly}},
    {"expect_column_values_to_not_be_in_set", Kind::not_in_set, {kColumn, kSet, kMostly}},
    {"expect_column_values_to_be_between", Kind::between, {kColumn, kMin, kMax, kStrictMin, kStrictMax, kMostly}},
    {"expect_column_values_to_match_regex", Kind::regex, {kColumn, kRegex, kMostly}},
    {"expect_column_values_to_not_match_regex", Kind::not_regex, {kColumn, kRegex, kMostly}},
    {"expect_column_values_to_match_regex_list", Kind::regex_list, {kColumn, kRegexes, kMatchOn, kMostly}},
    {"expect_column_values_to_not_match_regex_list", Kind::not_regex_list, {kColumn, kRegexes, kMostly}},
    {"expect_column_values_to_match_like_pattern", Kind::like, {kColumn, kLike, kMostly}},
    {"expect_column_values_to_not_match_like_pattern", Kind::not_like, {kColumn, kLike, kMostly}},
    {"expect_column_values_to_match_like_pattern_list", Kind::like_list, {kColumn, kLikes, kMatchOn, kMostly}},
    {"expect_column_values_to_not_match_like_pattern_list", Kind::not_like_list, {kColumn, kLikes, kMostly}},
    {"expect_column_value_lengths_to_be_between", Kind::length_between,
     {kColumn, kMinCount, kMaxCount, kStrictMin, kStrictMax, kMostly}},
    {"expect_column_value_lengths_to_equal", Kind::length_equal, {kColumn, kCount, kMostly}},
    {"expect_column_values_to_match_strftime_format", Kind::strftime, {kColumn, {"strftime_format", Arg::text, true}, kMostly}},
    {"expect_column_values_to_be_dateutil_parseable", Kind::date_parseable, {kColumn, kMostly}},
    {"expect_column_values_to_be_json_parseable", Kind::json_parseable, {kColumn, kMostly}},
    {"expect_column_values_to_match_json_schema", Kind::json_schema, {kColumn, {"json_schema", Arg::object, true}, kMostly}},
    {"expect_column_values_to_be_unique", Kind::unique, {kColumn, kMostly}},
    {"expect_column_unique_value_count_to_be_between", Kind::distinct_count, {kColumn, kMinCount, kMaxCount, kStrictMin, kStrictMax}},
    {"expect_column_proportion_of_unique_values_to_be_between", Kind::distinct_share,
     {kColumn, {"min_value", Arg::number, false}, {"max_value", Arg::number, false}, kStrictMin, kStrictMax}},
    {"expect_column_distinct_values_to_be_in_set", Kind::distinct_in_set, {kColumn, kSet}},
    {"expect_column_distinct_values_to_equal_set", Kind::distinct_equal_set, {kColumn, kSetNeeded}},
    {"expect_column_distinct_values_to_contain_set", Kind::distinct_contain_set, {kColumn, kSetNeeded}},
    {"expect_column_most_common_value_to_be_in_set", Kind::most_common, {kColumn, kSetNeeded, {"ties_okay", Arg::boolean, false}}},
    {"expect_column_min_to_be_between", Kind::min, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_max_to_be_between", Kind::max, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_mean_to_be_between", Kind::mean, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_median_to_be_between", Kind::median, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_sum_to_be_between", Kind::sum, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_stdev_to_be_between", Kind::stdev, {kColumn, kMin, kMax, kStrictMin, kStrictMax}},
    {"expect_column_quantile_values_to_be_between", Kind::quantiles,
     {kColumn, {"quantile_ranges", Arg::object, true}, {"allow_relative_error", Arg::any, false}}},
    {"expect_column_value_z_scores_to_be_less_than", Kind::z_score,
     {kColumn, {"threshold", Arg::number, true}, {"double_sided", Arg::boolean, false}, kMostly}},
    {"expect_column_values_to_be_increasing", Kind::increasing, {kColumn, kStrictly, kOrderBy, kMostly}},
    {"expect_column_values_to_be_decreasing", Kind::decreasing, {kColumn, kStrictly, kOrderBy, kMostly}},
    {"expect_column_pair_values_to_be_equal", Kind::pair_equal, {kA, kB, kIgnore, kMostly}},
    {"expect_column_pair_values_a_to_be_greater_than_b", Kind::pair_greater, {kA, kB, {"or_equal", Arg::boolean, false}, kIgnore, kMostly}},
    {"expect_column_pair_values_A_to_be_greater_than_B", Kind::pair_greater, {kA, kB, {"or_equal", Arg::boolean, false}, kIgnore, kMostly}},
    {"expect_column_pair_values_to_be_in_set", Kind::pair_in_set, {kA, kB, {"value_pairs_set", Arg::pairs, true}, kIgnore, kMostly}},
    {"expect_compound_columns_to_be_unique", Kind::compound_unique, {kColumns, kIgnore, kMostly}},
    {"expect_select_column_values_to_be_unique_within_record", Kind::unique_within_record, {kColumns, kIgnore, kMostly}},
    {"expect_multicolumn_sum_to_equal", Kind::multicolumn_sum, {kColumns, {"sum_total", Arg::number, true}, kIgnore, kMostly}},
    {"expect_table_row_count_to_be_between", Kind::row_count_between, {kMinCount, kMaxCount, kStrictMin, kStrictMax}},
    {"expect_table_row_count_to_equal", Kind::row_count_equal, {kCount}},
    {"expect_table_row_count_to_equal_other_table", Kind::row_count_other_table, {kOtherTable}},
    {"expect_table_column_count_to_be_between", Kind::column_count_between, {kMinCount, kMaxCount}},
    {"expect_table_column_count_to_equal", Kind::column_count_equal, {kCount}},
    {"expect_table_columns_to_match_ordered_list", Kind::columns_ordered, {kColumns}},
    {"expect_table_columns_to_match_set", Kind::columns_set, {{"column_set", Arg::columns, true}, {"exact_match", Arg::boolean, false}}},
    {"expect_column_to_exist", Kind::column_exists, {kColumn, {"column_index", Arg::integer, false}}},
    {"expect_column_values_to_be_of_type", Kind::of_type, {kColumn, {"type_", Arg::text, true}, kMostly}},
    {"expect_column_values_to_be_in_type_list", Kind::in_type_list, {kColumn, {"type_list", Arg::texts, true}, kMostly}},
    {"unexpected_rows", Kind::unexpected_rows, {{"unexpected_rows_query", Arg::sql, true}, {"description", Arg::text, false}}},
    {"unexpected_rows_expectation", Kind::unexpected_rows,
     {{"unexpected_rows_query", Arg::sql, true}, {"description", Arg::text, false}}},
    {"cvg_expect_column_max_to_be_fresh", Kind::freshness,
     {kColumn, {"max_age_hours", Arg::number, true}, {"as_of", Arg::date, false}}},
    {"cvg_expect_days_to_be_complete", Kind::days_complete, {kColumn, {"from", Arg::date, true}, {"to", Arg::date, true}}},
    {"cvg_expect_hours_to_be_complete", Kind::hours_complete, {kColumn, {"from", Arg::date, true}, {"to", Arg::date, true}}},
    {"cvg_expect_column_sum_to_equal_control_total", Kind::control_total,
     {kColumn, {"total", Arg::number, true}, {"tolerance", Arg::number, false}}},
    {"cvg_expect_column_sum_to_equal_other_table", Kind::other_table_total,
     {kColumn, kOtherTable, {"other_column", Arg::text, false}, {"tolerance", Arg::number, false}}},
    {"cvg_expect_rows_to_be_accounted_for", Kind::rows_accounted, {{"rows_in", Arg::integer, true}, {"rows_rejected", Arg::integer, false}}},
    {"expect_column_kl_divergence_to_be_less_than", Kind::unsupported, {kColumn}},
};

// What every expectation takes; the last three only matter to Great Expectations itself and are ignored.
constexpr Kwarg kCommon[] = {{"row_condition", Arg::text, false}, {"condition_parser", Arg::text, false},
                             {"result_format", Arg::any, false},  {"catch_exceptions", Arg::any, false},
                             {"include_config", Arg::any, false}, {"batch_id", Arg::any, false}};

// Levenshtein's distance, case ignored.
std::size_t distance(const std::string &a, const std::string &b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + ((a[i - 1] | 32) == (b[j - 1] | 32) ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

// The words of a name in alphabetical order: "be_not_null" and "not_be_null" differ only in their order.
std::string sorted_words(const std::string &name) {
  std::vector<std::string> words(1);
  for (const char c : name) {
    if (c == '_') words.emplace_back();
    else words.back() += c;
  }
  std::sort(words.begin(), words.end());
  std::string out;
  for (const std::string &w : words) out += w + "_";
  return out;
}

template <class Range>
std::string nearest(const Range &entries, const std::string &name) {
  const char *best = nullptr;
  std::size_t least = std::max<std::size_t>(2, name.size() / 3) + 1;
  for (const auto &entry : entries) {
    if (!entry.name) continue;
    const std::size_t d = std::min(distance(name, entry.name), distance(sorted_words(name), sorted_words(entry.name)) + 1);
    if (d < least) {
      least = d;
      best = entry.name;
    }
  }
  return best ? best : "";
}

}  // namespace

const Expectation *vocabulary_begin() { return std::begin(kVocabulary); }
const Expectation *vocabulary_end() { return std::end(kVocabulary); }

const Expectation *find_expectation(std::string_view name) {
  const auto found = std::find_if(std::begin(kVocabulary), std::end(kVocabulary), [&](const Expectation &e) { return name == e.name; });
  return found == std::end(kVocabulary) ? nullptr : found;
}

const Kwarg *find_kwarg(const Expectation &e, std::string_view name) {
  for (const Kwarg &k : e.kwargs)
    if (k.name && name == k.name) return &k;
  for (const Kwarg &k : kCommon)
    if (name == k.name) return &k;
  return nullptr;
}

std::string nearest_expectation(const std::string &name) { return nearest(kVocabulary, name); }
std::string nearest_kwarg(const Expectation &e, const std::string &name) { return nearest(e.kwargs, name); }

}  // namespace dq
