#include "host/app/run_limits.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(RunLimitsOfConfig, SecondsBecomeMilliseconds) {
  ServerConfig config = default_server_config();
  config.run.lease_seconds = 7;
  config.run.log_lines_max = 9;
  EXPECT_EQ(run_limits(config).lease_ms, 7000);
  EXPECT_EQ(run_limits(config).log_lines_max, 9);
  EXPECT_EQ(event_limits(config).heartbeat_ms, config.events.heartbeat_seconds * 1000);
}

TEST(RunLimitsOfConfig, StreamsLeaveHalfOfTheThreadsFree) {
  ServerConfig config = default_server_config();
  config.events.streams_max = 1000;
  config.http.threads = 8;
  EXPECT_EQ(event_limits(config).streams_max, 4);
  config.http.threads = 1;
  EXPECT_EQ(event_limits(config).streams_max, 1);
}

}  // namespace
}  // namespace cvg
