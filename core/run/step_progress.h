// StepProgress: one fraction for a step out of two sources: what its plugin tells, and how far the warehouse is with the
// statement that it runs for the plugin.  Any thread.
#pragma once

#include "core/base/mutex.h"

namespace cvg {

class StepProgress {
 public:
  // While it lives, what is told is told by the warehouse, of its statement.
  class Statement {
   public:
    explicit Statement(StepProgress& progress);
    ~Statement();
    Statement(const Statement&) = delete;
    Statement& operator=(const Statement&) = delete;

   private:
    StepProgress& progress_;
  };

  // The step's fraction after somebody told one (negative: not known, and so is the answer).  A statement fills what the
  // plugin's last report moved, from there on: the next file is as long as the last.  The statement of a plugin that has told
  // nothing is the whole step.
  double hear(double fraction);

 private:
  Mutex mutex_;
  int statements_ CVG_GUARDED_BY(mutex_) = 0;
  bool has_told_ CVG_GUARDED_BY(mutex_) = false;
  double told_ CVG_GUARDED_BY(mutex_) = 0, share_ CVG_GUARDED_BY(mutex_) = 1;
};

}  // namespace cvg
