#include "core/config/plans.h"

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/config/yaml.h"

namespace cvg {
namespace {

constexpr std::int64_t limit_max = 1'000'000'000;

constexpr std::int64_t retention_days_min = 1, retention_days_max = 36500;
constexpr const char* retention_key = "retention";

struct PlanField {
  const char* name;
  std::int64_t PlanLimits::*field;
};
constexpr PlanField fields[] = {{"daily", &PlanLimits::daily},
                                {"monthly", &PlanLimits::monthly},
                                {"concurrent", &PlanLimits::concurrent},
                                {"team", &PlanLimits::team},
                                {"providers", &PlanLimits::providers}};

bool is_plan_name(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Result<PlanLimits> read_plan(const std::string& plan_name, const Json& row, const YamlDocument& document, const std::string& file) {
  const std::string pointer = '/' + pointer_token(plan_name);
  const auto refuse = [&](const std::string& at, const std::string& reason) {
    return Status(Code::config, fmt::format("{}:{}: plan {}: {}", file, document.line_of(at), plan_name, reason));
  };
  PlanLimits plan;
  plan.name = upper_ascii(plan_name);
  if (!is_plan_name(plan.name)) return refuse(pointer, "the name may hold letters, digits, - and _");
  if (!row.is_object()) return refuse(pointer, "a map of limits is expected");
  for (const auto& [name, value] : row.members()) {
    const std::string at = pointer + '/' + pointer_token(name);
    if (name == retention_key) continue;
    const auto known = std::find_if(std::begin(fields), std::end(fields), [&key = name](const PlanField& f) { return f.name == key; });
    if (known == std::end(fields)) {
      const std::string nearest = nearest_name(name, {"daily", "monthly", "concurrent", "team", "providers", retention_key});
      return refuse(at, fmt::format("unknown key '{}'{}", name, nearest.empty() ? "" : "; did you mean '" + nearest + "'?"));
    }
    std::int64_t number = 0;
    if (!value.is_number() || !parse_integer(value.text(), number) || number < 0 || number > limit_max) {
      return refuse(at, fmt::format("{} must be a whole number between 0 and {}", name, limit_max));
    }
    plan.*(known->field) = number;
  }
  for (const PlanField& field : fields) {
    if (!row.find(field.name)) return refuse(pointer, fmt::format("{} is missing", field.name));
  }
  return plan;
}

}  // namespace

Result<Plans> Plans::load(const std::string& path) {
  Result<std::string> text = read_file(path);
  if (!text.ok()) return Status(Code::config, fmt::format("plans_file: {}", text.status().text()));
  return parse(*text, path);
}

Result<Plans> Plans::parse(std::string_view text, const std::string& name) {
  CVG_ASSIGN(const YamlDocument document, parse_yaml(text, name));
  if (!document.value.is_object() || document.value.size() == 0) {
    return Status(Code::config, fmt::format("{}: a map of plans is expected", name));
  }
  Plans plans;
  for (const auto& [plan_name, row] : document.value.members()) {
    CVG_ASSIGN(PlanLimits plan, read_plan(plan_name, row, document, name));
    if (plans.find(plan.name)) return Status(Code::config, fmt::format("{}: the plan {} stands there twice", name, plan.name));
    if (const Json* days = row.find(retention_key)) {
      std::int64_t& kept = plans.retention_days_[plan.name];
      if (!days->is_number() || !parse_integer(days->text(), kept) || kept < retention_days_min || kept > retention_days_max) {
        return Status(Code::config, fmt::format("{}:{}: plan {}: retention must be a whole number between {} and {}", name,
                                                document.line_of('/' + pointer_token(plan_name) + '/' + retention_key), plan.name,
                                                retention_days_min, retention_days_max));
      }
    }
    plans.plans_.push_back(std::move(plan));
  }
  return plans;
}

const PlanLimits* Plans::find(std::string_view name) const {
  for (const PlanLimits& plan : plans_) {
    if (equals_ignoring_case(plan.name, name)) return &plan;
  }
  return nullptr;
}

std::int64_t Plans::retention_days(std::string_view name) const {
  const auto found = retention_days_.find(upper_ascii(name));
  return found == retention_days_.end() ? retention_days_default : found->second;
}

}  // namespace cvg
