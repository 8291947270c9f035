#include "core/isolated/spawn_thread.h"

namespace cvg {

SpawnThread::SpawnThread() : thread_([this] { loop(); }) {}

SpawnThread::~SpawnThread() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void SpawnThread::run(const std::function<void()>& work) {
  Job job{&work};
  MutexLock lock(mutex_);
  jobs_.push_back(&job);
  changed_.notify_all();
  while (!job.done) changed_.wait(mutex_);
}

void SpawnThread::loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (jobs_.empty()) {
      changed_.wait(mutex_);
      continue;
    }
    Job* job = jobs_.front();
    jobs_.pop_front();
    mutex_.unlock();
    (*job->work)();
    mutex_.lock();
    job->done = true;
    changed_.notify_all();
  }
}

}  // namespace cvg
