#include "core/isolated/isolated_plugins.h"

#include <convergence/plugin.hpp>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/manifest.h"
#include "core/plugin/registry.h"
#include "core/plugin/host_answer.h"

namespace cvg {
namespace {

// What the core holds as a cvg_instance: a worker with the plugin's instance in it.
class RemoteInstance {
 public:
  RemoteInstance(std::shared_ptr<IsolationPool> pool, std::unique_ptr<WorkerProcess> worker, std::string who)
      : pool_(std::move(pool)), worker_(std::move(worker)), who_(std::move(who)) {}
  ~RemoteInstance() {
    if (made_ && sound_) static_cast<void>(exchange(MessageType::destroy, {}, nullptr, nullptr, nullptr, nullptr));
    if (sound_) pool_->give_back(std::move(worker_));
    else pool_->drop(std::move(worker_));
  }
  RemoteInstance(const RemoteInstance&) = delete;
  RemoteInstance& operator=(const RemoteInstance&) = delete;

  cvg_status create(const std::string& kind, const std::string& name, const cvg_str& config, cvg_call* call, cvg_error* error) {
    FlatWriter body;
    body.number(WorkerCall::remaining_ms(call, pool_->plan().limits)).text(kind).text(name).text(config);
    const cvg_status status = exchange(MessageType::create, body.take(), call, nullptr, nullptr, error);
    made_ = status == CVG_OK;
    return status;
  }
  cvg_status call(Operation operation, const std::function<void(FlatWriter&)>& arguments, cvg_call* call, cvg_sink* sink, cvg_out* out, cvg_error* error) {
    if (!sound_) return fill_abi_error(Status(Code::peer_died, fmt::format("the process of {} ended in an earlier call", who_)), error);
    FlatWriter body;
    body.number(WorkerCall::remaining_ms(call, pool_->plan().limits)).number(static_cast<std::uint8_t>(operation));
    arguments(body);
    return exchange(MessageType::call, body.take(), call, sink, out, error);
  }
  void interrupt() const { worker_->interrupt(); }

 private:
  cvg_status exchange(MessageType type, const std::string& body, cvg_call* call, cvg_sink* sink, cvg_out* out, cvg_error* error) {
    WorkerCall exchange(*worker_, pool_->plan().limits, who_, call, sink);
    const Result<std::string> answer = exchange.exchange(type, body, MessageType::answer);
    if (!answer.ok()) {
      sound_ = false;
      return fill_abi_error(answer.status(), error);
    }
    FlatReader in(*answer);
    const auto status = in.number<cvg_status>();
    const cvg_error told = read_error(in);
    const std::string_view text = in.text();
    if (!in.at_end()) {
      sound_ = false;
      return fill_abi_error(Status(Code::peer_died, fmt::format("the process of {} sent something that is no answer", who_)), error);
    }
    const Status written = out && !text.empty() ? write_out(out, text) : Status();
    if (status != CVG_OK) return failed(status, told, error);
    return fill_abi_error(written, error);
  }

  cvg_status failed(cvg_status status, const cvg_error& told, cvg_error* error) const {
    if (status == CVG_E_LIMIT && std::string_view(told.message) == "out of memory")
      return fill_abi_error(Status(Code::limit, fmt::format("{} needed more than {} MiB of memory (isolation.memory_mb)", who_, pool_->plan().limits.memory_mb)), error);
    if (error) {
      const std::uint32_t size = error->struct_size;
      *error = told;
      error->struct_size = size;
    }
    return status;
  }

