// The function tables that the host lends to plugins.  They live as long as the process.  Every function finds its call in
// CallSlots, so that a stale cvg_call is answered with CVG_E_STATE.
#pragma once

#include <convergence/plugin.h>
#include <convergence/stage_path.h>

namespace cvg {

// What a plugin offers decides what it is lent beyond the base: warehouses run in this process and read staged files by
// their paths.
enum class HostGrants { base, warehouse };
const cvg_host& host_table(HostGrants grants = HostGrants::base);
// The slot http: an exchange of the host's client.
cvg_status host_http(cvg_call* call, const cvg_http_req* request, cvg_http_res* response, cvg_error* error);
// Extension CVG_EXT_OBJECTS: the ObjectStore of the call.
const cvg_objects& host_objects_table();
// Extension CVG_EXT_STAGE_PATH: the StageArea of the call.
const cvg_stage_path& host_stage_path_table();

}  // namespace cvg
