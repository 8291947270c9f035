#include "core/run/worker_pool.h"

#include <algorithm>
#include <atomic>
#include <exception>

#include "core/base/random.h"
#include "core/base/text.h"
#include "core/config/pipeline_builder.h"
#include "core/run/executor.h"
#include "core/run/run_request.h"

namespace cvg {
namespace {

constexpr std::int64_t flush_delay_ms = 20;
constexpr std::int64_t retry_pause_ms = 500;  // after the store did not answer
constexpr std::int64_t drop_pause_ms = 3'600'000;
constexpr std::int64_t endings_max = 5;       // attempts to end a run that was given up, with its final phase; as many without
constexpr std::int64_t wait_slice_ms = 1000;  // an ending that another server wrote is seen that late

std::string given_up_text(std::int64_t attempts) {
  return fmt::format("Given up after {} attempts: each time the server ended while nothing but this run was under way, or its worker could not go on.", attempts);
}

}  // namespace

// Who waits for the end of one run.
class WorkerPool::Waiter {
 public:
  Waiter(WorkerPool& pool, const std::string& run_id) : pool_(pool) {
    MutexLock lock(pool_.mutex_);
    place_ = pool_.waiters_.emplace(run_id, this);
  }
  ~Waiter() {
    MutexLock lock(pool_.mutex_);
    pool_.waiters_.erase(place_);
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  // false: the time was over first.  True also for a run that another worker goes on with.
  bool wait_for_ms(std::int64_t ms) {
    MutexLock lock(pool_.mutex_);
    if (!was_told_.load() && !told_.wait_for_ms(pool_.mutex_, ms)) return false;
    was_told_.store(false);
    return true;
  }
  // With the pool's mutex held, so that nobody looks and then waits in between.
  void tell() {
    was_told_.store(true);
    told_.notify_all();
  }

 private:
  WorkerPool& pool_;
  std::multimap<std::string, Waiter*>::iterator place_;
  CondVar told_;
  std::atomic<bool> was_told_{false};
};

WorkerPool::WorkerPool(Database& database, RunEnvironment& environment)
    : database_(database), environment_(environment), flusher_(flush_delay_ms) {}

WorkerPool::~WorkerPool() { stop(0); }

Status WorkerPool::start() {
  const Result<std::int64_t> moved = environment_.store.reclaim_expired(true);
  if (!moved.ok()) return moved.status();
  if (*moved > 0) environment_.log.info("Runs of an earlier server are resumed", {{"runs", std::to_string(*moved)}});
  database_.on_commit([this] {
    MutexLock lock(mutex_);
    may_wait_ = true;
    woken_.notify_one();
  });
  {
    MutexLock lock(mutex_);
    started_ = true;
    may_wait_ = true;  // since before the start
  }
  const std::string server = random_base62(8);
  for (std::int64_t i = 0; i < environment_.limits.workers; ++i) {
    workers_.emplace_back([this, name = fmt::format("{}-{}", server, i)] { work(name); });
  }
  beat_thread_ = std::thread([this] { beat(); });
  return {};
}

void WorkerPool::stop(std::int64_t drain_ms) {
  {
    MutexLock lock(mutex_);
    if (!started_) return;
    started_ = false;
    stopping_ = true;
    woken_.notify_all();
    const std::int64_t end = environment_.clock.monotonic_ms() + drain_ms;
    while (!active_.empty()) {
      const std::int64_t left = end - environment_.clock.monotonic_ms();
      if (left <= 0) break;
      ended_.wait_for_ms(mutex_, left);
    }
    for (auto& [id, run] : active_) run->ask_to_stop(StopKind::shutdown, "The server is stopping");
  }
  workers_.clear();  // joins
  {
    MutexLock lock(mutex_);
    beat_.notify_all();
  }
  beat_thread_.join();
  database_.on_commit({});
}

bool WorkerPool::cancel(const std::string& run_id, const std::string& reason) {
  MutexLock lock(mutex_);
  const auto found = active_.find(run_id);
  if (found == active_.end()) {
    wishes_[run_id] = reason;  // a worker may have leased it just now
    return false;
  }
  found->second->ask_to_stop(StopKind::cancelled, reason);
  return true;
}

std::int64_t WorkerPool::running() const {
  MutexLock lock(mutex_);
  return static_cast<std::int64_t>(active_.size());
}

Result<Run> WorkerPool::wait(const std::string& tenant_id, const std::string& run_id, std::int64_t ms) {
  const std::int64_t end = environment_.clock.monotonic_ms() + ms;
  Waiter waiter(*this, run_id);
  while (true) {
    CVG_ASSIGN(const std::optional<Run> run, environment_.store.get(tenant_id, run_id));
    if (!run) return Status(Code::not_found, fmt::format("There is no run {}", run_id));
    if (is_terminal(run->state)) return *run;
    const std::int64_t left = end - environment_.clock.monotonic_ms();
    if (left <= 0) return Status(Code::deadline, fmt::format("The run {} did not end within {} ms", run_id, ms));
    static_cast<void>(waiter.wait_for_ms(std::min(left, wait_slice_ms)));
  }
}

void WorkerPool::work(const std::string& name) {
  while (std::optional<RunStore::Leased> mine = next(name)) execute(std::move(mine->first), std::move(mine->second));
}

// What was leased is taken, also when the pool stops: it must be given back in order.
std::optional<RunStore::Leased> WorkerPool::next(const std::string& name) {
  MutexLock lock(mutex_);
  ++idle_;
  while (handed_.empty() && !stopping_) {
    const std::int64_t unclaimed = idle_ - claimed_ - static_cast<std::int64_t>(handed_.size());
    if (may_wait_ && unclaimed > 0) lease_for(unclaimed, name);
    else woken_.wait(mutex_);
  }
  --idle_;
  if (handed_.empty()) return {};
  RunStore::Leased mine = std::move(handed_.front());
  handed_.pop_front();
  return mine;
}

// A run for each of so many idle workers that nobody else leases for, the caller among them: many runs, one commit.
void WorkerPool::lease_for(std::int64_t wanted, const std::string& name) {
  may_wait_ = false;
  claimed_ += wanted;
  mutex_.unlock();
  auto leased = environment_.store.lease_some(environment_.limits.lease_ms, name, wanted);
  mutex_.lock();
  claimed_ -= wanted;
  if (!leased.ok()) {
    environment_.log.error("No run could be leased", {{"error", leased.status().log_text()}});
    may_wait_ = true;
    if (!stopping_) woken_.wait_for_ms(mutex_, retry_pause_ms);
    return;
  }
  // Where as many waited as were asked for there may be more.
  may_wait_ = may_wait_ || static_cast<std::int64_t>(leased->size()) == wanted;
  for (RunStore::Leased& one : *leased) {
    handed_.push_back(std::move(one));
    woken_.notify_one();
  }
  if (may_wait_) woken_.notify_one();
}

Result<Pipeline> pipeline_of(RunEnvironment& environment, const Run& run, const Tenant& tenant) {
  CVG_ASSIGN(const std::shared_ptr<const Template> from, environment.templates.get(run.provider, run.domain, run.template_name));
  Json parameters;
  if (!run.parameters_json.empty()) {
    CVG_ASSIGN(parameters, parse_json(run.parameters_json));
  }
  return build_pipeline(*from, pipeline_request(run, tenant, request_of_parameters(parameters)), environment.components);
}

Result<std::unique_ptr<RunContext>> WorkerPool::prepare(Run run, Lease lease) {
  CVG_ASSIGN(std::optional<Tenant> tenant, environment_.tenants.get(run.tenant_id));
  if (!tenant) return Status(Code::not_found, fmt::format("the tenant {} does not exist", run.tenant_id));
  CVG_ASSIGN(Pipeline pipeline, pipeline_of(environment_, run, *tenant));
  const Result<Json> parameters = parse_json(run.parameters_json);
  auto context = std::make_unique<RunContext>(environment_, std::move(run), std::move(*tenant), std::move(lease));
  context->pipeline = std::move(pipeline);
  context->reload = parameters.ok() && (*parameters)["reload"].boolean();
  return context;
}

// Without a plan (its template is gone, say) the rows of an earlier life are still asked for by their markers.
Result<std::vector<StepRun>> WorkerPool::published_steps(const Run& run) {
  CVG_ASSIGN(std::vector<StepRun> rows, environment_.store.steps(run.id));
  std::vector<StepRun> published;
  CallInfo info;
  info.tenant_id = info.display_id = run.tenant_id;
  info.run_id = run.id;
  Call call(Call::Options{.info = std::move(info), .clock = &environment_.clock});
  CVG_ASSIGN(const auto gated, find_publication(environment_, run.id, call.raw()));
  for (StepRun& row : rows) {
    if (is_terminal(row.state)) continue;
    CVG_ASSIGN(auto found, find_publication(environment_, step_marker(run.id, row.step_id), call.raw()));
    if (!found && gated && gated->outputs.contains(row.step_id)) found = gated;
    if (!found) continue;
    row.attempt = std::max(row.attempt, 1);
    row.state = StepState::complete;
    row.progress = 1;
    row.end_ms = environment_.clock.now_ms();
    row.metadata_json = found->outputs_of(row.step_id).dump();
    published.push_back(std::move(row));
  }
  return published;
}

void WorkerPool::fail_early(const Run& run, const Lease& lease, const Status& status) {
  // Where even the question ends servers, the rows stand as they are.
  const bool may_ask = run.charged < environment_.limits.attempts_max + 2 * endings_max;
  const Result<std::vector<StepRun>> steps = may_ask ? published_steps(run) : std::vector<StepRun>();
  if (!steps.ok()) return leave(lease, steps.status());
  environment_.log.error("Run failed before its first step", {{"tenant_id", run.tenant_id}, {"run_id", run.id}, {"error", status.log_text()}});
  environment_.counters.runs_failed.fetch_add(1);
  Status finished = environment_.store.finish(lease, RunState::failed, status.text(), 0, outbox_of_end(run), *steps);
  if (finished.code() == Code::cancelled) {
    finished = environment_.store.finish(lease, RunState::failed, finished.text(), 0, outbox_of_end(run), *steps);
  }
  if (!finished.ok()) environment_.log.error("A failed run could not be ended", {{"run_id", run.id}, {"error", finished.log_text()}});
}

// What must end before it begins: somebody wants so, or it has ended several servers.
void WorkerPool::stop_early(RunContext& run) {
  const std::int64_t attempts_max = environment_.limits.attempts_max;
  if (!run.run.cancel_reason.empty()) run.ask_to_stop(StopKind::cancelled, run.run.cancel_reason);
  else if (run.run.charged >= attempts_max) run.ask_to_stop(StopKind::given_up, given_up_text(attempts_max));
  if (const auto wish = wishes_.extract(run.run.id)) run.ask_to_stop(StopKind::cancelled, wish.mapped());
  if (stopping_) run.ask_to_stop(StopKind::shutdown, "The server is stopping");
}

void WorkerPool::give_back(const RunContext& run, const Status& status) {
  if (run.stop_kind() != StopKind::shutdown) return leave(run.lease, status);
  environment_.log.warning("A run was given back", {{"run_id", run.run.id}, {"error", status.log_text()}});
  const Status released = environment_.store.release(run.lease);
  if (!released.ok()) environment_.log.warning("A run could not be given back", {{"run_id", run.run.id}, {"error", released.log_text()}});
}

// Another worker tries when the lease is over.
void WorkerPool::leave(const Lease& lease, const Status& status) {
  environment_.log.warning("A run was left to another worker", {{"run_id", lease.run_id}, {"error", status.log_text()}});
  const Status left = environment_.store.leave(lease);
  if (!left.ok() && left.code() != Code::conflict) environment_.log.warning("A run could not be left", {{"run_id", lease.run_id}, {"error", left.log_text()}});
}

void WorkerPool::execute(Run run, Lease lease) {
  const std::string tenant_id = run.tenant_id, run_id = run.id;
  // Not even its end could be reached: it ends by what its markers say, without its final phase.
  const bool hopeless = run.charged >= environment_.limits.attempts_max + endings_max;
  const bool was_alone = run.alone_until_ms > 0;
  Result<std::unique_ptr<RunContext>> context =
      hopeless ? Result<std::unique_ptr<RunContext>>(Status(Code::limit, given_up_text(environment_.limits.attempts_max))) : prepare(run, lease);
  if (!context.ok()) {
    fail_early(run, lease, context.status());
  } else {
    RunContext& running = **context;
    {
      MutexLock lock(mutex_);
      RunContext*& place = active_[run_id];
      if (place) place->ask_to_stop(StopKind::lease_lost, "Another worker has taken the run over");
      place = &running;
      stop_early(running);
    }
    try {
      RunRecorder recorder(running);
      const RowFlusher::Guard guard(flusher_, recorder);
      const Status status = execute_run(running, recorder);
      if (!status.ok()) give_back(running, status);
    } catch (const std::exception& error) {
      leave(running.lease, Status(Code::host, error.what()));
    }
    MutexLock lock(mutex_);
    const auto found = active_.find(run_id);
    if (found != active_.end() && found->second == &running) active_.erase(found);
  }
  if (environment_.ended) environment_.ended(tenant_id);
  MutexLock lock(mutex_);
  const auto [first, last] = waiters_.equal_range(run_id);
  for (auto waiter = first; waiter != last; ++waiter) waiter->second->tell();
  ended_.notify_all();
  if (was_alone) look_again();
}

// What waited for a run that was to be alone is leased.
void WorkerPool::look_again() {
  may_wait_ = true;
  woken_.notify_one();
}

void WorkerPool::renew_all() {
  std::vector<Lease> leases;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, run] : active_) {
      leases.push_back(run->lease);
      if (run->run.alone_until_ms > 0) look_again();
    }
    wishes_.clear();  // older than any lease that is not registered yet, or of runs that have ended
  }
  if (leases.empty()) return;
  const auto renewed = environment_.store.renew_all(leases, environment_.limits.lease_ms);
  if (!renewed.ok()) {
    environment_.log.warning("Leases could not be renewed", {{"error", renewed.status().log_text()}});
    return;
  }
  for (std::size_t i = 0; i < leases.size(); ++i) take_note(leases[i], (*renewed)[i]);
}

