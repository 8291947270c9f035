// Carries out the operations of a publication inside an open transaction of the tenant's lake: grows tables, deletes what
// is replaced, adds the staged files. May be done and rolled back any number of times.
#pragma once

#include <vector>

#include "engine.h"
#include "lake_folder.h"
#include "operation.h"

namespace ducklake {

void replay(Engine &engine, const LakeFolder &lake, const std::vector<Operation> &operations);

}  // namespace ducklake
