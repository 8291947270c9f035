#include "host/app/text_table.h"

#include <algorithm>
#include <vector>

namespace cvg {
namespace {

using Row = std::vector<std::string>;

std::string cell_text(const Json& cell) {
  if (cell.is_null()) return "NULL";
  std::string text = cell.is_string() || cell.is_number() ? cell.text() : cell.dump();
  std::replace_if(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20; }, ' ');
  return text;
}

std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

void append_row(const Row& row, const std::vector<std::size_t>& widths, std::string& out) {
  for (std::size_t i = 0; i < row.size(); ++i) {
    out += row[i];
    if (i + 1 < row.size()) out.append(widths[i] - width_of(row[i]) + 2, ' ');
  }
  out += '\n';
}

}  // namespace

std::string text_table(const Json& answer) {
  std::vector<Row> rows(1);
  for (const Json& column : answer["columns"].items()) rows[0].push_back(column["name"].text());
  for (const Json& row : answer["rows"].items()) {
    rows.emplace_back();
    for (const Json& cell : row.items()) rows.back().push_back(cell_text(cell));
    rows.back().resize(rows[0].size());
  }
  std::vector<std::size_t> widths(rows[0].size(), 0);
  for (const Row& row : rows)
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  append_row(rows[0], widths, out);
  Row rule;
  for (const std::size_t width : widths) rule.emplace_back(width, '-');
  append_row(rule, widths, out);
  for (std::size_t i = 1; i < rows.size(); ++i) append_row(rows[i], widths, out);
  return out;
}

}  // namespace cvg
