#include "core/run/mirror.h"

#include "core/base/text.h"
#include "core/plugin/call.h"
#include "core/run/mirror_rows.h"
#include "core/state/tenant_row.h"

namespace cvg {
namespace {

constexpr std::int64_t failure_pause_ms = 5000;  // before a tenant whose mirror failed is tried again

}  // namespace

Mirror::Mirror(Parts parts) : parts_(parts), thread_([this] { loop(); }) {}

Mirror::~Mirror() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

Status Mirror::bring_up_to_date(const std::string& tenant_id) { return bring(tenant_id, false); }
Status Mirror::bring_tenant(const std::string& tenant_id) { return bring(tenant_id, true); }

void Mirror::soon(const std::string& tenant_id) {
  MutexLock lock(mutex_);
  if (waiting_.insert(tenant_id).second) changed_.notify_all();
}

Status Mirror::write_batch(const Tenant& tenant, const Json& tables) {
  CallInfo info;
  info.tenant_id = tenant.id;
  info.display_id = tenant.display_id;
  Call call(Call::Options{.info = std::move(info), .clock = &parts_.clock});
  CVG_RETURN_IF_ERROR(parts_.warehouse.mirror(call.raw(), Json::object().set("tables", tables)));
  if (on_written) on_written(tenant.id);
  return {};
}

Status Mirror::write(const Tenant& tenant, std::span<const OutboxEntry> entries, const Json& own) {
  CVG_ASSIGN(Json tables, tables_of(tenant.id, entries));
  for (const Json& table : own.items()) tables.push(table);
  if (tables.size() == 0) return {};
  const Status status = write_batch(tenant, tables);
  if (status.code() != Code::data) return status;
  if (own.size() > 0 && own.size() + entries.size() > 1) {
    for (const Json& table : own.items()) CVG_RETURN_IF_ERROR(write(tenant, {}, Json::array().push(table)));
    return write(tenant, entries, Json::array());
  }
  if (entries.size() > 1) {
    CVG_RETURN_IF_ERROR(write(tenant, entries.first(entries.size() / 2), Json::array()));
    return write(tenant, entries.subspan(entries.size() / 2), Json::array());
  }
  parts_.log.error("What the warehouse refuses is left out of a tenant's mirror",
                   {{"tenant_id", tenant.id}, {"entry", entries.empty() ? tables.items()[0]["table"].text() : entries[0].key}, {"error", status.log_text()}});
  return {};
}

Result<Json> Mirror::tables_of(const std::string& tenant_id, std::span<const OutboxEntry> entries) {
  MirrorTable runs = run_table(), steps = step_table(), checks = dq_table();
  for (const OutboxEntry& entry : entries) {
    if (entry.key.starts_with(tenant_changed_prefix)) continue;
    CVG_ASSIGN(const std::optional<Run> run, parts_.runs.get(tenant_id, entry.key));
    if (!run) continue;
    CVG_ASSIGN(const std::vector<StepRun> rows, parts_.runs.steps(run->id));
    CVG_ASSIGN(const std::vector<DqResult> results, parts_.runs.dq_results(run->id));
    std::int64_t bytes = 0;
    for (const StepRun& step : rows) {
      bytes += step.bytes_processed;
      steps.add(step_row(*run, step));
      for (Json& row : dq_rows(*run, step, results)) checks.add(std::move(row));
    }
    runs.add(run_row(*run, bytes));
  }
  Json tables = Json::array();
  for (const MirrorTable* table : {&runs, &steps, &checks}) {
    if (!table->empty()) tables.push(table->json());
  }
  return tables;
}

Status Mirror::bring(const std::string& tenant_id, bool with_profile) {
  Mutex* tenant_lock = nullptr;
  {
    MutexLock lock(mutex_);
    std::unique_ptr<Mutex>& own = tenant_locks_[tenant_id];
    if (!own) own = std::make_unique<Mutex>();
    tenant_lock = own.get();
  }
  MutexLock one_at_a_time(*tenant_lock);
  while (true) {
    CVG_ASSIGN(const std::vector<OutboxEntry> entries, parts_.runs.outbox("mirror", tenant_id, static_cast<int>(parts_.rows_max)));
    // After the entries: what an entry tells of is then in what is read here.
    CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.tenants.get(tenant_id));
    if (!tenant) return Status(Code::not_found, fmt::format("the tenant {} does not exist", tenant_id));
    std::vector<std::int64_t> ids;
    for (const OutboxEntry& entry : entries) {
      ids.push_back(entry.id);
      with_profile = with_profile || entry.key.starts_with(tenant_changed_prefix);
    }
    Json own = Json::array();
    CVG_ASSIGN(const Usage usage, parts_.runs.usage(tenant_id));
    const std::int64_t now = parts_.clock.now_ms();
    const std::string seen = usage_row(*tenant, usage, 0).dump();
    bool usage_changed = with_profile;
    {
      MutexLock lock(mutex_);
      usage_changed = usage_changed || usage_[tenant_id] != seen;
    }
    if (usage_changed) {
      MirrorTable table = usage_table();
      table.add(usage_row(*tenant, usage, now));
      own.push(table.json());
    }
    if (std::exchange(with_profile, false)) {
      CVG_ASSIGN(const std::vector<ApiKey> keys, parts_.tenants.keys(tenant_id));
      CVG_ASSIGN(const std::vector<Credential> credentials, parts_.credentials.list(tenant_id));
      for (Json& table : tenant_tables(*tenant, keys, credentials, now)) own.push(std::move(table));
    }
    CVG_RETURN_IF_ERROR(write(*tenant, entries, own));
    if (!ids.empty()) CVG_RETURN_IF_ERROR(parts_.runs.outbox_done(ids));
    {
      MutexLock lock(mutex_);
      usage_[tenant_id] = seen;
    }
    if (static_cast<std::int64_t>(entries.size()) < parts_.rows_max) return {};
  }
}

void Mirror::loop() {
  // What ended before the last stop.
  const Result<std::vector<OutboxEntry>> left = parts_.runs.outbox("mirror", "", 10000);
  MutexLock lock(mutex_);
  if (left.ok()) {
    for (const OutboxEntry& entry : *left) waiting_.insert(entry.tenant_id);
  }
  while (!stopping_) {
    if (waiting_.empty()) {
      changed_.wait(mutex_);
      continue;
    }
    changed_.wait_for_ms(mutex_, parts_.delay_ms);
    if (stopping_) return;
    std::set<std::string> tenants;
    tenants.swap(waiting_);
    mutex_.unlock();
    std::set<std::string> failed;
    for (const std::string& tenant : tenants) {
      const Status status = bring_up_to_date(tenant);
      if (status.ok() || status.code() == Code::not_found) continue;
      parts_.log.warning("The mirror of a tenant is behind", {{"tenant_id", tenant}, {"error", status.log_text()}});
      failed.insert(tenant);
    }
    mutex_.lock();
    waiting_.insert(failed.begin(), failed.end());
    if (!failed.empty() && !stopping_) changed_.wait_for_ms(mutex_, failure_pause_ms);
  }
}

}  // namespace cvg
