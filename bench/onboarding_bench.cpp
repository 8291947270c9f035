// Onboarding: from the request to the answer with the key, and of what it consists: the tenant's rows and its dataset, the
// validation run, and what mirrors both.  Lines: `name value unit limit ratio goal ok|short`, median of 20 after ten to warm
// up, so that the warehouse has opened its engines.
#include <cstdio>
#include <optional>
#include <vector>

#include "bench/load_server.h"
#include "core/base/clock.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr int warm_ups = 10, samples = 20;
constexpr double goal_ms = 150;

double ms_of(const Json& run, const char* field) { return static_cast<double>(parse_time(run[field].text()).value_or(0)); }

void bench() {
  ServerProcess server(std::map<std::string, std::string>{{"CONVERGENCE_RATE_LIMITS_ONBOARD_PER_MINUTE", "100000"}});
  std::vector<double> whole, dataset, run, mirror;
  for (int i = 0; i < warm_ups + samples; ++i) {
    const std::string tenant = "bench_" + std::to_string(i);
    const auto begun = static_cast<double>(SystemClock().now_ms());
    const double begun_s = seconds_now();
    server.onboard(tenant);
    const double took = (seconds_now() - begun_s) * 1e3;
    if (i < warm_ups) continue;
    const Json first = server.ask("GET", "/api/v1/pipelines/runs", tenant, "").items().at(0);
    whole.push_back(took);
    dataset.push_back(ms_of(first, "created_at") - begun);
    run.push_back(ms_of(first, "end_time") - ms_of(first, "created_at"));
    mirror.push_back(took - dataset.back() - run.back());
  }
  const double ms = median(whole);
  std::printf("onboarding_dataset %.1f ms\nonboarding_validation_run %.1f ms\nonboarding_mirror %.1f ms\n", median(dataset), median(run), median(mirror));
  std::printf("onboarding_p50 %.1f ms - %.1f goal<=150 %s\n", ms, ms, ms <= goal_ms ? "ok" : "short");
}

}  // namespace
}  // namespace cvg

int main() { cvg::bench(); }
