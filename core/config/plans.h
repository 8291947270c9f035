// Plans: what a tenant may subscribe to, read from the plans file once at start.  Any thread afterwards.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"
#include "core/model/tenant.h"

namespace cvg {

class Plans {
 public:
  // Code::config with file, line and reason.
  static Result<Plans> load(const std::string& path);
  static Result<Plans> parse(std::string_view text, const std::string& name);

  // By name in any case; null when there is none.
  const PlanLimits* find(std::string_view name) const;
  // Days that the logs of a plan's runs are kept: `retention` of the file, 30 when it says nothing.
  std::int64_t retention_days(std::string_view name) const;
  const std::vector<PlanLimits>& all() const { return plans_; }  // in the order of the file

 private:
  static constexpr std::int64_t retention_days_default = 30;
  std::vector<PlanLimits> plans_;
  std::map<std::string, std::int64_t> retention_days_;
};

}  // namespace cvg
