// The step kinds and providers of the loaded plugins.  Any thread.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/base/clock.h"
#include "core/plugin/registry.h"
#include "core/run/components.h"

namespace cvg {

class PluginComponents final : public Components {
 public:
  // All outlive this object; outputs_bytes_max bounds what one step may report.
  PluginComponents(const PluginRegistry& registry, const Clock& clock, std::int64_t outputs_bytes_max);

  const Json* spec_schema(std::string_view type) const override;
  std::vector<std::string> names() const override;
  Json plan(std::string_view type, const Json& spec) const override;
  Result<std::unique_ptr<StepWork>> make_step(std::string_view type, cvg_call* call) override;
  Result<std::unique_ptr<ProviderWork>> make_provider(std::string_view name, cvg_call* call) override;

 private:
  const PluginRegistry& registry_;
  const Clock& clock_;
  const std::int64_t outputs_bytes_max_;
};

}  // namespace cvg
