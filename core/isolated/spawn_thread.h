// SpawnThread: the thread that starts all workers.  The kernel ends a child when the thread that made it ends, so this one
// lives as long as any worker may.  run() from any thread.
#pragma once

#include <deque>
#include <functional>
#include <thread>

#include "core/base/mutex.h"

namespace cvg {

class SpawnThread {
 public:
  SpawnThread();
  ~SpawnThread();
  SpawnThread(const SpawnThread&) = delete;
  SpawnThread& operator=(const SpawnThread&) = delete;
  // Runs work on the thread and returns when it is done.
  void run(const std::function<void()>& work);

 private:
  struct Job {
    const std::function<void()>* work;
    bool done = false;
  };
  void loop();
  Mutex mutex_;
  CondVar changed_;
  std::deque<Job*> jobs_ CVG_GUARDED_BY(mutex_);
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
