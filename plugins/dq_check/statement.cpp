#include "statement.h"

namespace dq {

int Statement::add(Source &source, const std::string &expression) {
  for (const auto &[known, slot] : source.measures)
    if (known == expression) return slot;
  source.measures.emplace_back(expression, slots_);
  return slots_++;
}

Statement::Source &Statement::source_of(const std::string &column) {
  for (Source &s : sources_)
    if (s.column == column) return s;
  sources_.push_back(Source{column, {}, {}});
  return sources_.back();
}

int Statement::rows(const std::string &aggregate) { return add(source_of(""), aggregate); }

int Statement::values(const std::string &column, const std::string &aggregate) { return add(source_of(column), aggregate); }

std::string Statement::weight(const std::string &column, const std::string &condition) {
  if (condition.empty()) return "n";
  Source &s = source_of(column);
  std::size_t i = 0;
  while (i < s.conditions.size() && s.conditions[i] != condition) ++i;
  if (i == s.conditions.size()) s.conditions.push_back(condition);
  return "n" + std::to_string(i + 1);
}

int Statement::scalar(const std::string &expression) {
  for (const auto &[known, slot] : scalars_)
    if (known == expression) return slot;
  scalars_.emplace_back(expression, slots_);
  return slots_++;
}

std::string Statement::from(const Source &source) {
  if (source.column.empty()) return "r";
  std::string counts = "count(*) AS n";
  for (std::size_t i = 0; i < source.conditions.size(); ++i)
    counts += ", count(*) FILTER (WHERE " + source.conditions[i] + ") AS n" + std::to_string(i + 1);
  return "(SELECT " + source.column + " AS v, " + counts + " FROM r GROUP BY " + source.column + ")";
}

std::string Statement::sql() const {
  std::string list, joined;
  for (int i = 0; i < slots_; ++i) list += (i == 0 ? "m" : ", m") + std::to_string(i);
  const auto join = [&joined](const std::string &select) {
    joined += (joined.empty() ? "\nFROM (" : "\nCROSS JOIN (") + select + ")";
  };
  for (const Source &s : sources_) {
    std::string measures;
    for (const auto &[expression, slot] : s.measures)
      measures += (measures.empty() ? "" : ",\n  ") + expression + " AS m" + std::to_string(slot);
    if (!measures.empty()) join("SELECT " + measures + "\n FROM " + from(s));
  }
  for (const auto &[expression, slot] : scalars_) join("SELECT " + expression + " AS m" + std::to_string(slot));
  return with(relation_) + "SELECT " + list + joined;
}

}  // namespace dq
