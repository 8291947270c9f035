#include "host/routes/metrics_registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "core/base/mutex.h"

namespace cvg {
namespace {

constexpr std::size_t statuses_max = 600;
const prometheus::Histogram::BucketBoundaries seconds_buckets{0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                              0.1,    0.25,  0.5,    1,     2.5,  5,     10, 30};

}  // namespace

struct MetricsRegistry::State {
  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests = prometheus::BuildCounter()
                                                          .Name("convergence_http_requests_total")
                                                          .Help("Answered HTTP requests by operation and status")
                                                          .Register(registry);
  prometheus::Family<prometheus::Histogram>& durations = prometheus::BuildHistogram()
                                                             .Name("convergence_http_request_duration_seconds")
                                                             .Help("Time from a request's head to its answer")
                                                             .Register(registry);
  // The families look their series up under a lock by label texts; a busy route finds its own here.
  std::array<std::atomic<prometheus::Counter*>, slots_max * statuses_max> counters{};
  std::array<std::atomic<prometheus::Histogram*>, slots_max> histograms{};
  Mutex mutex;
  std::vector<std::pair<prometheus::Gauge*, std::function<double()>>> gauges CVG_GUARDED_BY(mutex);
  std::vector<std::pair<prometheus::Counter*, std::function<double()>>> grown CVG_GUARDED_BY(mutex);
};

MetricsRegistry::MetricsRegistry(std::string_view version) : state_(std::make_unique<State>()) {
  prometheus::BuildGauge()
      .Name("convergence_build_info")
      .Help("Always 1; the version is the label")
      .Register(state_->registry)
      .Add({{"version", std::string(version)}})
      .Set(1);
}

MetricsRegistry::~MetricsRegistry() = default;

void MetricsRegistry::count_request(std::size_t slot, std::string_view operation, int status, double seconds) {
  slot = std::min(slot, slots_max - 1);
  const auto column = static_cast<std::size_t>(std::clamp(status, 0, static_cast<int>(statuses_max) - 1));
  auto& counter = state_->counters[slot * statuses_max + column];
  if (counter.load() == nullptr)
    counter.store(&state_->requests.Add({{"operation", std::string(operation)}, {"status", std::to_string(status)}}));
  counter.load()->Increment();
  auto& histogram = state_->histograms[slot];
  if (histogram.load() == nullptr)
    histogram.store(&state_->durations.Add({{"operation", std::string(operation)}}, seconds_buckets));
  histogram.load()->Observe(seconds);
}

void MetricsRegistry::add_gauge(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& gauge = prometheus::BuildGauge().Name(name).Help(help).Register(state_->registry).Add({});
  MutexLock lock(state_->mutex);
  state_->gauges.emplace_back(&gauge, std::move(read));
}

void MetricsRegistry::add_counter(const std::string& name, const std::string& help, std::function<double()> read) {
  auto& counter = prometheus::BuildCounter().Name(name).Help(help).Register(state_->registry).Add({});
  MutexLock lock(state_->mutex);
  state_->grown.emplace_back(&counter, std::move(read));
}

std::string MetricsRegistry::text() {
  {
    MutexLock lock(state_->mutex);
    for (const auto& [counter, read] : state_->grown) counter->Increment(read() - counter->Value());
    for (const auto& [gauge, read] : state_->gauges) gauge->Set(read());
  }
  return prometheus::TextSerializer().Serialize(state_->registry.Collect());
}

}  // namespace cvg
