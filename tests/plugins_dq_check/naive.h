// Expectations judged row by row in plain C++: what the compiled SQL is compared with.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace cvg {

using Text = std::optional<std::string>;
using Number = std::optional<int>;

struct Row {
  int id;
  Text text, other;
  Number number, second;  // second: cents of a DECIMAL
  Number day;             // of November 2025
};
using Rows = std::vector<Row>;

// few: values repeat, so that checks run once per value; else most differ.
inline Rows random_rows(unsigned seed, bool few) {
  std::mt19937 random(seed);
  const auto roll = [&random](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  static const std::vector<std::string> words = {"USD", "EUR", "", "it's", "a;b", "\"q\"", "2025-11-03", "{\"a\":1}", "x%_y", "ä€", "-- c", "007"};
  Rows rows(static_cast<std::size_t>(roll(seed % 7 == 0 ? 3 : 60)));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto word = [&] { return few ? words[static_cast<std::size_t>(roll(12))] : words[static_cast<std::size_t>(roll(12))] + std::to_string(roll(500)); };
    Row &r = rows[i];
    r.id = static_cast<int>(i);
    if (roll(5)) r.text = word();
    if (roll(4)) r.other = roll(2) ? r.text : Text(word());
    if (roll(6)) r.number = roll(few ? 6 : 200) - 2;
    if (roll(6)) r.second = roll(3) ? roll(few ? 500 : 90000) - 100 : r.number ? Number(*r.number * 100) : Number();
    if (roll(8)) r.day = 1 + roll(5);
  }
  return rows;
}

struct Want {
  bool success = false;
  std::optional<int64_t> unexpected = {}, element = {}, missing = {};
  std::optional<std::string> observed = {};
};

template <class T>
using Field = std::optional<T> Row::*;

// A check of values: unexpected(value) is asked for each that is not missing.
template <class T, class F>
Want map_values(const Rows &rows, Field<T> field, F unexpected, double mostly = 1) {
  int64_t bad = 0, nonnull = 0;
  for (const Row &r : rows)
    if (r.*field) {
      ++nonnull;
      bad += unexpected(*(r.*field)) ? 1 : 0;
    }
  const bool ok = nonnull == 0 || static_cast<double>(nonnull - bad) / static_cast<double>(nonnull) >= mostly;
  return Want{ok, bad, static_cast<int64_t>(rows.size()), static_cast<int64_t>(rows.size()) - nonnull, {}};
}

// A check of rows: considered(row) says which count.
template <class C, class F>
Want map_rows(const Rows &rows, C considered, F unexpected) {
  int64_t bad = 0, all = 0;
  for (const Row &r : rows)
    if (considered(r)) {
      ++all;
      bad += unexpected(r) ? 1 : 0;
    }
  return Want{bad == 0, bad, all, 0, {}};
}

template <class T>
std::vector<T> present(const Rows &rows, Field<T> field) {
  std::vector<T> out;
  for (const Row &r : rows)
    if (r.*field) out.push_back(*(r.*field));
  return out;
}

template <class T>
std::map<T, int> counts(const Rows &rows, Field<T> field) {
  std::map<T, int> out;
  for (const T &v : present(rows, field)) ++out[v];
  return out;
}

// One number; none: the check fails.
inline Want one(bool success, std::optional<std::string> observed) { return Want{observed && success, {}, {}, {}, observed}; }
inline Want flag(bool success) { return Want{success, {}, {}, {}, {}}; }

inline std::string cents(long long v) {
  char text[64];
  std::snprintf(text, sizeof text, "%s%lld.%02lld", v < 0 ? "-" : "", std::llabs(v) / 100, std::llabs(v) % 100);
  return text;
}

}  // namespace cvg
