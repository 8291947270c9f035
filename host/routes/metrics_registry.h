// MetricsRegistry: the numbers behind GET /metrics; the wall around prometheus-cpp.  Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace cvg {

class MetricsRegistry {
 public:
  explicit MetricsRegistry(std::string_view version);
  ~MetricsRegistry();
  MetricsRegistry(const MetricsRegistry&) = delete;
  MetricsRegistry& operator=(const MetricsRegistry&) = delete;

  // slot: a small number of the caller's for the operation, always the same (the row of the route table).
  void count_request(std::size_t slot, std::string_view operation, int status, double seconds);
  // read: called whenever the metrics are asked for; must be fast.
  void add_gauge(const std::string& name, const std::string& help, std::function<double()> read);
  // The same for what only grows.
  void add_counter(const std::string& name, const std::string& help, std::function<double()> read);

  std::string text();  // the Prometheus text format
  static constexpr const char* content_type = "text/plain; version=0.0.4; charset=utf-8";
  static constexpr std::size_t slots_max = 256;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cvg
