#include <map>
#include <utility>

#include "core/base/mutex.h"
#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/manifest.h"
#include "core/plugin/plugin_call.h"
#include "core/plugin/registry.h"

namespace cvg {
namespace {

// Instances alive per component: a plugin is shut down after its last one only, and a singleton has one at most.
class LiveInstances {
 public:
  // False: most are there already.
  bool add(const cvg_component* component, std::size_t most) {
    MutexLock lock(mutex_);
    std::size_t& count = counts_[component];
    if (count >= most) return false;
    ++count;
    return true;
  }
  void remove(const cvg_component* component) {
    MutexLock lock(mutex_);
    const auto found = counts_.find(component);
    if (found != counts_.end() && --found->second == 0) counts_.erase(found);
  }
  std::size_t count(const cvg_component* component) {
    MutexLock lock(mutex_);
    const auto found = counts_.find(component);
    return found == counts_.end() ? 0 : found->second;
  }

 private:
  Mutex mutex_;
  std::map<const cvg_component*, std::size_t> counts_ CVG_GUARDED_BY(mutex_);
};

LiveInstances& live() {
  static LiveInstances instances;
  return instances;
}

}  // namespace

std::size_t live_instances(const Component& component) { return live().count(component.abi); }

Result<Instance> Instance::create(const Component& component, cvg_call* call) {
  const std::string who = fmt::format("{} {}", short_kind(component.kind), component.name);
  const bool singleton = (component.abi->flags & CVG_SINGLETON) != 0;
  if (!live().add(component.abi, singleton ? 1 : SIZE_MAX))
    return Status(Code::state, fmt::format("the {} exists already, and there may be one only", who));
  cvg_instance* raw = nullptr;
  const cvg_str config = abi_text(component.config_json);
  Status made = call_plugin(who, [&](cvg_error* e) {
    return component.isolated ? component.isolated->create(call, &config, &raw, e) : component.abi->create(call, &config, &raw, e);
  });
  if (made.ok() && !raw) made = Status(Code::plugin, who + " failed", who + " answered CVG_OK without an instance");
  if (made.ok()) return Instance(component, raw);
  live().remove(component.abi);
  return made;
}

Instance::Instance(Instance&& other) noexcept : component_(other.component_), raw_(std::exchange(other.raw_, nullptr)) {}

Instance& Instance::operator=(Instance&& other) noexcept {
  std::swap(component_, other.component_);
  std::swap(raw_, other.raw_);
  return *this;
}

Instance::~Instance() {
  if (!raw_) return;
  component_->abi->destroy(raw_);
  live().remove(component_->abi);
}

void Instance::interrupt() const {
  if (raw_) component_->abi->interrupt(raw_);
}

}  // namespace cvg
