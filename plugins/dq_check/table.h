// What the checks know about the table under test.
#pragma once

#include <string>
#include <vector>

#include "sql_type.h"

namespace dq {

struct Column {
  std::string name;    // as the table spells it
  std::string quoted;  // as SQL
  std::string type;    // as typeof() names it
  Family family = Family::other;
  bool few_values = false;  // few distinct values: checks run once per value
};

struct Table {
  std::string relation;  // the SELECT of the rows under test
  std::vector<Column> columns;

  // Case does not matter in a column's name; null when there is none.
  const Column *find(const std::string &name) const;
  Column *find(const std::string &name);
};

// The columns that the host adds to every table: no part of what a template calls the table's columns.
bool is_lineage(const std::string &column);

}  // namespace dq
