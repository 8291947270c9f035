#include "derived_input.h"

#include <map>

namespace ducklake {

namespace {

// Of one statement: planning more of them at once costs more than it saves.
constexpr size_t units_together_max = 64;

std::string is(const char *column, const std::string &value) { return column + (value.empty() ? " IS NULL" : " = " + literal(value)); }

// The statement over one unit's rows of `from`, with the unit beside each of its rows.
std::string over_unit(const IngestRequest &request, const std::pair<std::string, std::string> &unit, const std::string &from) {
  const auto told = [](const std::string &value, const char *column) { return (value.empty() ? "NULL" : literal(value)) + "::VARCHAR AS " + column; };
  return "SELECT *, " + told(unit.first, source_column) + ", " + told(unit.second, unit_column) + " FROM (WITH input AS (SELECT * FROM " + from +
         " WHERE " + is("x_source", unit.first) + " AND " + is("x_unit", unit.second) + ")\n" + request.sql + "\n)";
}

// The rows of each unit; one that has none is missing.
std::map<std::pair<std::string, std::string>, int64_t> rows_of_units(Engine &engine, const IngestRequest &request) {
  std::string names;
  for (const auto &[source, unit] : request.units) names += (names.empty() ? "" : ", ") + literal(unit);
  std::map<std::pair<std::string, std::string>, int64_t> counts;
  for (const Row &row : engine.rows("SELECT x_source, x_unit, count(*) FROM " + quoted(request.input) + " WHERE coalesce(x_unit, '') IN (" + names +
                                    ") GROUP BY ALL"))
    counts[{row[0].value_or(""), row[1].value_or("")}] = std::stoll(row[2].value_or("0"));
  return counts;
}

}  // namespace

std::string over_units(const IngestRequest &request, size_t first, size_t last) {
  const std::string input = quoted(request.input), kept = "\"__cvg_rows\"";
  if (last - first == 1) return over_unit(request, request.units[first], input);
  std::string all, these;
  for (size_t i = first; i < last; ++i) {
    const auto &[source, unit] = request.units[i];
    these += (i > first ? " OR (" : "(") + is("x_source", source) + " AND " + is("x_unit", unit) + ")";
    all += (i > first ? "\nUNION ALL " : "") + over_unit(request, request.units[i], kept);
  }
  return "WITH " + kept + " AS MATERIALIZED (SELECT * FROM " + input + " WHERE " + these + ")\n" + all;
}

std::vector<std::pair<size_t, size_t>> units_together(Engine &engine, const IngestRequest &request, int64_t rows_max) {
  if (request.units.size() == 1) return {{0, 1}};
  const auto counts = rows_of_units(engine, request);
  std::vector<std::pair<size_t, size_t>> ranges;
  for (size_t first = 0, last = 0; first < request.units.size(); first = last) {
    int64_t rows = 0;
    for (last = first; last < request.units.size() && last - first < units_together_max; ++last) {
      const auto found = counts.find(request.units[last]);
      rows += found == counts.end() ? 0 : found->second;
      if (rows > rows_max && last > first) break;
    }
    ranges.emplace_back(first, last);
  }
  return ranges;
}

}  // namespace ducklake
