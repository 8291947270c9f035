#include "core/tenancy/plugin_key_manager.h"

#include <convergence/plugin.hpp>

#include "core/base/mutex.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/plugin_call.h"

namespace cvg {
namespace {

constexpr std::size_t blob_bytes_max = 1 << 20;

class PluginKeyManager final : public KeyManager {
 public:
  PluginKeyManager(Instance instance, const Clock& clock)
      : instance_(std::move(instance)), clock_(clock), reentrant_((instance_.component().abi->flags & CVG_REENTRANT) != 0) {}

  Result<std::string> wrap(std::string_view key_id, std::string_view plain, std::string_view aad) override {
    return ask(instance_.table<cvg_keymgr>().wrap, key_id, plain, aad);
  }
  Result<std::string> unwrap(std::string_view key_id, std::string_view blob, std::string_view aad) override {
    return ask(instance_.table<cvg_keymgr>().unwrap, key_id, blob, aad);
  }
  Status rotate() override {
    const cvg_keymgr& table = instance_.table<cvg_keymgr>();
    if (!CVG_HAS(&table, cvg_keymgr, rotate)) return Status(Code::unsupported, "The key manager rotates its master key by itself");
    Call context(Call::Options{.info = {}, .clock = &clock_});
    const auto make = [&] { return call_plugin(who(), [&](cvg_error* e) { return table.rotate(instance_.raw(), context.raw(), e); }); };
    if (reentrant_) return make();
    MutexLock lock(mutex_);
    return make();
  }

 private:
  std::string who() const { return "key manager " + instance_.component().name; }
  using Function = decltype(cvg_keymgr::wrap);
  Result<std::string> ask(Function function, std::string_view key_id, std::string_view bytes, std::string_view aad) {
    if (reentrant_) return call(function, key_id, bytes, aad);
    MutexLock lock(mutex_);
    return call(function, key_id, bytes, aad);
  }
  Result<std::string> call(Function function, std::string_view key_id, std::string_view bytes, std::string_view aad) {
    Call context(Call::Options{.info = {}, .clock = &clock_});
    convergence::StringOut out(blob_bytes_max);
    const cvg_str id = abi_text(key_id), text = abi_text(bytes), bound = abi_text(aad);
    CVG_RETURN_IF_ERROR(call_plugin(who(), [&](cvg_error* e) {
      return function(instance_.raw(), context.raw(), &id, &text, &bound, out.out(), e);
    }));
    return std::move(out.text());
  }

  Instance instance_;
  const Clock& clock_;
  const bool reentrant_;
  Mutex mutex_;
};

}  // namespace

Result<std::unique_ptr<KeyManager>> make_plugin_key_manager(const Component& component, const Clock& clock) {
  Call call(Call::Options{.info = {}, .clock = &clock});
  CVG_ASSIGN(Instance instance, Instance::create(component, call.raw()));
  return std::unique_ptr<KeyManager>(std::make_unique<PluginKeyManager>(std::move(instance), clock));
}

}  // namespace cvg
