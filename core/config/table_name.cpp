#include "core/config/table_name.h"

#include <algorithm>

#include "core/base/text.h"

namespace cvg {
namespace {

// The views that every dataset has over what the system writes.
constexpr std::string_view system_views[] = {
    "pipeline_runs",      "step_logs",           "dq_results",           "tenant_pipeline_runs", "tenant_step_logs",        "tenant_dq_results",
    "tenant_usage_quotas", "tenant_subscriptions", "api_keys",            "cloud_credentials",    "tenant_comprehensive_view"};

}  // namespace

Status check_destination_table(std::string_view name) {
  const auto is_letter = [](char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; };
  const bool fits = !name.empty() && name.size() <= 128 && is_letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-';
  });
  if (!fits) return Status(Code::invalid, fmt::format("'{}' is no name of a table: letters, digits, _ and -, at most 128, the first a letter or _", name));
  const std::string lower = lower_ascii(name);
  if (lower.starts_with("x_meta_") || lower.starts_with("__") ||
      std::find(std::begin(system_views), std::end(system_views), lower) != std::end(system_views)) {
    return Status(Code::invalid, fmt::format("the table '{}' is written by the system alone", name));
  }
  return {};
}

}  // namespace cvg
