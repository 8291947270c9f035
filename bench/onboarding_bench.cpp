// Onboarding: from the request to the answer with the key: rows, dataset, validation pipeline, mirror.  Lines: `name value
// unit limit ratio goal ok|short`, median of 20 after three to warm up.
#include <cstdio>
#include <vector>

#include "bench/load_server.h"

namespace cvg {
namespace {

constexpr int warm_ups = 3, samples = 20;
constexpr double limit_ms = 150;

void bench() {
  ServerProcess server(std::map<std::string, std::string>{{"CONVERGENCE_RATE_LIMITS_ONBOARD_PER_MINUTE", "100000"}});
  std::vector<double> took;
  for (int i = 0; i < warm_ups + samples; ++i) {
    const double begun = seconds_now();
    server.onboard("bench_" + std::to_string(i));
    if (i >= warm_ups) took.push_back((seconds_now() - begun) * 1e3);
  }
  const double ms = median(took);
  std::printf("onboarding_ms %.1f ms %.1f %.2f goal<=1.0 %s\n", ms, limit_ms, ms / limit_ms, ms <= limit_ms ? "ok" : "short");
}

}  // namespace
}  // namespace cvg

int main() { cvg::bench(); }
