#include "row_condition.h"

#include <convergence/sql.hpp>

#include <cctype>

#include "sql_type.h"

namespace dq {
namespace {

using convergence::Error;

class Clause {
 public:
  explicit Clause(const std::string &text) : s_(text) {}

  std::string sql() {
    expect("col");
    expect("(");
    const std::string column = convergence::sql_identifier(quoted());
    expect(")");
    if (take(".")) {
      expect("notNull");
      expect("(");
      expect(")");
      end();
      return "(" + column + " IS NOT NULL)";
    }
    const std::string op = operation();
    const std::string value = literal();
    end();
    return "(" + column + " " + op + " " + value + ")";
  }

 private:
  [[noreturn]] void wrong(const std::string &expected) const {
    throw Error(CVG_E_CONFIG, "row_condition: expected " + expected + " at character " + std::to_string(at_ + 1) +
                                  " (one clause: col(\"name\") OP value, or col(\"name\").notNull(); condition_parser: sql takes SQL)");
  }
  void blanks() {
    while (at_ < s_.size() && std::isspace(static_cast<unsigned char>(s_[at_]))) ++at_;
  }
  bool take(const std::string &word) {
    blanks();
    if (s_.compare(at_, word.size(), word) != 0) return false;
    at_ += word.size();
    return true;
  }
  void expect(const std::string &word) {
    if (!take(word)) wrong("'" + word + "'");
  }
  void end() {
    blanks();
    if (at_ != s_.size()) wrong("the end");
  }
  std::string quoted() {
    blanks();
    if (at_ >= s_.size() || (s_[at_] != '"' && s_[at_] != '\'')) wrong("a quoted text");
    const std::size_t close = s_.find(s_[at_], at_ + 1);
    if (close == std::string::npos) wrong("the text's closing quote");
    const std::string text = s_.substr(at_ + 1, close - at_ - 1);
    at_ = close + 1;
    return text;
  }
  std::string operation() {
    static constexpr const char *kOperations[][2] = {{">=", ">="}, {"<=", "<="}, {"==", "="}, {"!=", "<>"}, {">", ">"}, {"<", "<"}};
    for (const auto &o : kOperations)
      if (take(o[0])) return o[1];
    wrong("one of > < >= <= == !=");
  }
  std::string literal() {
    if (take("date")) {
      expect("(");
      const std::string day = quoted();
      expect(")");
      if (!is_iso_time(day)) wrong("a date as YYYY-MM-DD");
      return (day.size() == 10 ? "DATE " : "TIMESTAMP ") + convergence::sql_literal(day);
    }
    blanks();
    if (at_ < s_.size() && (s_[at_] == '"' || s_[at_] == '\'')) return convergence::sql_literal(quoted());
    const std::size_t begin = at_;
    while (at_ < s_.size() && !std::isspace(static_cast<unsigned char>(s_[at_]))) ++at_;
    const std::string numeral = s_.substr(begin, at_ - begin);
    if (!convergence::sql_is_numeral(numeral)) {
      at_ = begin;
      wrong("a number, a quoted text or date(\"...\")");
    }
    return numeral;
  }
  const std::string &s_;
  std::size_t at_ = 0;
};

}  // namespace

std::string row_condition_sql(const std::string &text, const std::string &parser) {
  if (parser == "sql") return convergence::sql_subquery(text);
  if (parser == "great_expectations" || parser == "great_expectations__experimental__") return Clause(text).sql();
  throw Error(CVG_E_CONFIG, parser.empty() ? "row_condition needs a condition_parser: great_expectations or sql"
                                           : "condition_parser '" + parser + "' is not known: great_expectations or sql");
}

}  // namespace dq
