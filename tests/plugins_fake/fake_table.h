// FakeTable: what a warehouse would make of the CSV files of a put: each row as text by target column, mapped by
// schema_json.  Owned by the test; one thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <convergence/json.hpp>

namespace cvg_test {

// The exact sum of two decimals (plain or scientific), without trailing zeros; an empty text counts as 0.
std::string add_decimals(const std::string& a, const std::string& b);

class FakeTable {
 public:
  typedef std::map<std::string, std::string> Row;  // NULL is an absent column

  // Adds the rows of one CSV; throws std::runtime_error when a row's width is not the dialect's.  Answers the rows.
  std::int64_t add_csv(const std::string& name, const std::string& bytes, const convergence::Json& dialect,
                       const convergence::Json& schema);
  const std::vector<Row>& rows() const { return rows_; }
  std::size_t size() const { return rows_.size(); }
  std::string sum(const std::string& column) const;

 private:
  std::vector<Row> rows_;
};

}  // namespace cvg_test