  const std::shared_ptr<IsolationPool> pool_;
  std::unique_ptr<WorkerProcess> worker_;
  const std::string who_;
  bool made_ = false, sound_ = true;
};

RemoteInstance* of(cvg_instance* instance) { return reinterpret_cast<RemoteInstance*>(instance); }

void nothing(FlatWriter&) {}

cvg_status no_describe(cvg_call*, cvg_out*, cvg_error* error) {
  return fill_abi_error(Status(Code::state, "an isolated plugin described itself when it was loaded"), error);
}
cvg_status no_create(cvg_call*, const cvg_str*, cvg_instance**, cvg_error* error) {
  return fill_abi_error(Status(Code::state, "an instance of an isolated plugin is made by its component"), error);
}
cvg_status check(cvg_instance* i, cvg_call* call, cvg_error* error) {
  return answered(error, [&] { return of(i)->call(Operation::check, nothing, call, nullptr, nullptr, error); });
}
void interrupt(cvg_instance* i) { of(i)->interrupt(); }
void destroy(cvg_instance* i) { delete of(i); }
cvg_status discover(cvg_instance* i, cvg_call* call, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return of(i)->call(Operation::discover, nothing, call, nullptr, out, error); });
}
cvg_status extract(cvg_instance* i, cvg_call* call, const cvg_extract_req* request, cvg_sink* sink, cvg_error* error) {
  return answered(error, [&] {
    return of(i)->call(Operation::extract, [&](FlatWriter& body) { write_extract(*request, body); }, call, sink, nullptr, error);
  });
}
cvg_status plan(cvg_instance* i, cvg_call* call, const cvg_str* spec, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return of(i)->call(Operation::plan, [&](FlatWriter& body) { body.text(*spec); }, call, nullptr, out, error); });
}
cvg_status run(cvg_instance* i, cvg_call* call, const cvg_str* spec, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return of(i)->call(Operation::run, [&](FlatWriter& body) { body.text(*spec); }, call, nullptr, out, error); });
}

constexpr cvg_provider provider_table = {sizeof(cvg_provider), 0, &discover, &extract};
constexpr cvg_step step_table = {sizeof(cvg_step), 0, &plan, &run};

class RemoteComponent final : public IsolatedComponent {
 public:
  RemoteComponent(SpawnThread& spawner, WorkerPlan plan, std::string kind, std::string name, std::uint32_t flags)
      : kind_(std::move(kind)), name_(std::move(name)), plugin_(plan.who()),
        pool_(std::make_shared<IsolationPool>(spawner, std::move(plan), fmt::format("the {} {}", short_kind(kind_), name_))) {
    const void* functions = kind_ == CVG_KIND_STEP ? static_cast<const void*>(&step_table) : &provider_table;
    table_ = {sizeof table_, flags & CVG_SINGLETON, kind_.c_str(), name_.c_str(), functions, &no_describe, &no_create, &check, &interrupt, &destroy};
  }
  const cvg_component& table() const override { return table_; }
  cvg_status create(cvg_call* call, const cvg_str* config, cvg_instance** out, cvg_error* error) override {
    return answered(error, [&] {
      Result<std::unique_ptr<WorkerProcess>> worker = pool_->acquire(call);
      if (!worker.ok()) return fill_abi_error(worker.status(), error);
      auto made = std::make_unique<RemoteInstance>(pool_, std::move(*worker), plugin_);
      const cvg_status status = made->create(kind_, name_, *config, call, error);
      if (status == CVG_OK) *out = reinterpret_cast<cvg_instance*>(made.release());
      return status;
    });
  }

 private:
  const std::string kind_, name_, plugin_;
  cvg_component table_{};
  const std::shared_ptr<IsolationPool> pool_;
};

}  // namespace

Result<IsolatedPlugin> IsolatedPlugins::load(const PluginConfig& row, const std::string& copy_path, const std::string& sha256) {
  WorkerPlan plan;
  plan.command = command_;
  plan.plugin = row.name;
  plan.path = copy_path;
  plan.sha256 = sha256;
  plan.config = row.config;
  plan.limits = limits_;
  CVG_ASSIGN(const LoadedWorker worker, start_worker(spawner_, plan, nullptr));
  IsolatedPlugin plugin;
  plugin.sdk = worker.told["sdk"].text_or("");
  for (const Json& told : worker.told["components"].items()) {
    const std::string kind = told["kind"].text_or(""), name = told["name"].text_or("");
    if (kind != CVG_KIND_STEP && kind != CVG_KIND_PROVIDER) return Status(Code::config, "its worker offers something else than steps and providers");
    auto component = std::make_shared<RemoteComponent>(spawner_, plan, kind, name, static_cast<std::uint32_t>(told["flags"].integer()));
    plugin.components.push_back({std::move(component), told["description"]});
  }
  return plugin;
}

}  // namespace cvg
