#include "core/run/wide_thread.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

namespace cvg {
namespace {

constexpr std::size_t stack_bytes = std::size_t{8} << 20;

void* enter(void* context) {
  const std::unique_ptr<std::function<void()>> work(static_cast<std::function<void()>*>(context));
  (*work)();
  return nullptr;
}

}  // namespace

WideThread::WideThread(std::function<void()> work) {
  auto owned = std::make_unique<std::function<void()>>(std::move(work));
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  if (pthread_create(&thread_, &attributes, enter, owned.get()) != 0) {
    std::fputs("no thread could be started\n", stderr);
    std::abort();
  }
  static_cast<void>(owned.release());  // the thread owns it now
  pthread_attr_destroy(&attributes);
  joinable_ = true;
}

WideThread::WideThread(WideThread&& other) noexcept : thread_(other.thread_), joinable_(std::exchange(other.joinable_, false)) {}

WideThread::~WideThread() { join(); }

void WideThread::join() {
  if (!std::exchange(joinable_, false)) return;
  pthread_join(thread_, nullptr);
}

}  // namespace cvg
