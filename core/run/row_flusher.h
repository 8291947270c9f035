// RowFlusher: writes the rows of runs under way a moment after they changed, so that a step is seen RUNNING although it does
// not wait for the disk.  One thread of its own; its methods from any thread.
#pragma once

#include <map>
#include <thread>

#include "core/base/mutex.h"
#include "core/run/run_recorder.h"

namespace cvg {

class RowFlusher {
 public:
  explicit RowFlusher(std::int64_t delay_ms);
  ~RowFlusher();
  RowFlusher(const RowFlusher&) = delete;
  RowFlusher& operator=(const RowFlusher&) = delete;

  // While it lives, the recorder is flushed every delay.  When its destructor returns, no flush of it is under way.
  class Guard {
   public:
    Guard(RowFlusher& flusher, RunRecorder& recorder);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    RowFlusher& flusher_;
    RunRecorder& recorder_;
  };

 private:
  void loop();

  const std::int64_t delay_ms_;
  Mutex mutex_;
  CondVar changed_;
  std::map<RunRecorder*, bool> recorders_ CVG_GUARDED_BY(mutex_);  // true: being flushed
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
