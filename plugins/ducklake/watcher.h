// One thread that ends statements whose call was cancelled or is past its deadline: it asks the host every few
// milliseconds, while at least one call is watched, and interrupts the call's engine. It also tells the host how far the
// statements of calls are that want so.
#pragma once

#include <condition_variable>
#include <convergence/plugin.hpp>
#include <list>
#include <mutex>
#include <thread>

#include "engine.h"

namespace ducklake {

using convergence::Call;

class Watcher {
 public:
  Watcher();
  ~Watcher();  // joins the thread
  Watcher(const Watcher &) = delete;
  Watcher &operator=(const Watcher &) = delete;

  // [any-thread] Looks at once instead of at the next tick. Neither blocks nor frees.
  void wake() noexcept { wake_.notify_all(); }

  // Watches one call's use of an engine while it lives.
  class Scope {
   public:
    enum class Progress { kept, told };
    Scope(Watcher &watcher, const Call &call, Engine &engine, Progress progress = Progress::kept);
    ~Scope();
    Scope(const Scope &) = delete;
    Scope &operator=(const Scope &) = delete;
    // Ends the watch before the scope does: the engine is about to go to somebody else.
    void end() noexcept;

   private:
    friend class Watcher;
    Watcher &watcher_;
    const Call &call_;
    Engine &engine_;
    const Progress progress_;
    std::list<Scope *>::iterator place_;
    bool watched_ = true;
  };

 private:
  void run();
  void tell_progress();
  std::mutex mutex_;  // guards scopes_, stop_
  std::condition_variable wake_;
  std::list<Scope *> scopes_;
  bool stop_ = false;
  std::thread thread_;
};

// Throws the error again; an interrupt becomes CANCELLED or DEADLINE, by what the call says.
[[noreturn]] void rethrow(const Call &call, const EngineError &error);

}  // namespace ducklake
