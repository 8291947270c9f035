// RunUnits: the units of tables that a run is responsible for, as its steps found them.  Any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/base/mutex.h"

namespace cvg {

struct RunUnit {
  std::string source, unit;
  bool operator==(const RunUnit&) const = default;
};
using TableUnits = std::map<std::string, std::vector<RunUnit>>;  // by table, lower case

Json unit_json(const RunUnit& unit);  // {"source","unit"}
void add_unit(TableUnits& units, const std::string& table, const RunUnit& unit);  // once
Json to_json(const TableUnits& units);  // {"table":[{"source","unit"}]}
TableUnits table_units_from_json(const Json& json);

class RunUnits {
 public:
  void add(const TableUnits& units);
  Json of(const std::string& table) const;  // [{"source","unit"}, ...]

 private:
  mutable Mutex mutex_;
  TableUnits units_ CVG_GUARDED_BY(mutex_);
};

}  // namespace cvg
