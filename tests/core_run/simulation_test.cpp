// Deterministic simulation: the real Plan, several workers as state machines, leases, a clock and a warehouse with markers,
// one action at a time in an order that a seed decides, with faults: workers die or stall, answers are lost after the write
// was done, clocks jump, somebody cancels.  The same script drives a model of RunStore's rules (thousands of seeds a second)
// and RunStore itself.  A failure names its seed.
#include <chrono>
#include <map>
#include <random>
#include <set>

#include "core/run/plan.h"
#include "core/state/run_store.h"
#include "tests/fakes/fake_clock.h"
#include "tests/fakes/step_kinds.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

constexpr std::int64_t lease_ms = 1000;
constexpr int workers = 3, actions_max = 4000, attempts_max = 5;
enum class Outcome : std::uint8_t { ok, refused, cancelled };

struct Held {
  Lease lease;
  std::int32_t charged = 0;
  bool wish = false;
  std::vector<StepRun> rows;
};

// What a worker asks of the store, for one run.
class SimStore {
 public:
  virtual ~SimStore() = default;
  virtual std::optional<Held> lease() = 0;
  virtual bool renew(const Lease& lease) = 0;
  virtual Outcome put(const Lease& lease, const StepRun& row) = 0;
  virtual Outcome finish(const Lease& lease, RunState state, const std::string& why) = 0;
  virtual bool cancel() = 0;  // the wish was taken
  virtual void reclaim() = 0;
  virtual RunState state() = 0;
};

// The rules of RunStore, as plain values.
class ModelStore final : public SimStore {
 public:
  explicit ModelStore(FakeClock& clock) : clock_(clock) {}
  std::optional<Held> lease() override {
    if (state_ != RunState::pending) return {};
    state_ = RunState::running;
    expires_ = clock_.now_ms() + lease_ms;
    ++attempts_;
    is_alone_ = deaths_ >= 2;
    complete_ = complete();
    Held held{{"run", ++token_, expires_}, charged_, wish_, {}};
    for (const auto& [id, row] : rows_) held.rows.push_back(row);
    return held;
  }
  bool renew(const Lease& lease) override {
    if (!holds(lease)) return false;
    expires_ = clock_.now_ms() + lease_ms;
    return true;
  }
  Outcome put(const Lease& lease, const StepRun& row) override {
    if (!holds(lease)) return Outcome::refused;
    StepRun& stored = rows_[row.step_id];
    const bool anew = is_terminal(stored.state) && row.attempt > stored.attempt;
    const StepState from = anew ? StepState::pending : stored.state;
    const bool late = from == StepState::pending && row.attempt > 0 && may_move(StepState::running, row.state);
    if (from != row.state && !may_move(from, row.state) && !late) return Outcome::refused;
    stored = row;
    return Outcome::ok;
  }
  Outcome finish(const Lease& lease, RunState state, const std::string& why) override {
    if (!holds(lease)) return Outcome::refused;
    if (wish_ && why != "cancelled") return Outcome::cancelled;
    state_ = state;
    return Outcome::ok;
  }
  bool cancel() override {
    if (is_terminal(state_)) return false;
    wish_ = true;
    if (state_ == RunState::pending && attempts_ == 0) state_ = RunState::failed;
    return true;
  }
  void reclaim() override {
    if (state_ != RunState::running || expires_ > clock_.now_ms()) return;
    state_ = RunState::pending;
    ++token_;
    const bool moved = complete() > complete_;
    deaths_ = moved ? 1 : deaths_ + 1;
    if (is_alone_ && !moved) ++charged_;
    for (auto& [id, row] : rows_) {
      if (row.state == StepState::running) row.state = StepState::pending;
    }
  }
  RunState state() override { return state_; }

 private:
  bool holds(const Lease& lease) const { return state_ == RunState::running && lease.token == token_; }
  std::int64_t complete() const {
    return std::count_if(rows_.begin(), rows_.end(), [](const auto& row) { return row.second.state == StepState::complete; });
  }
  FakeClock& clock_;
  RunState state_ = RunState::pending;
  std::int64_t token_ = 0, expires_ = 0, complete_ = 0;
  std::int32_t attempts_ = 0, deaths_ = 0, charged_ = 0;
  bool is_alone_ = false;
  bool wish_ = false;
  std::map<std::string, StepRun> rows_;
};

