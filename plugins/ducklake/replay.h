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
// commits no bounds for a column that is retyped and gets rows in one transaction, and takes those of the next rows for all
// of them (then it returns wrong values). What is rolled back is read right.
struct WideningNeeded {
  std::vector<std::string> statements;
};

// How columns of published tables are widened: thrown as WideningNeeded, or inside the transaction, which is never committed.
enum class Widening { thrown, inside };

void replay(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations, Widening widening);

}  // namespace ducklake
