// IsolatedPlugins: plugins of mode isolated, seen from the core as tables of functions like any other's; each function
// asks a worker.  Steps and providers only.  Any thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/isolated/isolation_pool.h"
#include "core/plugin/isolation.h"

namespace cvg {

class IsolatedPlugins final : public PluginIsolation {
 public:
  // command: what starts a worker, for example {"/usr/bin/convergence", "plugin-worker"}.
  IsolatedPlugins(std::vector<std::string> command, IsolationLimits limits) : command_(std::move(command)), limits_(limits) {}
  Result<IsolatedPlugin> load(const PluginConfig& row, const std::string& copy_path, const std::string& sha256) override;

 private:
  const std::vector<std::string> command_;
  const IsolationLimits limits_;
  SpawnThread spawner_;
};

}  // namespace cvg
