// Checks of a column, of several columns of a row and of the table beside their row-by-row reference.
#pragma once

#include "tests/plugins_dq_check/value_cases.h"

namespace cvg {

inline std::string range(const Rows &rows, bool largest) {
  const auto v = present(rows, &Row::second);
  const long long x = largest ? *std::max_element(v.begin(), v.end()) : *std::min_element(v.begin(), v.end());
  return cents(x) + std::string(22, '0');
}

inline std::vector<Case> distinct_cases() {
  const std::string text = column(kTextName), number = column("number");
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
  };
}

inline std::vector<Case> number_cases() {
  const std::string amount = column("amount"), number = column("number");
  return {
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
  };
}

inline std::vector<Case> table_cases() {
  return {
      {on("cvg_expect_column_sum_to_equal_control_total", column("amount") + R"(,"total":"12.34","tolerance":50)"),
       [](const Rows &r) {
         long long sum = 0;
         for (const int x : present(r, &Row::second)) sum += x;
         return flag(!present(r, &Row::second).empty() && std::llabs(sum - 1234) <= 5000);
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

inline std::vector<Case> row_cases() {
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

}  // namespace cvg
