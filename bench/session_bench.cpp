// Session: a tenant's query through POST /api/v1/tenants/{id}/query, on a warm session and on a cold one. One session may
// live at once, so that two tenants who ask in turns always meet a cold one. Lines: `name value unit`, p50 of 50.
#include <cstdio>
#include <vector>

#include "bench/load_server.h"

namespace cvg {
namespace {

constexpr int samples = 50;
constexpr const char* asked =
    "SELECT line_item_product_code AS service, sum(line_item_unblended_cost) AS cost FROM aws_cost_raw GROUP BY ALL ORDER BY cost DESC LIMIT 10";

double ask_ms(ServerProcess& server, const std::string& tenant) {
  const double begun = seconds_now();
  const Json answer = server.query(tenant, asked);
  const double took = (seconds_now() - begun) * 1e3;
  if (answer["rows"].size() == 0) give_up("the tenant's query answered nothing: " + answer.dump());
  return took;
}

void bench() {
  ServerProcess server(std::map<std::string, std::string>{{"CONVERGENCE_SESSIONS_SESSIONS_MAX", "1"}});
  const std::string tenants[] = {"bench_a", "bench_b"};
  for (const std::string& tenant : tenants) {
    server.onboard(tenant);
    server.run(tenant, "aws/cost/billing", Json::object());
  }
  std::vector<double> warm, cold;
  for (int i = 0; i < samples; ++i) cold.push_back(ask_ms(server, tenants[i % 2]));
  for (int i = 0; i < samples; ++i) warm.push_back(ask_ms(server, tenants[(samples - 1) % 2]));
  std::printf("session_query_warm_p50 %.1f ms\nsession_query_cold_p50 %.1f ms\n", median(warm), median(cold));
  std::printf("session_peak_memory %.0f MiB, of the server %.0f MiB\n", server.sessions_peak_mb(), server.peak_mb());
}

}  // namespace
}  // namespace cvg

int main() { cvg::bench(); }
