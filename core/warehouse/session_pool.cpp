// The pool: warm sessions by tenant, a bound on their number, and the generation that a publication moves on.
#include <algorithm>
#include <list>
#include <map>
#include <thread>

#include "core/base/files.h"
#include "core/base/mutex.h"
#include "core/base/text.h"
#include "core/warehouse/session_process.h"
#include "core/warehouse/sessions.h"

namespace cvg {
namespace {

class SessionPool final : public Sessions {
 public:
  SessionPool(std::vector<std::string> command, std::string scratch_dir, SessionLimits limits, const Clock& clock)
      : command_(std::move(command)), scratch_dir_(std::move(scratch_dir)), limits_(limits), clock_(clock) {}
  ~SessionPool() override { stop(); }

  Status start() {
    CVG_RETURN_IF_ERROR(remove_tree(scratch_dir_));
    CVG_RETURN_IF_ERROR(make_folders(scratch_dir_, 0700));
    {
      MutexLock lock(parent_mutex_);
      CVG_ASSIGN(parent_, SessionParent::start(command_));
    }
    reaper_ = std::thread([this] { reap_idle(); });
    return {};
  }

  Result<SessionAnswer> query(const SessionQuery& query) override {
    CVG_RETURN_IF_ERROR(check(query));
    const std::int64_t begun = clock_.monotonic_ms(), end = begun + limits_.query_timeout_ms;
    CVG_ASSIGN(std::unique_ptr<SessionProcess> session, acquire(query.tenant_id, end));
    const bool warm = session != nullptr;
    Result<SessionAnswer> answer = answer_with(session, query, end);
    release(query.tenant_id, std::move(session));
    if (answer.ok()) {
      answer->warm = warm;
      answer->duration_ms = clock_.monotonic_ms() - begun;
    }
    return answer;
  }

  void published(const std::string& tenant_id) override {
    MutexLock lock(mutex_);
    ++generations_[tenant_id];
  }

  void forget(const std::string& tenant_id) override {
    std::list<std::unique_ptr<SessionProcess>> ended;  // destroyed after the lock is gone
    MutexLock lock(mutex_);
    ++generations_[tenant_id];
    for (auto it = idle_.begin(); it != idle_.end();) {
      const auto here = it++;
      if ((*here)->tenant_id == tenant_id) ended.splice(ended.end(), idle_, here);
    }
  }

  void stop() override {
    std::list<std::unique_ptr<SessionProcess>> ended;
    {
      MutexLock lock(mutex_);
      stopped_ = true;
      ended.swap(idle_);
      changed_.notify_all();
    }
    if (reaper_.joinable()) reaper_.join();
    ended.clear();
    MutexLock lock(parent_mutex_);
    parent_.reset();
  }

 private:
  Status check(const SessionQuery& query) const {
    if (static_cast<std::int64_t>(query.sql.size()) > limits_.sql_bytes_max)
      return {Code::invalid, fmt::format("sql is longer than {} bytes (sessions.sql_bytes_max)", limits_.sql_bytes_max)};
    if (query.max_rows < 1 || query.max_rows > limits_.rows_max)
      return {Code::invalid, fmt::format("max_rows must be 1 to {} (sessions.rows_max)", limits_.rows_max)};
    return {};
  }

  // A warm session of the tenant, or null with the right to start one.  Waits while all are busy.
  Result<std::unique_ptr<SessionProcess>> acquire(const std::string& tenant_id, std::int64_t end_ms) {
    std::list<std::unique_ptr<SessionProcess>> ended;  // destroyed after the lock is gone
    MutexLock lock(mutex_);
    for (;;) {
      if (stopped_) return Status(Code::unavailable, "the server is shutting down");
      if (auto session = take_idle(tenant_id, ended)) return session;
      const bool has_share = running_by_tenant_[tenant_id] < limits_.tenant_sessions_max;
      if (has_share && running_ + static_cast<std::int64_t>(idle_.size()) < limits_.sessions_max) break;
      if (has_share && !idle_.empty()) {
        ended.splice(ended.end(), idle_, idle_.begin());  // the one that is idle for longest
        break;
      }
      const std::int64_t left = end_ms - clock_.monotonic_ms();
      if (left <= 0 || !changed_.wait_for_ms(mutex_, left))
        return Status(Code::rate_limited, "all query sessions are busy (sessions.sessions_max, sessions.tenant_sessions_max); try again").with_retry_after_ms(1000);
    }
    take_place(tenant_id);
    return std::unique_ptr<SessionProcess>();
  }

  void take_place(const std::string& tenant_id) CVG_REQUIRES(mutex_) {
    ++running_;
    ++running_by_tenant_[tenant_id];
  }

