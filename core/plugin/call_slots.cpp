#include "core/plugin/call_slots.h"

namespace cvg {
namespace {

constexpr unsigned index_bits = 18;
constexpr unsigned pin_bits = 16;
constexpr std::uint64_t pin_mask = (1u << pin_bits) - 1;
static_assert(CallSlots::calls_max == std::size_t{1} << index_bits);

std::uint64_t number_of(const cvg_call* call) { return reinterpret_cast<std::uintptr_t>(call); }
std::uint64_t index_of(std::uint64_t number) { return number & ((std::uint64_t{1} << index_bits) - 1); }
std::uint64_t generation_of(std::uint64_t number) { return number >> index_bits; }

}  // namespace

CallSlots& CallSlots::process() {
  static CallSlots slots;
  return slots;
}

CallSlots::~CallSlots() {
  for (std::atomic<Slot*>& chunk : chunks_) delete[] chunk.load();
}

CallSlots::Slot* CallSlots::slot(std::uint64_t index) const {
  Slot* chunk = chunks_[index / chunk_slots].load(std::memory_order_acquire);
  return chunk ? chunk + index % chunk_slots : nullptr;
}

cvg_call* CallSlots::add(const Call::Options* options) {
  MutexLock lock(mutex_);
  if (free_.empty()) {
    if (chunk_count_ == chunks_max) return nullptr;
    chunks_[chunk_count_].store(new Slot[chunk_slots], std::memory_order_release);
    for (std::size_t i = chunk_slots; i > 0; --i)
      free_.push_back(static_cast<std::uint32_t>(chunk_count_ * chunk_slots + i - 1));
    ++chunk_count_;
  }
  const std::uint64_t index = free_.back();
  free_.pop_back();
  Slot* slot = this->slot(index);
  const std::uint64_t generation = (slot->word.load(std::memory_order_relaxed) >> pin_bits) + 1;
  slot->options.store(options, std::memory_order_relaxed);
  slot->word.store(generation << pin_bits, std::memory_order_release);
  return reinterpret_cast<cvg_call*>(static_cast<std::uintptr_t>(generation << index_bits | index));
}

void CallSlots::remove(cvg_call* call) {
  const std::uint64_t index = index_of(number_of(call));
  Slot* slot = call ? this->slot(index) : nullptr;
  if (!slot) return;
  // The next generation is even: no new pin succeeds; those that stand are waited for.
  std::uint64_t word = slot->word.fetch_add(std::uint64_t{1} << pin_bits, std::memory_order_acq_rel) +
                       (std::uint64_t{1} << pin_bits);
  while ((word & pin_mask) != 0) {
    slot->word.wait(word, std::memory_order_acquire);
    word = slot->word.load(std::memory_order_acquire);
  }
  MutexLock lock(mutex_);
  free_.push_back(static_cast<std::uint32_t>(index));
}

CallPin::CallPin(cvg_call* call) {
  const std::uint64_t number = number_of(call), generation = generation_of(number);
  if ((generation & 1) == 0) return;
  CallSlots::Slot* slot = CallSlots::process().slot(index_of(number));
  if (!slot) return;
  std::uint64_t word = slot->word.load(std::memory_order_acquire);
  do {
    if (word >> pin_bits != generation || (word & pin_mask) == pin_mask) return;
  } while (!slot->word.compare_exchange_weak(word, word + 1, std::memory_order_acq_rel, std::memory_order_acquire));
  slot_ = slot;
  options_ = slot->options.load(std::memory_order_relaxed);
}

CallPin::~CallPin() {
  if (!slot_) return;
  const std::uint64_t before = slot_->word.fetch_sub(1, std::memory_order_acq_rel);
  if ((before >> pin_bits & 1) == 0) slot_->word.notify_all();
}

}  // namespace cvg
