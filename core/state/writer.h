// Writer: the one thread that writes.  Whatever waits when it is free becomes one transaction, so that many writes share
// one fsync (group commit).  submit() from any thread; on_commit()'s listeners run on the writer's thread.
#pragma once

#include <semaphore.h>

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/state/sqlite_connection.h"

namespace cvg {

class Writer {
 public:
  using Work = std::function<Status(Connection&)>;
  Writer(std::unique_ptr<SqliteConnection> connection, std::int64_t queue_max, std::int64_t batch_max);
  ~Writer();  // what waits is still written

  Status submit(const Work& work) CVG_EXCLUDES(mutex_);  // returns when the commit is done
  std::size_t waiting() CVG_EXCLUDES(mutex_);               // writes that no transaction has taken yet
  std::int64_t commits() const { return commits_.load(); }
  void on_commit(std::function<void()> listener) CVG_EXCLUDES(listeners_mutex_);

 private:
  // One waiting write.  Shared, because its submitter may leave while the writer still wakes it.
  struct Task {
    Task() { ::sem_init(&done, 0, 0); }
    ~Task() { ::sem_destroy(&done); }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    const Work* work = nullptr;
    Status answer;
    // A commit takes far longer than a turn on the processor: the standard library's atomic wait would first spin for it.
    ::sem_t done{};
  };
  using Batch = std::vector<std::shared_ptr<Task>>;

  void loop();
  Batch next_batch() CVG_EXCLUDES(mutex_);  // empty: the end
  void run(const Batch& batch);
  Status run_all(const Batch& batch, bool& notify);
  Status run_one(Task& task, bool& notify);
  void tell_listeners() CVG_EXCLUDES(listeners_mutex_);

  const std::unique_ptr<SqliteConnection> connection_;  // used by the writer's thread alone
  const std::size_t queue_max_, batch_max_;
  Mutex mutex_;
  CondVar wake_;
  std::deque<std::shared_ptr<Task>> queue_ CVG_GUARDED_BY(mutex_);
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::atomic<std::int64_t> commits_{0};
  Mutex listeners_mutex_;
  std::vector<std::function<void()>> listeners_ CVG_GUARDED_BY(listeners_mutex_);
  std::thread thread_;
};

}  // namespace cvg
