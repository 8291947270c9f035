#include "core/run/row_flusher.h"

namespace cvg {

RowFlusher::RowFlusher(std::int64_t delay_ms) : delay_ms_(delay_ms), thread_([this] { loop(); }) {}

RowFlusher::~RowFlusher() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

RowFlusher::Guard::Guard(RowFlusher& flusher, RunRecorder& recorder) : flusher_(flusher), recorder_(recorder) {
  MutexLock lock(flusher_.mutex_);
  if (flusher_.recorders_.empty()) flusher_.changed_.notify_all();
  flusher_.recorders_.emplace(&recorder_, false);
}

RowFlusher::Guard::~Guard() {
  MutexLock lock(flusher_.mutex_);
  while (flusher_.recorders_.at(&recorder_)) flusher_.changed_.wait(flusher_.mutex_);
  flusher_.recorders_.erase(&recorder_);
}

void RowFlusher::loop() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    if (recorders_.empty()) {
      changed_.wait(mutex_);
      continue;
    }
    changed_.wait_for_ms(mutex_, delay_ms_);
    std::vector<RunRecorder*> known;
    for (auto& [recorder, busy] : recorders_) known.push_back(recorder);
    for (RunRecorder* recorder : known) {
      const auto found = recorders_.find(recorder);
      if (found == recorders_.end()) continue;  // it ended meanwhile
      found->second = true;
      mutex_.unlock();
      recorder->flush_quietly();
      mutex_.lock();
      recorders_.at(recorder) = false;
      changed_.notify_all();
    }
  }
}

}  // namespace cvg
