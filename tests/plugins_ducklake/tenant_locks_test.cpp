#include "plugins/ducklake/tenant_locks.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

TEST(TenantLocks, HoldOneTenantAndLeaveOthersFree) {
  ducklake::TenantLocks locks;
  Caller caller;
  const auto held = locks.lock(caller.call, "acme");
  const auto other = locks.lock(caller.call, "other");
  EXPECT_GE(held.held_ms(), 0);
  std::thread waiting([&] {
    Caller late;
    late.fake.remaining_ms = 0;
    EXPECT_EQ(error_of([&] { locks.lock(late.call, "acme"); }).first, CVG_E_DEADLINE);
    late.fake.cancelled = true;
    EXPECT_EQ(error_of([&] { locks.lock(late.call, "acme"); }).first, CVG_E_CANCELLED);
  });
  waiting.join();
}

TEST(TenantLocks, AreFreeAgainAfterwards) {
  ducklake::TenantLocks locks;
  Caller caller;
  { const auto held = locks.lock(caller.call, "acme"); }
  const auto again = locks.lock(caller.call, "acme");
}

}  // namespace
}  // namespace ducklake_tests
