#include "core/plugin/call.h"

#include "core/plugin/host_table.h"

namespace cvg {
namespace {

TEST(Call, DefaultServicesAnswerThatTheyAreNotHere) {
  CallServices services;
  const cvg_extract_req request{};
  EXPECT_EQ(services.run_provider(nullptr, "aws", request, Json()).status().code(), Code::state);
  EXPECT_EQ(services.run_units("t").status().code(), Code::state);
  EXPECT_EQ(services.query(nullptr, cvg_sql{}, nullptr).code(), Code::state);
  EXPECT_EQ(services.ingest(nullptr, cvg_ingest{}).status().code(), Code::state);
  EXPECT_EQ(services.sink_unit(nullptr, nullptr, cvg_unit{}).status().code(), Code::state);
  EXPECT_EQ(services.sink_put(nullptr, nullptr, cvg_ingest{}).status().text(), "the service sink_put is not available in this call");
  services.log(1, "x", Json());
  services.progress(0.5, 1, 1);
  services.sink_warn(nullptr, "x");
}

TEST(Call, KeepsItsOptions) {
  const SystemClock clock;
  Call::Options options;
  options.clock = &clock;
  options.info.tenant_id = "acme";
  Call call(options);
  EXPECT_NE(call.raw(), nullptr);
  EXPECT_EQ(call.options().info.tenant_id, "acme");
}

TEST(Call, RunsUntilItIsCancelledOrItsTimeIsOver) {
  const SystemClock clock;
  std::atomic<bool> cancel{false};
  Call::Options options;
  options.clock = &clock;
  EXPECT_TRUE(check_running(options).ok());
  options.cancel = &cancel;
  options.deadline_monotonic_ms = clock.monotonic_ms() + 1'000'000;
  EXPECT_TRUE(check_running(options).ok());
  options.deadline_monotonic_ms = clock.monotonic_ms() - 1;
  EXPECT_EQ(check_running(options).code(), Code::deadline);
  cancel = true;
  EXPECT_EQ(check_running(options).code(), Code::cancelled);
}

TEST(Call, HandleOfADestroyedCallIsStaleForEver) {
  const SystemClock clock;
  Call::Options options;
  options.clock = &clock;
  cvg_call* stale = nullptr;
  {
    Call call(options);
    stale = call.raw();
    EXPECT_EQ(host_table().cancelled(stale), 0);
  }
  EXPECT_EQ(host_table().sleep(stale, 0), CVG_E_STATE);
  Call successor(options);  // takes the same slot
  EXPECT_NE(successor.raw(), stale);
  EXPECT_EQ(host_table().sleep(stale, 0), CVG_E_STATE);
  EXPECT_EQ(host_table().sleep(successor.raw(), 0), CVG_OK);
}

}  // namespace
}  // namespace cvg
