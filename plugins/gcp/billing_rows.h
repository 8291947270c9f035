// Rows of the billing table from JSON: BigQuery's export lines, the legacy daily files, and nested fields of a CSV.
#pragma once

#include <string>
#include <unordered_map>

#include <convergence/documents.hpp>

namespace gcp {

// Writes one row per document; belongs to one RowFile of billing_shape().
class BillingRows {
 public:
  explicit BillingRows(convergence::RowFile &rows) : rows_(rows) {}

  // An export line of BigQuery, or an item of a legacy daily file (it has a lineItemId).  CVG_E_DATA names file and field.
  void add(const convergence::Json &document, const convergence::DocumentPlace &place);

  // A row of a flat file: set() for each field, then end().
  void set(const std::string &field, const convergence::Json &value, const convergence::DocumentPlace &place);
  void end(const convergence::DocumentPlace &place);

  // A CSV's text of a nested field, JSON or Python's repr, as JSON.
  static convergence::Json nested_value(const std::string &text, const std::string &field, const convergence::DocumentPlace &place);
  // The column that a field means is a LIST.
  bool is_list(const std::string &field);

 private:
  struct Column {
    int index = -1;  // -1: none
    std::vector<std::string> list;
    bool money = false;
  };
  const Column &column(const std::string &field);
  void add_legacy(const convergence::Json &document, const convergence::DocumentPlace &place);

  convergence::RowFile &rows_;
  std::unordered_map<std::string, Column> columns_;
  convergence::Json extra_ = convergence::Json::object();
};

}  // namespace gcp
