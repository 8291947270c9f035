// Dataset ec2_inventory: pages of EC2's DescribeInstances ({"Reservations":[{"Instances":[...]}]}) as one snapshot a day.
#pragma once

#include <convergence/delivery.hpp>
#include <convergence/plugin.hpp>
#include <convergence/schema.hpp>

namespace aws {

const convergence::TableShape &ec2_shape();

// Reads the pages into the sink; CVG_E_DATA names file and field of a document that is no such page.
void extract_ec2_inventory(convergence::Call &call, const cvg_extract_req &req, const convergence::Options &options,
                           convergence::Sink &sink);

}  // namespace aws
