#include "host/routes/metrics_registry.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace cvg {
namespace {

TEST(MetricsRegistry, CountsByOperationAndStatus) {
  MetricsRegistry metrics("1.2.3");
  metrics.count_request(3, "get_run", 200, 0.002);
  metrics.count_request(3, "get_run", 200, 0.002);
  metrics.count_request(3, "get_run", 404, 0.002);
  const std::string text = metrics.text();
  EXPECT_NE(text.find("convergence_build_info{version=\"1.2.3\"} 1"), std::string::npos) << text;
  EXPECT_NE(text.find("convergence_http_requests_total{operation=\"get_run\",status=\"200\"} 2"), std::string::npos) << text;
  EXPECT_NE(text.find("convergence_http_requests_total{operation=\"get_run\",status=\"404\"} 1"), std::string::npos);
  EXPECT_NE(text.find("convergence_http_request_duration_seconds_count{operation=\"get_run\"} 3"), std::string::npos);
}

TEST(MetricsRegistry, AsksGaugesWhenItIsAsked) {
  MetricsRegistry metrics("1");
  double now = 1;
  metrics.add_gauge("convergence_test", "A test", [&] { return now; });
  now = 7;
  EXPECT_NE(metrics.text().find("convergence_test 7"), std::string::npos);
}

TEST(MetricsRegistry, CountersFollowWhatGrewElsewhere) {
  MetricsRegistry metrics("1");
  double grown = 3;
  metrics.add_counter("convergence_test_total", "A test", [&] { return grown; });
  metrics.text();
  grown = 5;
  EXPECT_NE(metrics.text().find("\nconvergence_test_total 5"), std::string::npos);
}

TEST(MetricsRegistry, CountsFromManyThreads) {
  MetricsRegistry metrics("1");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 1000; ++i) metrics.count_request(1, "x", 200 + i % 3, 0.1);
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_NE(metrics.text().find("convergence_http_request_duration_seconds_count{operation=\"x\"} 4000"), std::string::npos);
}

}  // namespace
}  // namespace cvg
