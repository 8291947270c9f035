// Dataset vm_inventory: pages of Compute Engine's instances.aggregatedList or instances.list as one snapshot a day.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>

namespace gcp {

void extract_vm_inventory(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                          convergence::Sink &sink);

}  // namespace gcp
