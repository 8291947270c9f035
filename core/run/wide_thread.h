// WideThread: a thread with a stack of 8 MiB, whatever the system's default is: engines recurse deep over SQL.
#pragma once

#include <functional>
#include <memory>

#include <pthread.h>

namespace cvg {

class WideThread {
 public:
  // Ends the process when the system gives no thread, as std::thread would.
  explicit WideThread(std::function<void()> work);
  WideThread(WideThread&& other) noexcept;
  WideThread& operator=(WideThread&&) = delete;
  ~WideThread();  // joins
  void join();

 private:
  pthread_t thread_{};
  bool joinable_ = false;
};

}  // namespace cvg