void WorkerPool::take_note(const Lease& lease, const RunStore::Renewal& renewal) {
  MutexLock lock(mutex_);
  const auto found = active_.find(lease.run_id);
  if (found == active_.end() || found->second->lease.token != lease.token) return;
  if (!renewal.held) {
    environment_.log.warning("A lease could not be renewed", {{"run_id", lease.run_id}});
    found->second->ask_to_stop(StopKind::lease_lost, "Another worker has taken the run over");
  } else if (!renewal.cancel_reason.empty()) {
    found->second->ask_to_stop(StopKind::cancelled, renewal.cancel_reason);
  }
}

void WorkerPool::drop_old_logs() {
  const std::int64_t now = environment_.clock.monotonic_ms();
  if (next_drop_ms_ > now) return;
  next_drop_ms_ = now + drop_pause_ms;
  const Result<std::int64_t> dropped = environment_.store.drop_expired_logs();
  if (!dropped.ok()) environment_.log.warning("Old logs of runs could not be dropped", {{"error", dropped.status().log_text()}});
  else if (*dropped > 0) environment_.log.info("Old logs of runs were dropped", {{"tables", std::to_string(*dropped)}});
}

void WorkerPool::beat() {
  const std::int64_t pause_ms = std::max<std::int64_t>(1, environment_.limits.lease_ms / 3);
  while (true) {
    {
      MutexLock lock(mutex_);
      if (stopping_ && active_.empty()) return;
      beat_.wait_for_ms(mutex_, pause_ms);
      if (stopping_ && active_.empty()) return;
    }
    renew_all();
    drop_old_logs();
    const Result<std::int64_t> moved = environment_.store.reclaim_expired(false);
    if (!moved.ok()) environment_.log.warning("Expired leases could not be taken back", {{"error", moved.status().log_text()}});
  }
}

}  // namespace cvg
