// StopPage: one number that the server writes and the worker reads without asking: why the running call should stop.
// Shared memory; any thread of either process.
#pragma once

#include <atomic>

#include "core/base/files.h"
#include "core/base/status.h"

namespace cvg {

class StopPage {
 public:
  static Result<StopPage> create();
  // Maps a page that create() made in another process.
  static Result<StopPage> open(Fd memory);
  ~StopPage();
  StopPage(StopPage&& other) noexcept;
  StopPage& operator=(StopPage&&) = delete;

  int descriptor() const { return memory_.get(); }
  // A cvg_status; CVG_OK: go on.
  void set(std::int32_t reason) { word_->store(reason, std::memory_order_relaxed); }
  std::int32_t get() const { return word_->load(std::memory_order_relaxed); }

 private:
  StopPage(Fd memory, std::atomic<std::int32_t>* word) : memory_(std::move(memory)), word_(word) {}
  Fd memory_;
  std::atomic<std::int32_t>* word_;
};

}  // namespace cvg
