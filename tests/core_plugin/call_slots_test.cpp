#include "core/plugin/call_slots.h"

#include <random>
#include <thread>

namespace cvg {
namespace {

TEST(CallSlots, PinGivesTheOptionsOfARunningCallOnly) {
  CallSlots& slots = CallSlots::process();
  const Call::Options options;
  cvg_call* call = slots.add(&options);
  {
    const CallPin pin(call);
    ASSERT_TRUE(static_cast<bool>(pin));
    EXPECT_EQ(&pin.options(), &options);
  }
  slots.remove(call);
  EXPECT_FALSE(static_cast<bool>(CallPin(call)));
}

TEST(CallSlots, AnyNumberIsNoCall) {
  EXPECT_FALSE(static_cast<bool>(CallPin(nullptr)));
  std::mt19937_64 random(7);
  for (int i = 0; i < 10000; ++i) {
    const std::uintptr_t number = random() >> (i % 64);
    EXPECT_FALSE(static_cast<bool>(CallPin(reinterpret_cast<cvg_call*>(number)))) << number;
  }
  int something = 0;
  EXPECT_FALSE(static_cast<bool>(CallPin(reinterpret_cast<cvg_call*>(&something))));
}

TEST(CallSlots, ManyCallsAtOnceHaveHandlesOfTheirOwn) {
  CallSlots& slots = CallSlots::process();
  const std::vector<Call::Options> options(3 * CallSlots::chunk_slots);
  std::vector<cvg_call*> calls;
  for (const Call::Options& o : options) calls.push_back(slots.add(&o));
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const CallPin pin(calls[i]);
    ASSERT_TRUE(static_cast<bool>(pin));
    EXPECT_EQ(&pin.options(), &options[i]);
  }
  for (cvg_call* call : calls) slots.remove(call);
}

TEST(CallSlots, RemoveWaitsForThoseWhoAreInside) {
  CallSlots& slots = CallSlots::process();
  const Call::Options options;
  cvg_call* call = slots.add(&options);
  std::atomic<bool> inside{false}, leave{false}, removed{false};
  std::thread user([&] {
    const CallPin pin(call);
    inside = true;
    while (!leave) std::this_thread::yield();
    EXPECT_FALSE(removed);
  });
  while (!inside) std::this_thread::yield();
  std::thread remover([&] {
    slots.remove(call);
    removed = true;
  });
  while (static_cast<bool>(CallPin(call))) std::this_thread::yield();
  EXPECT_FALSE(removed);
  leave = true;
  user.join();
  remover.join();
  EXPECT_TRUE(removed);
}

// What a plugin's forgotten thread does: it asks on while calls begin and end.
TEST(CallSlots, ForgottenThreadsNeverSeeAnotherCallsOptions) {
  CallSlots& slots = CallSlots::process();
  std::atomic<cvg_call*> current{nullptr};
  std::atomic<bool> done{false};
  std::vector<std::thread> threads;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      while (!done) {
        cvg_call* call = current.load();
        const CallPin pin(call);
        if (pin) {
          EXPECT_EQ(pin.options().info.attempt, 7);
        }
      }
    });
  for (int round = 0; round < 3000; ++round) {
    auto options = std::make_unique<Call::Options>();
    options->info.attempt = 7;
    cvg_call* call = slots.add(options.get());
    current = call;
    slots.remove(call);
    options->info.attempt = 0;
  }
  done = true;
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace cvg
