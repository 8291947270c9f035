// CallSlots: what a cvg_call is.  The value that plugins hold is no address: it names a slot and the slot's generation, so
// that a handle of a call that is over is recognised for ever, also after its slot serves another call.  Any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <vector>

#include "core/base/mutex.h"
#include "core/plugin/call.h"

namespace cvg {

class CallSlots {
 public:
  // The table of this process: host functions are called without any context of ours, so there is one.
  static CallSlots& process();

  ~CallSlots();
  // options outlives remove(); null when more than calls_max calls run at once.
  cvg_call* add(const Call::Options* options);
  // Waits until no host function uses the call any more, then ends the handle.
  void remove(cvg_call* call);

  static constexpr std::size_t chunk_slots = 256;
  static constexpr std::size_t chunks_max = 1024;
  static constexpr std::size_t calls_max = chunk_slots * chunks_max;

 private:
  friend class CallPin;
  struct Slot {
    // generation << 16 | pins.  An odd generation is a running call, an even one none.
    std::atomic<std::uint64_t> word{0};
    std::atomic<const Call::Options*> options{nullptr};
  };
  Slot* slot(std::uint64_t index) const;

  Mutex mutex_;
  std::array<std::atomic<Slot*>, chunks_max> chunks_{};
  std::vector<std::uint32_t> free_ CVG_GUARDED_BY(mutex_);
  std::size_t chunk_count_ CVG_GUARDED_BY(mutex_) = 0;
};

// Holds a call for the time of one host function; false when the call is over or was never one.
class CallPin {
 public:
  explicit CallPin(cvg_call* call);
  ~CallPin();
  CallPin(const CallPin&) = delete;
  CallPin& operator=(const CallPin&) = delete;
  explicit operator bool() const { return options_ != nullptr; }
  const Call::Options& options() const { return *options_; }

 private:
  CallSlots::Slot* slot_ = nullptr;
  const Call::Options* options_ = nullptr;
};

}  // namespace cvg
