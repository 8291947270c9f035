// ComponentTable: a component's functions as this host sees them: copies of the plugin's tables at our own size, in which
// every slot may be called.  An optional function that the plugin lacks answers CVG_E_UNSUPPORTED.  Immutable.
#pragma once

#include <memory>
#include <string>

#include <convergence/plugin.h>

#include "core/base/status.h"

namespace cvg {

struct ComponentTable {
  cvg_component component;
  union {
    cvg_provider provider;
    cvg_step step;
    cvg_warehouse warehouse;
    cvg_keymgr key_manager;
  } functions;
};

// Whose process the component would run in.
enum class ProcessOf { server, worker };
// Code::config: an unknown kind, a missing table, a required function missing, half a kind, a demand for another process.
Result<std::unique_ptr<ComponentTable>> read_component(const cvg_component* theirs, ProcessOf process = ProcessOf::server);

}  // namespace cvg