class RealStore final : public SimStore {
 public:
  explicit RealStore(FakeClock& clock) : database_(std::move(*open_database({.path = ":memory:"}))), store_(*database_, clock) {
    Run run;
    run.id = "run";
    run.tenant_id = "acme";
    run.pipeline_id = "p";
    EXPECT_TRUE(store_.begin(run, {"P", 10, 10, 1, 1, 1}, true, {}).ok());
  }
  std::optional<Held> lease() override {
    auto taken = store_.lease(lease_ms, "worker");
    if (!*taken) return {};
    return Held{(*taken)->second, (*taken)->first.charged, !(*taken)->first.cancel_reason.empty(), *store_.steps("run")};
  }
  bool renew(const Lease& lease) override { return store_.renew(lease, lease_ms).ok(); }
  Outcome put(const Lease& lease, const StepRun& row) override { return store_.put_steps(lease, {row}).ok() ? Outcome::ok : Outcome::refused; }
  Outcome finish(const Lease& lease, RunState state, const std::string& why) override {
    const Status status = store_.finish(lease, state, why, 0, {});
    return status.ok() ? Outcome::ok : status.code() == Code::cancelled ? Outcome::cancelled : Outcome::refused;
  }
  bool cancel() override { return store_.cancel("acme", "run", "cancelled", {}, {}).ok(); }
  void reclaim() override { ASSERT_TRUE(store_.reclaim_expired(false).ok()); }
  RunState state() override { return (*store_.get("acme", "run"))->state; }
  std::int64_t live() { return store_.usage("acme")->concurrent_running; }

 private:
  std::unique_ptr<Database> database_;
  RunStore store_;
};

class Simulation {
 public:
  Simulation(std::uint32_t seed, FakeClock& clock, SimStore& store) : random_(seed), clock_(clock), store_(store) { make_pipeline(); }

  // An empty text, or what was wrong.
  std::string run() {
    for (int action = 0; action < actions_max && wrong_.empty(); ++action) {
      if (is_terminal(store_.state()) && idle()) return check_end();
      act();
    }
    return wrong_.empty() ? "the run did not end" : wrong_;
  }

 private:
  struct Worker {
    std::optional<Held> held;
    std::optional<Plan> plan;
    std::map<std::string, StepRun> rows;
    std::optional<std::size_t> step;  // begun, not ended
    int phase = 0;                    // of that step: 0 begun, 1 staged, 2 published
    bool stopping = false;
  };

  bool chance(int percent) { return static_cast<int>(random_() % 100) < percent; }
  bool idle() const {
    return std::none_of(std::begin(workers_), std::end(workers_), [](const Worker& w) { return w.held.has_value(); });
  }

  void make_pipeline() {
    const int steps = 1 + static_cast<int>(random_() % 5);
    for (int i = 0; i < steps; ++i) {
      StepSpec step;
      step.id = std::string(1, static_cast<char>('a' + i));
      step.type = "query";
      if (i > 0 && chance(60)) step.depends_on = {std::string(1, static_cast<char>('a' + static_cast<int>(random_() % static_cast<unsigned>(i))))};
      if (chance(15)) step.trigger = Trigger::always;
      if (chance(20)) step.on_failure = OnFailure::proceed;
      fails_.push_back(chance(20));
      pipeline_.steps.push_back(step);
    }
    for (StepSpec& step : pipeline_.steps) {
      // A step of the main phase does not wait for one of the final phase.
      std::erase_if(step.depends_on, [&](const std::string& id) {
        return step.trigger == Trigger::on_success && pipeline_.steps[static_cast<std::size_t>(id[0] - 'a')].trigger != Trigger::on_success;
      });
    }
  }

  void act() {
    clock_.advance_ms(static_cast<std::int64_t>(random_() % 100));
    if (chance(2)) clock_.advance_ms(2 * lease_ms);  // everybody stalls
    if (chance(10)) store_.reclaim();
    if (chance(1) && store_.cancel()) wished_ = true;
    Worker& worker = workers_[random_() % workers];
    if (worker.held && chance(3)) worker = Worker();  // kill -9
    if (worker.held && chance(30) && !store_.renew(worker.held->lease)) worker.stopping = true;
    if (!worker.held) take(worker);
    else if (worker.stopping) worker = Worker();
    else if (worker.step) go_on(worker);
    else choose(worker);
  }

  void take(Worker& worker) {
    waiting_[&worker].clear();
    worker.held = store_.lease();
    if (!worker.held) return;
    if (chance(3)) return static_cast<void>(worker = Worker());  // it dies before it knows
    Result<Plan> plan = Plan::build(pipeline_, kinds_);
    if (!plan.ok()) return static_cast<void>(wrong_ = plan.status().text());
    worker.plan = std::move(*plan);
    const bool ends = worker.held->wish || worker.held->charged >= attempts_max;
    for (const StepRun& row : worker.held->rows) {
      worker.rows[row.step_id] = row;
      const auto i = static_cast<std::size_t>(row.step_id[0] - 'a');
      if (is_terminal(row.state)) worker.plan->finished(i, row.state);
      else if (const bool published = markers_.contains(row.step_id); row.attempt > 0 && ends && (published || pipeline_.steps[i].trigger == Trigger::on_success))
        write(worker, i, published ? StepState::complete : StepState::failed);
    }
    if (ends) worker.plan->stop();
  }

