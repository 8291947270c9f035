// Carries out the operations of a publication inside an open transaction of the tenant's lake: grows tables, deletes what
// is replaced, adds the staged files. May be done and rolled back any number of times.
#pragma once

#include <string>
#include <vector>

#include "engine.h"
#include "lake_folder.h"
#include "operation.h"

namespace ducklake {

// Thrown by replay when a column of a published table must be widened first: in a transaction of its own, because DuckLake
// loses a column's bounds (and then returns wrong values) when it is retyped and gets rows in one transaction.
struct WideningNeeded {
  std::vector<std::string> statements;
};

void replay(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations);

}  // namespace ducklake