  std::unique_ptr<SessionProcess> take_idle(const std::string& tenant_id, std::list<std::unique_ptr<SessionProcess>>& ended)
      CVG_REQUIRES(mutex_) {
    const std::int64_t generation = generations_[tenant_id];
    for (auto it = idle_.begin(); it != idle_.end();) {
      const auto here = it++;
      if ((*here)->tenant_id != tenant_id) continue;
      if ((*here)->generation == generation) {
        std::unique_ptr<SessionProcess> session = std::move(*here);
        idle_.erase(here);
        take_place(tenant_id);
        return session;
      }
      ended.splice(ended.end(), idle_, here);  // its copy of the catalog is older than the last publication
    }
    return nullptr;
  }

  Result<SessionAnswer> answer_with(std::unique_ptr<SessionProcess>& session, const SessionQuery& query, std::int64_t end_ms) {
    if (!session) {
      CVG_ASSIGN(session, start_session(query));
    }
    return session->query(query, limits_, std::max<std::int64_t>(1, end_ms - clock_.monotonic_ms()));
  }

  Result<std::unique_ptr<SessionProcess>> start_session(const SessionQuery& query) {
    std::int64_t generation = 0;
    {
      MutexLock lock(mutex_);
      generation = generations_[query.tenant_id];
    }
    CVG_ASSIGN(std::unique_ptr<SessionProcess> session, spawn());
    session->generation = generation;
    CVG_RETURN_IF_ERROR(session->open(query, limits_));
    return session;
  }

  Result<std::unique_ptr<SessionProcess>> spawn() {
    MutexLock lock(parent_mutex_);
    for (int attempt = 0;; ++attempt) {
      if (!parent_) {
        CVG_ASSIGN(parent_, SessionParent::start(command_));
      }
      Result<std::unique_ptr<SessionProcess>> session = parent_->spawn(scratch_dir_ + "/" + std::to_string(++spawned_));
      if (session.ok() || session.status().code() != Code::peer_died || attempt > 0) return session;
      parent_.reset();
    }
  }

  void release(const std::string& tenant_id, std::unique_ptr<SessionProcess> session) {
    std::unique_ptr<SessionProcess> ended;  // destroyed after the lock is gone
    MutexLock lock(mutex_);
    --running_;
    if (--running_by_tenant_[tenant_id] == 0) running_by_tenant_.erase(tenant_id);
    if (session && session->usable() && !stopped_ && session->generation == generations_[tenant_id]) {
      session->idle_since_ms = clock_.monotonic_ms();
      idle_.push_back(std::move(session));
    } else {
      ended = std::move(session);
    }
    changed_.notify_all();
  }

  void reap_idle() {
    for (;;) {
      std::list<std::unique_ptr<SessionProcess>> ended;  // destroyed after the lock is gone
      MutexLock lock(mutex_);
      if (stopped_) return;
      changed_.wait_for_ms(mutex_, 1000);
      const std::int64_t oldest = clock_.monotonic_ms() - limits_.idle_seconds * 1000;
      while (!idle_.empty() && idle_.front()->idle_since_ms < oldest) ended.splice(ended.end(), idle_, idle_.begin());
    }
  }

  const std::vector<std::string> command_;
  const std::string scratch_dir_;
  const SessionLimits limits_;
  const Clock& clock_;
  Mutex parent_mutex_;  // taken before mutex_, never after it
  std::unique_ptr<SessionParent> parent_ CVG_GUARDED_BY(parent_mutex_);
  std::int64_t spawned_ CVG_GUARDED_BY(parent_mutex_) = 0;
  Mutex mutex_;
  CondVar changed_;
  std::list<std::unique_ptr<SessionProcess>> idle_ CVG_GUARDED_BY(mutex_);  // longest idle first
  std::map<std::string, std::int64_t> generations_ CVG_GUARDED_BY(mutex_);  // publications by tenant since the start
  std::int64_t running_ CVG_GUARDED_BY(mutex_) = 0;
  std::map<std::string, std::int64_t> running_by_tenant_ CVG_GUARDED_BY(mutex_);
  bool stopped_ CVG_GUARDED_BY(mutex_) = false;
  std::thread reaper_;
};

}  // namespace

Result<std::unique_ptr<Sessions>> start_sessions(std::vector<std::string> parent_command, std::string scratch_dir,
                                                 SessionLimits limits, const Clock& clock) {
  auto pool = std::make_unique<SessionPool>(std::move(parent_command), std::move(scratch_dir), limits, clock);
  CVG_RETURN_IF_ERROR(pool->start());
  return std::unique_ptr<Sessions>(std::move(pool));
}

}  // namespace cvg
