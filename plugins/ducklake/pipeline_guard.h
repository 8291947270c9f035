// What of a pipeline's SQL may run in the pool's engines, which open files for deliveries: it reads the tables of its own
// tenant, and neither files, other catalogs and inner schemas nor the engine's own views and settings.  Checked as it is
// executed, with the values of variables in their places, on the engine's own syntax tree.
#pragma once

#include <string>

#include "engine.h"

namespace ducklake {

// CVG_E_CONFIG names what is refused, also what the engine cannot show as a tree (PIVOT without its values,
// EXPLAIN).  A syntax error passes: the engine tells it better when the statement runs.  dataset: the tenant's schema.
void check_pipeline_sql(Engine &engine, const std::string &dataset, const std::string &sql);

}  // namespace ducklake
