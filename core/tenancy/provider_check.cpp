#include "core/tenancy/provider_check.h"

#include <convergence/plugin.hpp>

#include "core/base/text.h"
#include "core/plugin/call.h"
#include "core/plugin/plugin_call.h"

namespace cvg {
namespace {

constexpr std::int64_t check_ms_max = 10'000;
constexpr std::size_t secret_bytes_min = 6;  // shorter texts are ordinary words
constexpr std::string_view redacted = "[redacted]";

// What the provider says while it checks belongs to the verdict.
class Notes final : public CallServices {
 public:
  void log(int, std::string_view message, const Json&) override { notes_.emplace_back(message); }
  std::string text() const { return join(notes_, " "); }

 private:
  std::vector<std::string> notes_;
};

class PluginProviderCheck final : public ProviderCheck {
 public:
  PluginProviderCheck(const PluginRegistry& registry, const Clock& clock) : registry_(registry), clock_(clock) {}

  std::vector<std::string> providers() const override {
    std::vector<std::string> names;
    for (const Component* component : registry_.components(CVG_KIND_PROVIDER)) names.push_back(component->name);
    return names;
  }

  Verdict check(const std::string& tenant_id, const std::string& provider, const Json& credentials) override {
    const Component* component = registry_.find(CVG_KIND_PROVIDER, provider);
    if (!component) return {"UNSUPPORTED", fmt::format("No loaded plugin offers the provider {}", provider)};
    if (!component->description["config_schema"]["properties"].find("credentials"))
      return {"UNSUPPORTED", fmt::format("The provider {} does not look at credentials", provider)};
    Notes notes;
    const Status status = ask(*component, tenant_id, credentials, notes);
    return {verdict_of(status), without_secrets(status.ok() ? notes.text() : readable(status), credentials)};
  }

 private:
  Status ask(const Component& component, const std::string& tenant_id, const Json& credentials, Notes& notes) const {
    CallInfo info;
    info.tenant_id = info.display_id = tenant_id;
    Call call(Call::Options{.info = info, .deadline_monotonic_ms = clock_.monotonic_ms() + check_ms_max, .services = &notes, .clock = &clock_});
    CVG_ASSIGN(Json config, parse_json(component.config_json.empty() ? "{}" : component.config_json));
    Component own = component;
    own.config_json = config.set("credentials", credentials).dump();
    CVG_ASSIGN(const Instance instance, Instance::create(own, call.raw()));
    return call_plugin("provider " + own.name, [&](cvg_error* e) { return own.abi->check(instance.raw(), call.raw(), e); });
  }

  static std::string verdict_of(const Status& status) {
    switch (status.code()) {
      case Code::ok: return "VALID";
      case Code::auth:
      case Code::denied:
      case Code::config:
      case Code::data: return "INVALID";
      case Code::unsupported: return "UNSUPPORTED";
      default: return "ERROR";
    }
  }
  static std::string readable(const Status& status) {
    const bool named = verdict_of(status) != "ERROR" || traits(status.code()).tenant_may_read;
    return named ? status.text() : "The provider could not check the credentials; try again later";
  }

  const PluginRegistry& registry_;
  const Clock& clock_;
};

void replace_all(std::string& text, const std::string& what) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + redacted.size()))
    text.replace(at, what.size(), redacted);
}

}  // namespace

std::string without_secrets(std::string text, const Json& document) {
  if (document.is_string() && document.text().size() >= secret_bytes_min) replace_all(text, document.text());
  if (document.is_array())
    for (const Json& item : document.items()) text = without_secrets(std::move(text), item);
  if (document.is_object())
    for (const auto& [name, value] : document.members()) text = without_secrets(std::move(text), value);
  return text;
}

std::unique_ptr<ProviderCheck> make_plugin_provider_check(const PluginRegistry& registry, const Clock& clock) {
  return std::make_unique<PluginProviderCheck>(registry, clock);
}

}  // namespace cvg
