// The shapes of a tenant's credentials, of the master key's rotation, and of a tenant's end.
#pragma once

#include <vector>

#include "host/routes/schemas.h"

namespace cvg {

std::vector<Schema> tenancy_schemas();

}  // namespace cvg
