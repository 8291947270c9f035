// Every expectation against a row-by-row reference, over random tables with hostile names and values.
#include "plugins/dq_check/checker.h"

#include <gtest/gtest.h>

#include <regex>

#include "tests/plugins_dq_check/naive.h"
#include "tests/plugins_query/fake_host.h"

namespace cvg {
namespace {

using convergence::Json;

struct Case {
  std::string expectation;  // {"expectation_type":..,"kwargs":{..}} without its closing braces
  std::function<Want(const Rows &)> want;
};

const char kTable[] = "we\"ird; \xC3\xA4 'table'";
const char kTextName[] = "te\\\"xt; --";   // as JSON
const char kTextSql[] = "\"te\"\"xt; --\"";

std::string literal(const Text &t) {
  if (!t) return "NULL";
  std::string out = "'";
  for (const char c : *t) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

void load(FakeHost &host, const Rows &rows) {
  const std::string table = "\"we\"\"ird; \xC3\xA4 'table'\"";
  host.sql("CREATE OR REPLACE TABLE " + table + " (id BIGINT, " + kTextSql +
           " VARCHAR, other VARCHAR, number INTEGER, amount DECIMAL(38,24), day DATE, x_source VARCHAR, x_unit VARCHAR)");
  std::string values;
  for (const Row &r : rows) {
    values += (values.empty() ? "(" : ", (") + std::to_string(r.id) + ", " + literal(r.text) + ", " + literal(r.other) + ", " +
              (r.number ? std::to_string(*r.number) : "NULL") + ", " + (r.second ? cents(*r.second) : "NULL") + ", " +
              (r.day ? "DATE '2025-11-0" + std::to_string(*r.day) + "'" : "NULL") + ", 's', 'u')";
  }
  values += (values.empty() ? "(" : ", (") + std::string("-1, 'outside', 'outside', 99999, 99999, DATE '1999-01-01', 's', 'another unit')");
  host.sql("INSERT INTO " + table + " VALUES " + values);
  host.units[kTable] = R"([{"source":"s","unit":"u"}])";
}

bool in(const std::string &v, std::initializer_list<const char *> set) { return std::find(set.begin(), set.end(), v) != set.end(); }
std::size_t length(const std::string &s) {
  return static_cast<std::size_t>(std::count_if(s.begin(), s.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}
bool matches(const std::string &s, const char *pattern) { return std::regex_search(s, std::regex(pattern)); }

std::string on(const char *name, const std::string &rest) {
  return std::string(R"({"expectation_type":")") + name + R"(","kwargs":{)" + rest;
}
std::string column(const char *name) { return std::string("\"column\":\"") + name + "\""; }

std::vector<Case> value_cases() {
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
             Json::parse(v);
             return false;
           } catch (const convergence::JsonError &) {
             return true;
           }
         });
       }},
      {on("expect_column_values_to_match_json_schema", text + R"(,"json_schema":{"type":"object","required":["a"]})"),
       [](const Rows &r) { return map_values(r, &Row::text, [](const auto &v) { return v != "{\"a\":1}"; }); }},
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

std::string range(const Rows &rows, bool largest) {
  const auto v = present(rows, &Row::second);
  const long long x = largest ? *std::max_element(v.begin(), v.end()) : *std::min_element(v.begin(), v.end());
  return cents(x) + std::string(22, '0');
}

std::vector<Case> column_cases() {
  const std::string text = column(kTextName), amount = column("amount"), number = column("number");
  return {
      {on("expect_column_unique_value_count_to_be_between", text + R"(,"min_value":3,"max_value":9)"),
       [](const Rows &r) { const auto n = counts(r, &Row::text).size(); return one(n >= 3 && n <= 9, std::to_string(n)); }},
      {on("expect_column_proportion_of_unique_values_to_be_between", text + R"(,"min_value":0.5)"),
       [](const Rows &r) {
         const double all = static_cast<double>(present(r, &Row::text).size());
         return flag(all > 0 && static_cast<double>(counts(r, &Row::text).size()) / all >= 0.5);
       }},
      {on("expect_column_distinct_values_to_be_in_set", number + R"(,"value_set":[-2,-1,0,1,2,3])"),
       [](const Rows &r) { bool ok = true; for (const auto &[v, n] : counts(r, &Row::number)) ok = ok && v <= 3; return flag(ok); }},
      {on("expect_column_distinct_values_to_contain_set", number + R"(,"value_set":[0,1,"1"])"),
       [](const Rows &r) { const auto n = counts(r, &Row::number); return flag(n.count(0) && n.count(1)); }},
      {on("expect_column_distinct_values_to_equal_set", column("day") + R"(,"value_set":["2025-11-01","2025-11-02","2025-11-03","2025-11-04","2025-11-05"])"),
       [](const Rows &r) { return flag(counts(r, &Row::day).size() == 5); }},
      {on("expect_column_distinct_values_to_contain_set", number + R"(,"value_set":[0,"word"])"), [](const Rows &) { return flag(false); }},
      {on("expect_column_most_common_value_to_be_in_set", number + R"(,"value_set":[0,1,2],"ties_okay":true)"),
       [](const Rows &r) {
         const auto n = counts(r, &Row::number);
         int most = 0;
         for (const auto &[v, k] : n) most = std::max(most, k);
         bool ok = false;
         for (const auto &[v, k] : n) ok = ok || (k == most && v >= 0 && v <= 2);
         return flag(ok);
       }},
      {on("expect_column_most_common_value_to_be_in_set", number + R"(,"value_set":[0,1,2])"),
       [](const Rows &r) {
         const auto n = counts(r, &Row::number);
         int most = 0, modes = 0;
         for (const auto &[v, k] : n) most = std::max(most, k);
         bool ok = false;
         for (const auto &[v, k] : n)
           if (k == most) { ++modes; ok = v >= 0 && v <= 2; }
         return flag(ok && modes == 1);
       }},
      {on("expect_column_min_to_be_between", amount + R"(,"min_value":-1,"max_value":0.5)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::second);
         if (v.empty()) return one(false, {});
         const int x = *std::min_element(v.begin(), v.end());
         return one(x >= -100 && x <= 50, range(r, false));
       }},
      {on("expect_column_max_to_be_between", amount + R"(,"min_value":4)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::second);
         if (v.empty()) return one(false, {});
         return one(*std::max_element(v.begin(), v.end()) >= 400, range(r, true));
       }},
      {on("expect_column_max_to_be_between", column("day") + R"(,"max_value":"2025-11-04")"),
       [](const Rows &r) {
         const auto v = present(r, &Row::day);
         if (v.empty()) return one(false, {});
         const int x = *std::max_element(v.begin(), v.end());
         return one(x <= 4, "2025-11-0" + std::to_string(x));
       }},
      {on("expect_column_sum_to_be_between", amount + R"(,"min_value":0,"strict_min":true)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::second);
         long long sum = 0;
         for (const int x : v) sum += x;
         return v.empty() ? one(false, {}) : one(sum > 0, cents(sum) + std::string(22, '0'));
       }},
      {on("cvg_expect_column_sum_to_equal_control_total", amount + R"(,"total":"12.34","tolerance":50)"),
       [](const Rows &r) {
         long long sum = 0;
         for (const int x : present(r, &Row::second)) sum += x;
         return flag(!present(r, &Row::second).empty() && std::llabs(sum - 1234) <= 5000);
       }},
      {on("expect_column_mean_to_be_between", number + R"(,"min_value":1.4,"max_value":60)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::number);
         long long sum = 0;
         for (const int x : v) sum += x;
         const double mean = static_cast<double>(sum) / static_cast<double>(v.size());
         return flag(!v.empty() && mean >= 1.4 && mean <= 60);
       }},
      {on("expect_column_median_to_be_between", number + R"(,"min_value":1.5,"max_value":90)"),
       [](const Rows &r) {
         auto v = present(r, &Row::number);
         if (v.empty()) return flag(false);
         std::sort(v.begin(), v.end());
         const double m = (v[(v.size() - 1) / 2] + v[v.size() / 2]) / 2.0;
         return flag(m >= 1.5 && m <= 90);
       }},
      {on("expect_column_stdev_to_be_between", number + R"(,"max_value":30)"),
       [](const Rows &r) {
         const auto v = present(r, &Row::number);
         double mean = 0, square = 0;
         for (const int x : v) mean += x / static_cast<double>(v.size());
         for (const int x : v) square += (x - mean) * (x - mean);
         return flag(v.size() > 1 && std::sqrt(square / static_cast<double>(v.size() - 1)) <= 30);
       }},
      {on("expect_column_quantile_values_to_be_between",
          number + R"(,"quantile_ranges":{"quantiles":[0,0.25,0.5,0.9,1],"value_ranges":[[-2,0],[0,40],[1,null],[null,150],[3,null]]})"),
       [](const Rows &r) {
         auto v = present(r, &Row::number);
         if (v.empty()) return flag(false);
         std::sort(v.begin(), v.end());
         const auto at = [&v](double q) { return v[static_cast<std::size_t>(std::nearbyint(q * static_cast<double>(v.size() - 1)))]; };
         return flag(at(0) >= -2 && at(0) <= 0 && at(0.25) >= 0 && at(0.25) <= 40 && at(0.5) >= 1 && at(0.9) <= 150 && at(1) >= 3);
       }},
      {on("cvg_expect_days_to_be_complete", column("day") + R"(,"from":"2025-11-02","to":"2025-11-04")"),
       [](const Rows &r) { const auto n = counts(r, &Row::day); return one(n.count(2) && n.count(3) && n.count(4), std::to_string(3 - n.count(2) - n.count(3) - n.count(4))); }},
      {on("cvg_expect_column_max_to_be_fresh", column("day") + R"(,"max_age_hours":36,"as_of":"2025-11-06 12:00:00")"),
       [](const Rows &r) { const auto n = counts(r, &Row::day); return flag(!n.empty() && n.rbegin()->first >= 4); }},
      {on("expect_table_row_count_to_be_between", R"("min_value":10,"max_value":40)"),
       [](const Rows &r) { return one(r.size() >= 10 && r.size() <= 40, std::to_string(r.size())); }},
      {on("expect_table_row_count_to_equal", R"("value":0)"), [](const Rows &r) { return one(r.empty(), std::to_string(r.size())); }},
      {on("cvg_expect_rows_to_be_accounted_for", R"("rows_in":20,"rows_rejected":2)"),
       [](const Rows &r) { return one(r.size() == 18, std::to_string(r.size())); }},
      {on("unexpected_rows", R"("unexpected_rows_query":"SELECT * FROM {batch} WHERE number > 3 -- too many")"),
       [](const Rows &r) {
         const auto v = present(r, &Row::number);
         const auto bad = std::count_if(v.begin(), v.end(), [](int x) { return x > 3; });
         return one(bad == 0, std::to_string(bad));
       }},
  };
}

std::vector<Case> row_cases() {
  const std::string texts = std::string("\"column_A\":\"") + kTextName + R"(","column_B":"other")";
  const std::string numbers = R"("column_A":"number","column_B":"amount")";
  const auto some = [](const Row &r) { return r.text || r.other; };
  const auto cents_of = [](const Number &n) { return *n * 100; };
  return {
      {on("expect_column_pair_values_to_be_equal", texts), [some](const Rows &r) { return map_rows(r, some, [](const Row &x) { return !x.text || !x.other || *x.text != *x.other; }); }},
      {on("expect_column_pair_values_to_be_equal", texts + R"(,"ignore_row_if":"either_value_is_missing")"),
       [](const Rows &r) { return map_rows(r, [](const Row &x) { return x.text && x.other; }, [](const Row &x) { return *x.text != *x.other; }); }},
      {on("expect_column_pair_values_to_be_equal", R"("column_A":"number","column_B":"other","ignore_row_if":"either_value_is_missing")"),
       [](const Rows &r) { return map_rows(r, [](const Row &x) { return x.number && x.other; }, [](const Row &x) { return std::to_string(*x.number) != *x.other; }); }},
      {on("expect_column_pair_values_A_to_be_greater_than_B", numbers + R"(,"ignore_row_if":"either_value_is_missing")"),
       [=](const Rows &r) { return map_rows(r, [](const Row &x) { return x.number && x.second; }, [=](const Row &x) { return cents_of(x.number) <= *x.second; }); }},
      {on("expect_column_pair_values_a_to_be_greater_than_b", numbers + R"(,"or_equal":true,"ignore_row_if":"neither")"),
       [=](const Rows &r) {
         return map_rows(r, [](const Row &) { return true; }, [=](const Row &x) { return !(x.number && x.second && cents_of(x.number) >= *x.second); });
       }},
      {on("expect_column_pair_values_to_be_in_set", texts + R"(,"value_pairs_set":[["USD","USD"],["it's",null],["EUR","a;b"]])"),
       [some](const Rows &r) {
         return map_rows(r, some, [](const Row &x) {
           return !((x.text == "USD" && x.other == "USD") || (x.text == "it's" && !x.other) || (x.text == "EUR" && x.other == "a;b"));
         });
       }},
      {on("expect_compound_columns_to_be_unique", std::string(R"("column_list":["number","day"])")),
       [](const Rows &r) {
         std::map<std::pair<Number, Number>, int> n;
         for (const Row &x : r)
           if (x.number || x.day) ++n[{x.number, x.day}];
         return map_rows(r, [](const Row &x) { return x.number || x.day; }, [&n](const Row &x) { return n[{x.number, x.day}] > 1; });
       }},
      {on("expect_select_column_values_to_be_unique_within_record", std::string(R"("column_list":[")") + kTextName + R"(","other","number"],"ignore_row_if":"never")"),
       [](const Rows &r) {
         return map_rows(r, [](const Row &) { return true; }, [](const Row &x) {
           const Text n = x.number ? Text(std::to_string(*x.number)) : Text();
           return (x.text && x.other && x.text == x.other) || (x.text && n && x.text == n) || (x.other && n && x.other == n);
         });
       }},
      {on("expect_multicolumn_sum_to_equal", R"("column_list":["number","amount"],"sum_total":2,"ignore_row_if":"any_value_is_missing")"),
       [](const Rows &r) { return map_rows(r, [](const Row &x) { return x.number && x.second; }, [](const Row &x) { return *x.number * 100 + *x.second != 200; }); }},
      {on("expect_multicolumn_sum_to_equal", R"("column_list":["number","amount"],"sum_total":2)"),
       [](const Rows &r) {
         return map_rows(r, [](const Row &x) { return x.number || x.second; },
                         [](const Row &x) { return !x.number || !x.second || *x.number * 100 + *x.second != 200; });
       }},
  };
}

void compare(const Json &result, const Want &want, const std::string &what) {
  EXPECT_TRUE(result["error"].is_null()) << what << result["error"].text();
  EXPECT_EQ(result["success"].boolean(), want.success) << what << result.dump();
  const auto count = [&](const char *name, const std::optional<int64_t> &n) {
    EXPECT_EQ(n ? result[name].text() : "", n ? std::to_string(*n) : "") << what << name;
  };
  count("unexpected_count", want.unexpected);
  count("element_count", want.element);
  count("missing_count", want.missing);
  EXPECT_EQ(want.observed ? result["observed_value"].text() : "", want.observed.value_or("")) << what;
  const bool sampled = want.unexpected.value_or(0) > 0 && result["expectation_type"].text().find("not_be_null") == std::string::npos;
  EXPECT_EQ(result["partial_unexpected_list"].size() > 0, sampled || (!want.success && !want.unexpected && result["partial_unexpected_list"].size() > 0)) << what;
}

// All cases as one suite, with and without a row_condition: the compiled statement measures them together.
void check_all(const std::vector<Case> &cases, unsigned seed, bool few) {
  FakeHost host(2);
  FakeStep step(host);
  const Rows rows = random_rows(seed, few);
  load(host, rows);
  Rows narrowed;
  for (const Row &r : rows)
    if (r.number && *r.number >= 1) narrowed.push_back(r);
  std::string list;
  for (const Case &c : cases) {
    list += (list.empty() ? "" : ",") + c.expectation + "}}";
    list += "," + c.expectation + R"(,"row_condition":"col(\"number\") >= 1","condition_parser":"great_expectations"}})";
  }
  const StepRun run = step.run(R"({"table":"we\"ird; ä 'table'","where":"number < 90000 OR number IS NULL -- all","severity":"warning","expectations":[)" + list + "]}");
  ASSERT_EQ(run.status, CVG_OK) << run.message;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string what = "seed " + std::to_string(seed) + " " + cases[i].expectation + ": ";
    compare(run.outputs["dq_results"].items().at(2 * i), cases[i].want(rows), what);
    compare(run.outputs["dq_results"].items().at(2 * i + 1), cases[i].want(narrowed), what + "(narrowed) ");
  }
  for (const std::string &line : host.log_lines) ADD_FAILURE() << line;
}

class Checker : public testing::TestWithParam<unsigned> {};

TEST_P(Checker, AgreesWithTheReferenceOnFewValues) {
  check_all(value_cases(), GetParam(), true);
  check_all(column_cases(), GetParam(), true);
  check_all(row_cases(), GetParam(), true);
}
TEST_P(Checker, AgreesWithTheReferenceOnManyValues) {
  check_all(value_cases(), GetParam(), false);
  check_all(column_cases(), GetParam(), false);
  check_all(row_cases(), GetParam(), false);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Checker, testing::Range(0u, 12u));

}  // namespace
}  // namespace cvg
