// FakeComponents: step kinds and providers given as functions, behind the port that plugins stand behind.  Set before use;
// any thread afterwards.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "core/run/components.h"

namespace cvg {

class FakeComponents final : public Components {
 public:
  using Step = std::function<Status(cvg_call* call, const Json& spec, Json& outputs)>;
  using Provider = std::function<Status(cvg_call* call, const cvg_extract_req& request, cvg_sink* sink)>;

  std::map<std::string, Step, std::less<>> steps;
  std::map<std::string, Provider, std::less<>> providers;
  std::atomic<int> interrupts{0};

  const Json* spec_schema(std::string_view type) const override { return steps.contains(type) ? &anything_ : nullptr; }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& [name, step] : steps) out.push_back(name);
    return out;
  }
  Json plan(std::string_view, const Json&) const override { return Json::array(); }

  Result<std::unique_ptr<StepWork>> make_step(std::string_view type, cvg_call*) override {
    const auto found = steps.find(type);
    if (found == steps.end()) return Status(Code::config, "no such step kind");
    return std::unique_ptr<StepWork>(std::make_unique<Work>(found->second, interrupts));
  }
  Result<std::unique_ptr<ProviderWork>> make_provider(std::string_view name, cvg_call*) override {
    const auto found = providers.find(name);
    if (found == providers.end()) return Status(Code::config, "no such provider");
    return std::unique_ptr<ProviderWork>(std::make_unique<Extract>(found->second, interrupts));
  }

 private:
  struct Work final : StepWork {
    Work(const Step& f, std::atomic<int>& n) : step(f), interrupts(n) {}
    Status run(cvg_call* call, const Json& spec, Json& outputs) override { return step(call, spec, outputs); }
    void interrupt() override { ++interrupts; }
    const Step& step;
    std::atomic<int>& interrupts;
  };
  struct Extract final : ProviderWork {
    Extract(const Provider& f, std::atomic<int>& n) : provider(f), interrupts(n) {}
    Status extract(cvg_call* call, const cvg_extract_req& request, cvg_sink* sink) override { return provider(call, request, sink); }
    void interrupt() override { ++interrupts; }
    const Provider& provider;
    std::atomic<int>& interrupts;
  };
  const Json anything_ = Json::object();
};

}  // namespace cvg
