// Dataset vm_inventory: pages of ARM's list of virtual machines ({"value":[...]}) as one snapshot a day.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace azure {

void extract_vm_inventory(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                          convergence::Sink &sink);

}  // namespace azure
