// Mutex, MutexLock and CondVar with clang's thread-safety attributes: a field declared CVG_GUARDED_BY(mutex_) that is read
// without the lock does not compile under -Wthread-safety.  Other compilers see plain standard types.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

#if defined(__clang__)
#define CVG_ATTRIBUTE(x) __attribute__((x))
#else
#define CVG_ATTRIBUTE(x)
#endif
#define CVG_CAPABILITY(x) CVG_ATTRIBUTE(capability(x))
#define CVG_SCOPED_CAPABILITY CVG_ATTRIBUTE(scoped_lockable)
#define CVG_GUARDED_BY(x) CVG_ATTRIBUTE(guarded_by(x))
#define CVG_REQUIRES(...) CVG_ATTRIBUTE(requires_capability(__VA_ARGS__))
#define CVG_ACQUIRE(...) CVG_ATTRIBUTE(acquire_capability(__VA_ARGS__))
#define CVG_RELEASE(...) CVG_ATTRIBUTE(release_capability(__VA_ARGS__))
#define CVG_TRY_ACQUIRE(...) CVG_ATTRIBUTE(try_acquire_capability(__VA_ARGS__))
#define CVG_EXCLUDES(...) CVG_ATTRIBUTE(locks_excluded(__VA_ARGS__))

namespace cvg {

class CVG_CAPABILITY("mutex") Mutex {
 public:
  void lock() CVG_ACQUIRE() { mutex_.lock(); }
  void unlock() CVG_RELEASE() { mutex_.unlock(); }
  bool try_lock() CVG_TRY_ACQUIRE(true) { return mutex_.try_lock(); }

 private:
  friend class CondVar;
  std::mutex mutex_;
};

// Holds a Mutex for a scope.
class CVG_SCOPED_CAPABILITY MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) CVG_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~MutexLock() CVG_RELEASE() { mutex_.unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex& mutex_;
};

// Wakes threads that wait for something guarded by a Mutex.  A wait may end without a cause: ask again in a loop.
class CondVar {
 public:
  void wait(Mutex& mutex) CVG_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    condition_.wait(lock);
    lock.release();
  }
  // false: the time was over first.
  bool wait_for_ms(Mutex& mutex, std::int64_t ms) CVG_REQUIRES(mutex) {
    std::unique_lock<std::mutex> lock(mutex.mutex_, std::adopt_lock);
    const bool woken = condition_.wait_for(lock, std::chrono::milliseconds(ms)) == std::cv_status::no_timeout;
    lock.release();
    return woken;
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  std::condition_variable condition_;
};

}  // namespace cvg
