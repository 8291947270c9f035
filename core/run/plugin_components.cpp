#include "core/run/plugin_components.h"

#include <convergence/plugin.hpp>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/plugin_call.h"

namespace cvg {
namespace {

constexpr std::size_t plan_bytes_max = 1 << 20;

// The JSON that a plugin wrote; a plugin that writes none is at fault.
Status read_answer(const std::string& who, const std::string& text, Json& out) {
  if (text.empty()) return {};
  Result<Json> json = parse_json(text);
  if (!json.ok()) return Status(Code::plugin, who + " failed", who + " answered no JSON: " + json.status().text());
  out = std::move(*json);
  return {};
}

class PluginStep final : public StepWork {
 public:
  PluginStep(Instance instance, std::int64_t outputs_bytes_max)
      : instance_(std::move(instance)), who_("step " + instance_.component().name), outputs_bytes_max_(outputs_bytes_max) {}

  Status run(cvg_call* call, const Json& spec, Json& outputs) override {
    const std::string text = spec.dump();
    const cvg_str json = abi_text(text);
    convergence::StringOut out(static_cast<std::size_t>(outputs_bytes_max_));
    const Status status = call_plugin(who_, [&](cvg_error* e) {
      return instance_.table<cvg_step>().run(instance_.raw(), call, &json, out.out(), e);
    });
    const Status read = read_answer(who_, out.text(), outputs);
    return status.ok() ? read : status;
  }
  void interrupt() override { instance_.interrupt(); }

 private:
  Instance instance_;
  std::string who_;
  std::int64_t outputs_bytes_max_;
};

class PluginProvider final : public ProviderWork {
 public:
  explicit PluginProvider(Instance instance) : instance_(std::move(instance)), who_("provider " + instance_.component().name) {}

  Status extract(cvg_call* call, const cvg_extract_req& request, cvg_sink* sink) override {
    return call_plugin(who_, [&](cvg_error* e) {
      return instance_.table<cvg_provider>().extract(instance_.raw(), call, &request, sink, e);
    });
  }
  void interrupt() override { instance_.interrupt(); }

 private:
  Instance instance_;
  std::string who_;
};

Json one_error(const std::string& message) {
  return Json::array().push(Json::object().set("field", "").set("message", message));
}

}  // namespace

PluginComponents::PluginComponents(const PluginRegistry& registry, const Clock& clock, std::int64_t outputs_bytes_max)
    : registry_(registry), clock_(clock), outputs_bytes_max_(outputs_bytes_max) {}

const Json* PluginComponents::spec_schema(std::string_view type) const {
  static const Json anything = Json::object();
  const Component* component = registry_.find(CVG_KIND_STEP, type);
  if (!component) return nullptr;
  const Json* schema = component->description.find("spec_schema");
  return schema ? schema : &anything;
}

std::vector<std::string> PluginComponents::names() const {
  std::vector<std::string> out;
  for (const Component* component : registry_.components(CVG_KIND_STEP)) out.push_back(component->name);
  return out;
}

Json PluginComponents::plan(std::string_view type, const Json& spec) const {
  const Component* component = registry_.find(CVG_KIND_STEP, type);
  if (!component) return Json::array();
  Call call(Call::Options{.info = {}, .clock = &clock_});
  Result<Instance> instance = Instance::create(*component, call.raw());
  if (!instance.ok()) return one_error(instance.status().text());
  const cvg_step& table = instance->table<cvg_step>();
  if (!CVG_HAS(&table, cvg_step, plan)) return Json::array();
  const std::string text = spec.dump();
  const cvg_str json = abi_text(text);
  convergence::StringOut out(plan_bytes_max);
  const std::string who = "step " + component->name;
  Status status = call_plugin(who, [&](cvg_error* e) { return table.plan(instance->raw(), call.raw(), &json, out.out(), e); });
  if (status.code() == Code::unsupported) return Json::array();
  Json answer;
  if (status.ok()) status = read_answer(who, out.text(), answer);
  return status.ok() ? answer["errors"] : one_error(status.text());
}

Result<std::unique_ptr<StepWork>> PluginComponents::make_step(std::string_view type, cvg_call* call) {
  const Component* component = registry_.find(CVG_KIND_STEP, type);
  if (!component) return Status(Code::config, fmt::format("no loaded plugin offers the step kind '{}'", type));
  CVG_ASSIGN(Instance instance, Instance::create(*component, call));
  return std::unique_ptr<StepWork>(std::make_unique<PluginStep>(std::move(instance), outputs_bytes_max_));
}

Result<std::unique_ptr<ProviderWork>> PluginComponents::make_provider(std::string_view name, cvg_call* call) {
  const Component* component = registry_.find(CVG_KIND_PROVIDER, name);
  if (!component) {
    std::vector<std::string> names;
    for (const Component* other : registry_.components(CVG_KIND_PROVIDER)) names.push_back(other->name);
    return Status(Code::config, fmt::format("no loaded plugin offers the provider '{}'; there are: {}", name, join(names, ", ")));
  }
  CVG_ASSIGN(Instance instance, Instance::create(*component, call));
  return std::unique_ptr<ProviderWork>(std::make_unique<PluginProvider>(std::move(instance)));
}

}  // namespace cvg