  // The write happens or not, and its answer may be lost: then the worker stops, as if it had died.
  bool write(Worker& worker, std::size_t i, StepState state) {
    StepRun row = worker.rows[pipeline_.steps[i].id];
    row.run_id = "run";
    row.tenant_id = "acme";
    row.step_id = row.step_name = pipeline_.steps[i].id;
    row.state = state;
    if (state == StepState::running) ++row.attempt;
    worker.rows[row.step_id] = row;
    const bool late = current_token(worker) != worker.held->lease.token;
    if (chance(2)) worker.stopping = true;
    else {
      const Outcome outcome = store_.put(worker.held->lease, row);
      if (outcome == Outcome::ok && late) wrong_ = "a late write was accepted";
      if (outcome != Outcome::ok || chance(2)) worker.stopping = true;
    }
    if (is_terminal(state)) worker.plan->finished(i, state);
    return !worker.stopping;
  }
  // Whoever leased last holds the run.
  std::int64_t current_token(const Worker& worker) const {
    std::int64_t token = worker.held->lease.token;
    for (const Worker& other : workers_) {
      if (other.held) token = std::max(token, other.held->lease.token);
    }
    return token;
  }

  void go_on(Worker& worker) {
    const std::size_t i = *worker.step;
    const std::string& id = pipeline_.steps[i].id;
    if (worker.phase == 0 && markers_.contains(id)) worker.phase = 2;  // an earlier life published
    else if (worker.phase == 0 && fails_[i]) {
      worker.step.reset();
      static_cast<void>(write(worker, i, StepState::failed));
      return;
    }
    if (worker.phase < 2) ++worker.phase;
    // The warehouse takes a marker once, in one transaction with the rows.
    if (worker.phase == 2 && !markers_.contains(id)) {
      markers_.insert(id);
      ++published_[id];
      if (chance(5)) return static_cast<void>(worker = Worker());  // published, and dead before it could say so
    }
    if (worker.phase < 2) return;
    worker.step.reset();
    static_cast<void>(write(worker, i, StepState::complete));
  }

  void choose(Worker& worker) {
    Plan& plan = *worker.plan;
    if (plan.main_is_over()) plan.begin_final_phase(plan.failed());
    for (const std::size_t i : plan.take_skipped()) {
      if (!write(worker, i, StepState::skipped)) return;
    }
    if (plan.done()) return end(worker);
    for (const std::size_t i : plan.take_ready()) waiting_[&worker].push_back(i);
    auto& waiting = waiting_[&worker];
    while (!waiting.empty() && plan.state(waiting.front()) != StepState::running) waiting.erase(waiting.begin());
    if (waiting.empty()) return;
    const std::size_t i = waiting.front();
    waiting.erase(waiting.begin());
    worker.phase = 0;
    if (write(worker, i, StepState::running)) worker.step = i;
  }

  void end(Worker& worker) {
    const bool failed = worker.plan->failed();
    Outcome outcome = Outcome::refused;
    if (worker.held->wish) outcome = store_.finish(worker.held->lease, RunState::failed, "cancelled");
    else outcome = store_.finish(worker.held->lease, failed ? RunState::failed : RunState::complete, failed ? "why" : "");
    if (outcome == Outcome::cancelled) outcome = store_.finish(worker.held->lease, RunState::failed, "cancelled");
    if (outcome == Outcome::ok && ++ends_ > 1) wrong_ = "the run ended twice";
    worker = Worker();
  }

  std::string check_end() {
    for (const auto& [id, times] : published_) {
      if (times != 1) return "step " + id + " was published twice";
    }
    if (wished_ && store_.state() != RunState::failed) return "a granted wish was forgotten";
    return {};
  }

  std::mt19937 random_;
  FakeClock& clock_;
  SimStore& store_;
  FakeStepKinds kinds_;
  Pipeline pipeline_;
  std::vector<bool> fails_;
  Worker workers_[workers];
  std::map<const Worker*, std::vector<std::size_t>> waiting_;
  std::set<std::string> markers_;
  std::map<std::string, int> published_;
  bool wished_ = false;
  int ends_ = 0;
  std::string wrong_;
};

TEST(RunSimulation, ModelOfTheRulesLosesNothingAndDoublesNothing) {
  const auto begun = std::chrono::steady_clock::now();
  constexpr std::uint32_t seeds = 5000;
  for (std::uint32_t seed = 1; seed <= seeds; ++seed) {
    FakeClock clock;
    ModelStore store(clock);
    const std::string wrong = Simulation(seed, clock, store).run();
    ASSERT_EQ(wrong, "") << "seed " << seed;
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  RecordProperty("seeds_per_second", static_cast<int>(seeds / took.count()));
  std::printf("simulation: %.0f seeds a second\n", seeds / took.count());
}

TEST(RunSimulation, RunStoreKeepsTheSameRules) {
  for (std::uint32_t seed = 1; seed <= 150; ++seed) {
    FakeClock clock;
    RealStore store(clock);
    const std::string wrong = Simulation(seed, clock, store).run();
    ASSERT_EQ(wrong, "") << "seed " << seed;
    ASSERT_EQ(store.live(), 0) << "a slot leaked, seed " << seed;
  }
}

}  // namespace
}  // namespace cvg
