// dq_check against the same checks as one hand-written statement, on 2 million rows of Parquet, in one process on the
// same engine.  What is timed for dq_check is the whole step through the plugin's C table: types, estimate, measures,
// samples, results.  Both must give equal counts.  Prints "name value unit limit ratio goal ok|short", median of 5.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "bench/dq_check_data.h"
#include "bench/dq_check_suites.h"
#include "tests/plugins_query/fake_host.h"

namespace cvg {
namespace {

constexpr int kRuns = 5;

template <class F>
double milliseconds(F f) {
  const auto begin = std::chrono::steady_clock::now();
  f();
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> v) {
  std::sort(v.begin(), v.end());
  return v[v.size() / 2];
}

template <std::size_t N>
bool compare(FakeHost &host, const char *name, const DqBenchPair (&pairs)[N], double goal) {
  std::string list, by_hand;
  for (const DqBenchPair &p : pairs) {
    list += (list.empty() ? "" : ",") + (R"({"type":")" + std::string(p.type) + R"(","kwargs":{)" + p.kwargs + "}}");
    by_hand += (by_hand.empty() ? "SELECT " : ", ") + std::string(p.by_hand);
  }
  by_hand += " FROM bill WHERE x_source = 'aws:export-1' AND x_unit IN ('2025-11')";
  const std::string spec = R"({"table":"bill","severity":"warning","expectations":[)" + list + "]}";
  FakeStep step(host);
  StepRun run;
  convergence::ArrowRows rows;
  std::vector<double> ours, theirs;
  for (int i = 0; i <= kRuns; ++i) {  // the first round warms the files and is not counted
    const double a = milliseconds([&] { run = step.run(spec); }), b = milliseconds([&] { rows = host.rows(by_hand); });
    if (i > 0) ours.push_back(a), theirs.push_back(b);
  }
  for (std::size_t i = 0; i < N; ++i) {
    const convergence::Json &r = run.outputs["dq_results"].items().at(i);
    const convergence::Json &mine = r["unexpected_count"].is_null() ? r["observed_value"] : r["unexpected_count"];
    if (!r["error"].is_null() || mine.text() != rows.rows.at(0).at(i).text()) {
      std::printf("%s: %s {%s} gives %s, by hand %s %s\n", name, pairs[i].type, pairs[i].kwargs, mine.text().c_str(), rows.rows[0][i].text().c_str(), r["error"].text().c_str());
      return false;
    }
  }
  const double a = median(ours), b = median(theirs);
  std::printf("%s %.1f ms %.1f %.2f goal<=%.1f %s\n", name, a, b, a / b, goal, a / b <= goal ? "ok" : "short");
  return true;
}

void make_bill(FakeHost &host, const std::string &folder) {
  host.sql(kDqBillMacro);
  std::string copy = kDqBillRows;
  copy.replace(copy.find("%s/"), 2, folder);
  host.sql(copy);
  host.sql("CREATE VIEW bill AS SELECT * FROM read_parquet('" + folder + "/bill.parquet')");
  host.units["bill"] = R"([{"source":"aws:export-1","unit":"2025-11"}])";
}

}  // namespace
}  // namespace cvg

int main() {
  const std::string folder = (std::filesystem::temp_directory_path() / "cvg-dq-bench").string();
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  bool equal = false;
  {
    cvg::FakeHost host;
    cvg::make_bill(host, folder);
    equal = cvg::compare(host, "dq_30_mixed", cvg::kDqMixed, 0.6);
    equal = cvg::compare(host, "dq_high_cardinality", cvg::kDqHighCardinality, 1.0) && equal;
  }
  std::filesystem::remove_all(folder);
  return equal ? 0 : 1;
}
