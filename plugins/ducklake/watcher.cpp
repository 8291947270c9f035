#include "watcher.h"

#include <chrono>

namespace ducklake {

namespace {
constexpr std::chrono::milliseconds tick{10};
constexpr std::chrono::milliseconds progress_pause{200};
}

Watcher::Watcher() : thread_([this] { run(); }) {}

Watcher::~Watcher() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void Watcher::run() {
  std::unique_lock<std::mutex> lock(mutex_);
  auto next_progress = std::chrono::steady_clock::now();
  while (!stop_) {
    if (scopes_.empty()) wake_.wait(lock);
    else wake_.wait_for(lock, tick);
    // Interrupted again at every tick: one flag may be consumed by a statement that was just ending.
    for (Scope *scope : scopes_)
      if (scope->call_.cancelled() || scope->call_.remaining_ms() <= 0) scope->engine_.interrupt();
    if (const auto now = std::chrono::steady_clock::now(); now >= next_progress) {
      next_progress = now + progress_pause;
      tell_progress();
    }
  }
}

void Watcher::tell_progress() {
  for (const Scope *scope : scopes_) {
    if (scope->progress_ != Scope::Progress::told) continue;
    const double fraction = scope->engine_.progress();
    if (fraction >= 0 && fraction < 1) scope->call_.progress(fraction, 0, 0);
  }
}

Watcher::Scope::Scope(Watcher &watcher, const Call &call, Engine &engine, Progress progress)
    : watcher_(watcher), call_(call), engine_(engine), progress_(progress) {
  const std::lock_guard<std::mutex> lock(watcher_.mutex_);
  place_ = watcher_.scopes_.insert(watcher_.scopes_.end(), this);
  watcher_.wake_.notify_all();
}

Watcher::Scope::~Scope() { end(); }

void Watcher::Scope::end() noexcept {
  if (!watched_) return;
  watched_ = false;
  const std::lock_guard<std::mutex> lock(watcher_.mutex_);
  watcher_.scopes_.erase(place_);
}

void rethrow(const Call &call, const EngineError &error) {
  if (error.type() == DUCKDB_ERROR_INTERRUPT) {
    if (call.cancelled()) throw Error(CVG_E_CANCELLED, "cancelled while the warehouse was working");
    if (call.remaining_ms() <= 0) throw Error(CVG_E_DEADLINE, "the time limit was reached while the warehouse was working");
  }
  throw error;
}

}  // namespace ducklake
