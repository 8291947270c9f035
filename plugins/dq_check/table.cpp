#include "table.h"

#include <algorithm>
#include <cctype>

namespace dq {
namespace {

bool same_name(const std::string &a, const std::string &b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](unsigned char x, unsigned char y) {
           return std::tolower(x) == std::tolower(y);
         });
}

}  // namespace

const Column *Table::find(const std::string &name) const {
  const auto found = std::find_if(columns.begin(), columns.end(), [&name](const Column &c) { return same_name(c.name, name); });
  return found == columns.end() ? nullptr : &*found;
}

Column *Table::find(const std::string &name) { return const_cast<Column *>(static_cast<const Table &>(*this).find(name)); }

bool is_lineage(const std::string &column) { return column.size() > 2 && same_name(column.substr(0, 2), "x_"); }

}  // namespace dq
