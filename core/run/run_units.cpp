#include "core/run/run_units.h"

#include "core/base/text.h"

namespace cvg {

Json unit_json(const RunUnit& unit) { return Json::object().set("source", unit.source).set("unit", unit.unit); }

void add_unit(TableUnits& units, const std::string& table, const RunUnit& unit) {
  std::vector<RunUnit>& known = units[lower_ascii(table)];
  if (std::find(known.begin(), known.end(), unit) == known.end()) known.push_back(unit);
}

Json to_json(const TableUnits& units) {
  Json out = Json::object();
  for (const auto& [table, list] : units) {
    Json rows = Json::array();
    for (const RunUnit& unit : list) rows.push(unit_json(unit));
    out.set(table, rows);
  }
  return out;
}

TableUnits table_units_from_json(const Json& json) {
  TableUnits out;
  for (const auto& [table, rows] : json.members()) {
    for (const Json& row : rows.items()) add_unit(out, table, {row["source"].text(), row["unit"].text()});
  }
  return out;
}

void RunUnits::add(const TableUnits& units) {
  MutexLock lock(mutex_);
  for (const auto& [table, list] : units) {
    for (const RunUnit& unit : list) add_unit(units_, table, unit);
  }
}

Json RunUnits::of(const std::string& table) const {
  MutexLock lock(mutex_);
  Json out = Json::array();
  const auto found = units_.find(lower_ascii(table));
  if (found == units_.end()) return out;
  for (const RunUnit& unit : found->second) out.push(unit_json(unit));
  return out;
}

}  // namespace cvg
