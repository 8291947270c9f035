// Checks of one column's values beside their row-by-row reference.
#pragma once

#include <convergence/json.hpp>

#include <regex>

#include "tests/plugins_dq_check/naive.h"

namespace cvg {

struct Case {
  std::string expectation;  // {"expectation_type":..,"kwargs":{..}} without its closing braces
  std::function<Want(const Rows &)> want;
};

inline constexpr char kTable[] = "we\"ird; \xC3\xA4 'table'";
inline constexpr char kTextName[] = "te\\\"xt; --";   // as JSON
inline constexpr char kTextSql[] = "\"te\"\"xt; --\"";

inline bool in(const std::string &v, std::initializer_list<const char *> set) { return std::find(set.begin(), set.end(), v) != set.end(); }
inline std::size_t length(const std::string &s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
inline bool matches(const std::string &s, const char *pattern) { return std::regex_search(s, std::regex(pattern)); }

inline std::string on(const char *name, const std::string &rest) {
  return std::string(R"({"expectation_type":")") + name + R"(","kwargs":{)" + rest;
}
inline std::string column(const char *name) { return std::string("\"column\":\"") + name + "\""; }

inline std::vector<Case> set_cases() {
  const std::string text = column(kTextName);
  return {
      {on("expect_column_values_to_not_be_null", text + R"(,"mostly":0.75)"),
       [](const Rows &rows) {
         const auto bad = std::count_if(rows.begin(), rows.end(), [](const Row &r) { return !r.text; });
         const double n = static_cast<double>(rows.size());
         return Want{rows.empty() || (n - static_cast<double>(bad)) / n >= 0.75, bad, rows.size(), bad, {}};
       }},
      {on("expect_column_values_to_be_null", text),
       [](const Rows &rows) {
         const auto bad = std::count_if(rows.begin(), rows.end(), [](const Row &r) { return r.text.has_value(); });
         return Want{bad == 0, bad, rows.size(), static_cast<int64_t>(rows.size()) - bad, {}};
       }},
      {on("expect_column_values_to_be_in_set", text + R"(,"value_set":["USD","it's","a;b",7,null],"mostly":0.5)"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !in(v, {"USD", "it's", "a;b", "7"}); }, 0.5); }},
      {on("expect_column_values_to_be_in_set", text + R"(,"value_set":[])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &) { return true; }); }},
      {on("expect_column_values_to_be_in_set", text), [](const Rows &r) { return map_values(r, &Row::text, [](const auto &) { return false; }); }},
      {on("expect_column_values_to_be_in_set", column("number") + R"(,"value_set":[1,"2",2.0,"word"])"),
       [](const Rows &r) { return map_values(r, &Row::number, [](int v) { return v != 1 && v != 2; }); }},
      {on("expect_column_values_to_not_be_in_set", text + R"(,"value_set":["\"q\"",""])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return in(v, {"\"q\"", ""}); }); }},
      {on("expect_column_values_to_be_between", column("number") + R"(,"min_value":0,"max_value":3,"strict_max":true)"),
       [](const Rows &r) { return map_values(r, &Row::number, [](int v) { return v < 0 || v >= 3; }); }},
      {on("expect_column_values_to_be_between", column("amount") + R"(,"min_value":0.01,"strict_min":true)"),
       [](const Rows &r) { return map_values(r, &Row::second, [](int v) { return v <= 1; }); }},
      {on("expect_column_values_to_be_between", column("amount") + R"(,"max_value":100000000000000000000)"),
       [](const Rows &r) { return map_values(r, &Row::second, [](int) { return false; }); }},
      {on("expect_column_values_to_be_between", column("day") + R"(,"min_value":"2025-11-02","max_value":"2025-11-04")"),
       [](const Rows &r) { return map_values(r, &Row::day, [](int v) { return v < 2 || v > 4; }); }},
      {on("expect_column_values_to_be_between", text + R"(,"min_value":"E")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return v < "E"; }); }},
  };
}

inline std::vector<Case> text_cases() {
  const std::string text = column(kTextName);
  return {
      {on("expect_column_values_to_match_regex", text + R"(,"regex":"[a-z;]$")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !matches(v, "[a-z;]$"); }); }},
      {on("expect_column_values_to_match_regex", column("number") + R"(,"regex":"^1")"),
       [](const Rows &r) { return map_values(r, &Row::number, [](int v) { return !matches(std::to_string(v), "^1"); }); }},
      {on("expect_column_values_to_not_match_regex", text + R"(,"regex":"'|q")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return matches(v, "'|q"); }); }},
      {on("expect_column_values_to_match_regex_list", text + R"(,"regex_list":["^U","D"],"match_on":"all")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !(matches(v, "^U") && matches(v, "D")); }); }},
      {on("expect_column_values_to_match_regex_list", text + R"(,"regex_list":["^U","R"])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !(matches(v, "^U") || matches(v, "R")); }); }},
      {on("expect_column_values_to_not_match_regex_list", text + R"(,"regex_list":["^U","R"])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return matches(v, "^U") || matches(v, "R"); }); }},
      {on("expect_column_values_to_match_like_pattern", text + R"(,"like_pattern":"%D%")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return v.find('D') == std::string::npos; }); }},
      {on("expect_column_values_to_not_match_like_pattern", text + R"(,"like_pattern":"U%")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !v.empty() && v[0] == 'U'; }); }},
      {on("expect_column_values_to_match_like_pattern_list", text + R"(,"like_pattern_list":["U%","E%"])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return v.empty() || (v[0] != 'U' && v[0] != 'E'); }); }},
      {on("expect_column_values_to_not_match_like_pattern_list", text + R"(,"like_pattern_list":["U%","E%"])"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !v.empty() && (v[0] == 'U' || v[0] == 'E'); }); }},
      {on("expect_column_value_lengths_to_be_between", text + R"(,"min_value":2,"max_value":4)"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return length(v) < 2 || length(v) > 4; }); }},
      {on("expect_column_value_lengths_to_equal", text + R"(,"value":3)"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return length(v) != 3; }); }},
      {on("expect_column_values_to_match_strftime_format", text + R"(,"strftime_format":"%Y-%m-%d")"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return !matches(v, "^2025-11-03$"); }); }},
      {on("expect_column_values_to_be_json_parseable", text),
       [](const Rows &r) {
         return map_values(r, &Row::text, [](const auto &v) {
           try {
             convergence::Json::parse(v);
             return false;
           } catch (const convergence::JsonError &) {
             return true;
           }
         });
       }},
      {on("expect_column_values_to_match_json_schema", text + R"(,"json_schema":{"type":"object","required":["a"]})"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return v != "{\"a\":1}"; }); }},
  };
}

inline std::vector<Case> spread_cases() {
  const std::string text = column(kTextName);
  return {
      {on("expect_column_values_to_be_unique", text + R"(,"mostly":0.3)"),
       [](const Rows &r) {
         const auto n = counts(r, &Row::text);
         return map_values(r, &Row::text, [&n](const auto &v) { return n.at(v) > 1; }, 0.3);
       }},
      {on("expect_column_value_z_scores_to_be_less_than", column("number") + R"(,"threshold":1.5,"double_sided":true)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::number);
         double mean = 0, square = 0;
         for (const int x : v) mean += x / static_cast<double>(v.size());
         for (const int x : v) square += (x - mean) * (x - mean);
         const double deviation = v.size() < 2 ? 0 : std::sqrt(square / static_cast<double>(v.size() - 1));
         return map_values(r, &Row::number, [&](int x) { return deviation > 0 && std::abs((x - mean) / deviation) >= 1.5; });
       }},
      {on("expect_column_values_to_be_increasing", column("number") + R"(,"order_by":"id")"),
       [](const Rows &r) {
         Number before;
         return map_values(r, &Row::number, [&before](int v) { const bool bad = before && v < *before; before = v; return bad; });
       }},
      {on("expect_column_values_to_be_decreasing", column("number") + R"(,"order_by":["id"],"strictly":true)"),
       [](const Rows &r) {
         Number before;
         return map_values(r, &Row::number, [&before](int v) { const bool bad = before && v >= *before; before = v; return bad; });
       }},
  };
}

}  // namespace cvg
