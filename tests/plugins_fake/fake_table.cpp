#include "fake_table.h"

#include <algorithm>
#include <stdexcept>

#include <convergence/csv.hpp>

namespace cvg_test {
namespace {

using convergence::Json;

const int scale = 40;

// A decimal as sign and digits with `scale` fraction digits.
struct Digits {
  bool negative = false;
  std::string text;
};

Digits digits_of(std::string s) {
  Digits d;
  if (s.empty()) s = "0";
  if (s[0] == '-' || s[0] == '+') {
    d.negative = s[0] == '-';
    s.erase(0, 1);
  }
  int exponent = 0;
  const std::size_t e = s.find_first_of("eE");
  if (e != std::string::npos) {
    exponent = std::stoi(s.substr(e + 1));
    s.erase(e);
  }
  const std::size_t point = s.find('.');
  std::string whole = s.substr(0, point), fraction = point == std::string::npos ? "" : s.substr(point + 1);
  for (; exponent > 0; --exponent) {
    whole += fraction.empty() ? '0' : fraction[0];
    if (!fraction.empty()) fraction.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    fraction.insert(0, 1, whole.empty() ? '0' : whole.back());
    if (!whole.empty()) whole.pop_back();
  }
  if (fraction.size() > static_cast<std::size_t>(scale)) throw std::runtime_error("too many digits: " + s);
  fraction.resize(scale, '0');
  d.text = whole + fraction;
  d.text.erase(0, std::min(d.text.find_first_not_of('0'), d.text.size()));
  for (const char c : d.text)
    if (c < '0' || c > '9') throw std::runtime_error("no decimal: " + s);
  return d;
}

bool less(const std::string& a, const std::string& b) { return a.size() != b.size() ? a.size() < b.size() : a < b; }

std::string combine(std::string a, std::string b, int sign) {
  std::reverse(a.begin(), a.end());
  std::reverse(b.begin(), b.end());
  a.resize(std::max(a.size(), b.size()) + 1, '0');
  b.resize(a.size(), '0');
  int carry = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    int digit = (a[i] - '0') + sign * (b[i] - '0') + carry;
    carry = digit < 0 ? -1 : digit / 10;
    digit = digit < 0 ? digit + 10 : digit % 10;
    a[i] = static_cast<char>('0' + digit);
  }
  std::reverse(a.begin(), a.end());
  a.erase(0, std::min(a.find_first_not_of('0'), a.size()));
  return a;
}

std::string plain(const Digits& d) {
  std::string s = d.text;
  if (s.size() <= static_cast<std::size_t>(scale)) s.insert(0, scale + 1 - s.size(), '0');
  s.insert(s.size() - scale, ".");
  s.erase(s.find_last_not_of('0') + 1);
  if (s.back() == '.') s.pop_back();
  return d.negative && s != "0" ? "-" + s : s;
}

std::string trimmed(const std::string& s) {
  const std::size_t first = s.find_first_not_of(" \t");
  return first == std::string::npos ? "" : s.substr(first, s.find_last_not_of(" \t") - first + 1);
}

}  // namespace

std::string add_decimals(const std::string& a, const std::string& b) {
  const Digits x = digits_of(a), y = digits_of(b);
  Digits sum;
  if (x.negative == y.negative) {
    sum = {x.negative, combine(x.text, y.text, 1)};
  } else {
    const bool x_less = less(x.text, y.text);
    sum = {x_less ? y.negative : x.negative, x_less ? combine(y.text, x.text, -1) : combine(x.text, y.text, -1)};
  }
  return plain(sum);
}

std::int64_t FakeTable::add_csv(const std::string& name, const std::string& bytes, const Json& dialect, const Json& schema) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < dialect["source_columns"].size(); ++i) place[dialect["source_columns"].items()[i].text()] = i;
  const auto is_null = [&](const std::string& value) {
    if (value.empty()) return true;
    for (const Json& word : dialect["null_words"].items())
      if (word.text() == value) return true;
    return false;
  };
  convergence::CsvReader reader(name, [&](std::uint64_t at, std::uint64_t n) {
    return at < bytes.size() ? bytes.substr(at, n) : std::string();
  });
  convergence::CsvRecord record;
  reader.next(record);
  std::int64_t rows = 0;
  for (; reader.next(record); ++rows) {
    if (record.size() != static_cast<std::size_t>(dialect["width"].integer()))
      throw std::runtime_error(name + ", line " + std::to_string(reader.line()) + ": width " + std::to_string(record.size()));
    Row row;
    for (const Json& column : schema.items()) {
      const Json& from = column["from"];
      std::string value = column["value"].text();
      if (from.is_array()) {
        Json entries = Json::object();
        for (const Json& pair : from.items()) {
          const std::string entry = record[place.at(pair.items()[0].text())];
          if (!is_null(entry)) entries.set(pair.items()[1].text(), entry);
        }
        if (entries.size()) value = entries.dump();
      } else if (!from.text().empty()) {
        value = trimmed(record[place.at(from.text())]);
        if (is_null(value)) value.clear();
      }
      if (!value.empty()) row[column["name"].text()] = value;
    }
    rows_.push_back(row);
  }
  return rows;
}

std::string FakeTable::sum(const std::string& column) const {
  std::string total = "0";
  for (const Row& row : rows_) {
    const auto found = row.find(column);
    if (found != row.end()) total = add_decimals(total, found->second);
  }
  return total;
}

}  // namespace cvg_test
