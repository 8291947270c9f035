#include "host/app/config_limits.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(ConfigLimits, SecondsBecomeMilliseconds) {
  ServerConfig config = default_server_config();
  config.run.lease_seconds = 7;
  config.run.log_lines_max = 9;
  EXPECT_EQ(run_limits(config).lease_ms, 7000);
  EXPECT_EQ(run_limits(config).log_lines_max, 9);
  EXPECT_EQ(event_limits(config).heartbeat_ms, config.events.heartbeat_seconds * 1000);
}

TEST(ConfigLimits, IsolationIsTheConfigurations) {
  ServerConfig config = default_server_config();
  config.isolation.memory_mb = 77;
  config.isolation.call_seconds_max = 9;
  EXPECT_EQ(isolation_limits(config).memory_mb, 77);
  EXPECT_EQ(isolation_limits(config).call_seconds_max, 9);
  EXPECT_EQ(isolation_limits(config).workers_max, config.isolation.workers_max);
  EXPECT_EQ(isolation_limits(config).kill_grace_ms, config.isolation.kill_grace_ms);
}

TEST(ConfigLimits, StreamsLeaveHalfOfTheThreadsFree) {
  ServerConfig config = default_server_config();
  config.events.streams_max = 1000;
  config.http.threads = 8;
  EXPECT_EQ(event_limits(config).streams_max, 4);
  config.http.threads = 1;
  EXPECT_EQ(event_limits(config).streams_max, 1);
}

TEST(ConfigLimits, TheServersOptionsAndThoseOfDeliveryAndUpkeepAreTheConfigurations) {
  ServerConfig config = default_server_config();
  config.http.drain_seconds_max = 3;
  config.webhooks.attempts_max = 4;
  config.warehouse.merge_files_min = 5;
  EXPECT_EQ(server_options_of(config).drain_ms_max, 3000);
  EXPECT_EQ(deliver_limits(config).attempts_max, 4);
  EXPECT_EQ(upkeep_limits(config).merge_files_min, 5);
}

}  // namespace
}  // namespace cvg
