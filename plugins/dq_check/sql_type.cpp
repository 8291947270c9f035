#include "sql_type.h"

#include <convergence/sql.hpp>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <cstdlib>

namespace dq {
namespace {

struct TypeName {
  const char *name;
  Family family;
};
constexpr TypeName kTypes[] = {
    {"VARCHAR", Family::text},     {"JSON", Family::text},        {"ENUM", Family::text},       {"UUID", Family::text},
    {"TINYINT", Family::integer},  {"SMALLINT", Family::integer}, {"INTEGER", Family::integer}, {"BIGINT", Family::integer},
    {"HUGEINT", Family::integer},  {"UTINYINT", Family::integer}, {"USMALLINT", Family::integer}, {"UINTEGER", Family::integer},
    {"UBIGINT", Family::integer},  {"UHUGEINT", Family::integer}, {"DECIMAL", Family::decimal}, {"FLOAT", Family::floating},
    {"DOUBLE", Family::floating},  {"BOOLEAN", Family::boolean},  {"DATE", Family::date},       {"TIMESTAMP", Family::timestamp},
    {"TIMESTAMP_S", Family::timestamp}, {"TIMESTAMP_MS", Family::timestamp}, {"TIMESTAMP_NS", Family::timestamp}};

// Names of pandas, Python, SQLAlchemy and other engines for the families.
constexpr TypeName kForeignTypes[] = {
    {"STR", Family::text},          {"STRING", Family::text},       {"OBJECT", Family::text},      {"TEXT", Family::text},
    {"CHAR", Family::text},         {"UNICODE", Family::text},      {"NVARCHAR", Family::text},    {"CATEGORY", Family::text},
    {"INT", Family::integer},       {"INT8", Family::integer},      {"INT16", Family::integer},    {"INT32", Family::integer},
    {"INT64", Family::integer},     {"UINT8", Family::integer},     {"UINT16", Family::integer},   {"UINT32", Family::integer},
    {"UINT64", Family::integer},    {"LONG", Family::integer},      {"NUMERIC", Family::decimal},  {"NUMBER", Family::decimal},
    {"BIGNUMERIC", Family::decimal}, {"FLOAT32", Family::floating}, {"FLOAT64", Family::floating}, {"REAL", Family::floating},
    {"DOUBLE PRECISION", Family::floating}, {"BOOL", Family::boolean}, {"DATETIME", Family::timestamp},
    {"DATETIME64", Family::timestamp}, {"DATETIME64[NS]", Family::timestamp}, {"TIMESTAMPTZ", Family::timestamp}};

std::string upper(std::string s) {
  std::transform(s.begin(), s.end(), s.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return s;
}

// "DECIMAL(38,24)" and "TIMESTAMP WITH TIME ZONE" without what follows the name.
std::string base_name(const std::string &type) { return type.substr(0, type.find_first_of("( ")); }

// True when a DECIMAL(p,s) has fewer digits before the point than the numeral: a cast of the literal would fail.
bool exceeds(const std::string &type, const std::string &numeral) {
  int precision = 0, scale = 0;
  if (std::sscanf(type.c_str(), "DECIMAL(%d,%d)", &precision, &scale) != 2) return false;
  const std::size_t first = numeral.find_first_not_of("+-0"), point = std::min(numeral.find('.'), numeral.size());
  return first != std::string::npos && first < point && point - first > static_cast<std::size_t>(precision - scale);
}

std::optional<std::string> number_literal(const std::string &type, const std::string &numeral) {
  if (!convergence::sql_is_numeral(numeral)) return std::nullopt;
  if (family_of(type) == Family::floating || exceeds(type, numeral)) return "CAST('" + numeral + "' AS DOUBLE)";
  // An exponent would make the literal a DOUBLE: through DECIMAL it keeps its digits.
  if (numeral.find_first_of("eE") != std::string::npos) return "CAST('" + numeral + "' AS DECIMAL(38,12))";
  return numeral[0] == '-' || numeral[0] == '+' ? "(" + numeral + ")" : numeral;
}

}  // namespace

Family family_of(const std::string &type) {
  if (!type.empty() && type.back() == ']') return Family::other;
  const std::string base = base_name(type);
  for (const TypeName &t : kTypes)
    if (base == t.name) return t.family;
  return Family::other;
}

bool is_iso_time(const std::string &text) {
  const auto digits = [&text](std::size_t at, std::size_t n) {
    return text.size() >= at + n && std::all_of(text.begin() + static_cast<long>(at), text.begin() + static_cast<long>(at + n),
                                                [](unsigned char c) { return std::isdigit(c) != 0; });
  };
  if (!digits(0, 4) || text.size() < 10 || text[4] != '-' || !digits(5, 2) || text[7] != '-' || !digits(8, 2)) return false;
  const int year = std::atoi(text.c_str()), month = std::atoi(text.c_str() + 5), day = std::atoi(text.c_str() + 8);
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month < 1 || month > 12) return false;
  const bool leap = month == 2 && year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
  if (day < 1 || day > kDays[month - 1] + (leap ? 1 : 0)) return false;
  if (text.size() == 10) return true;
  if ((text[10] != ' ' && text[10] != 'T') || !digits(11, 2) || text.size() < 16 || text[13] != ':' || !digits(14, 2)) return false;
  if (std::atoi(text.c_str() + 11) > 23 || std::atoi(text.c_str() + 14) > 59) return false;
  std::size_t i = 16;
  if (i < text.size() && text[i] == ':') {
    if (!digits(17, 2) || std::atoi(text.c_str() + 17) > 59) return false;
    i = 19;
    if (i < text.size() && text[i] == '.')
      for (++i; digits(i, 1);) ++i;
  }
  return i == text.size() || (text[i] == 'Z' && i + 1 == text.size());
}

std::optional<std::string> literal_for(const std::string &type, const convergence::Json &value) {
  const Family f = family_of(type);
  if (value.is_bool()) {
    if (f == Family::boolean) return std::string(value.boolean() ? "TRUE" : "FALSE");
    if (f == Family::text) return std::string(value.boolean() ? "'true'" : "'false'");
    return std::nullopt;
  }
  if (!value.is_number() && !value.is_string()) return std::nullopt;
  const std::string &text = value.text();
  switch (f) {
    case Family::text: return convergence::sql_literal(text);
    case Family::integer:
    case Family::decimal:
    case Family::floating: return number_literal(type, text);
    case Family::boolean:
      if (upper(text) == "TRUE" || upper(text) == "FALSE") return upper(text);
      return std::nullopt;
    case Family::date:
    case Family::timestamp:
      if (!is_iso_time(text)) return std::nullopt;
      return (text.size() == 10 ? "DATE " : "TIMESTAMP ") + convergence::sql_literal(text);
    case Family::other: return std::nullopt;
  }
  return std::nullopt;
}

bool is_of_type(const std::string &type, const std::string &wanted) {
  const std::string want = upper(wanted);
  if (upper(type) == want) return true;
  if (want.find('(') == std::string::npos && base_name(upper(type)) == want) return true;
  for (const TypeName &t : kForeignTypes)
    if (want == t.name) return family_of(type) == t.family;
  return false;
}

}  // namespace dq
