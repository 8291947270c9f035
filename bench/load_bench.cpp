// Load: a bill of two million rows through the whole server (trigger, provider, staging, publication) against the engine's
// own COPY of the same SELECT to synced Parquet, with the same threads and codec. Each load checks rows and sum.
// BENCH_ROWS sets the number of rows. Lines: `name value unit limit ratio goal ok|short`, median of 3.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "bench/load_peer.h"
#include "bench/load_server.h"
#include "core/base/text.h"
#include "host/sample/clouds.h"

namespace cvg {
namespace {

namespace fs = std::filesystem;

constexpr int rounds = 3;
constexpr double enough_seconds = 200;  // no round begins that would probably end later

struct Measured {
  std::vector<double> first, replace, copied, locked_ms;
  double insert = 0, first_peak_mb = 0, replace_peak_mb = 0;
};

// The sample is made once for each number of rows and kept below the build's folder.
std::string sample_folder(std::int64_t rows) {
  const std::string folder = fmt::format("{}/bench-sample-{}", CVG_BINARY_DIR, rows);
  for (const char* format : {"csv", "parquet"}) {
    SampleOptions options;
    options.folder = folder + "/" + format;
    options.days = 31;
    options.rows = rows;
    options.format = format;
    options.correction = false;
    if (fs::exists(options.folder)) continue;
    const std::string whole = options.folder;
    options.folder += ".part";
    fs::remove_all(options.folder);
    Totals totals;
    const Status written = write_aws_cost(options, totals);
    if (!written.ok()) give_up(written.text());
    fs::rename(options.folder, whole);
  }
  return folder;
}

std::vector<std::string> files_below(const std::string& folder, const std::string& part, const std::string& ending) {
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string path = entry.path().string();
    if (entry.is_regular_file() && path.ends_with(ending) && path.find(part) != std::string::npos) files.push_back(path);
  }
  if (files.empty()) give_up("there is no " + ending + " below " + folder);
  return files;
}

std::string loaded(ServerProcess& server, const std::string& tenant) {
  const Json answer = server.query(tenant, "SELECT CAST(count(*) AS VARCHAR), CAST(sum(line_item_unblended_cost) AS VARCHAR) FROM aws_cost_raw");
  const Json& row = answer["rows"].items().at(0);
  return row.items().at(0).text() + " " + row.items().at(1).text();
}

void one_round(ServerProcess& server, const std::string& format, const std::string& samples, int round, Measured& m) {
  const std::string tenant = fmt::format("bench_{}_{}", format, round), pipeline = "load/cost/" + format;
  server.onboard(tenant);
  server.forget_peak();
  m.first.push_back(server.run(tenant, pipeline, Json::object()).seconds);
  m.first_peak_mb = std::max(m.first_peak_mb, server.peak_mb());
  const std::string sum = loaded(server, tenant);
  const std::string written = files_below(server.data_dir() + "/lakes/" + tenant, "/aws_cost_raw/", ".parquet").front();
  LoadPeer peer(format, files_below(samples + "/" + format, "/aws/cost/", format == "csv" ? ".csv.gz" : ".parquet"), written);
  const std::string copied = server.data_dir() + "/peer.parquet";
  m.copied.push_back(peer.copy(copied));
  if (peer.checked(copied) != sum) give_up("the load and the peer differ: " + sum + " and " + peer.checked(copied));
  fs::remove(copied);
  server.forget_peak();
  m.replace.push_back(server.run(tenant, pipeline, Json::object().set("reload", true)).seconds);
  m.replace_peak_mb = std::max(m.replace_peak_mb, server.peak_mb());
  m.locked_ms.push_back(server.locked_ms());
  if (loaded(server, tenant) != sum) give_up("the second load is not the first");
  if (round == 0) m.insert = peer.insert(server.data_dir() + "/peer.duckdb");
  fs::remove(server.data_dir() + "/peer.duckdb");
  fs::remove_all(server.data_dir() + "/lakes/" + tenant + "/data");
  std::fprintf(stderr, "load_bench: %s, round %d: first %.2f s, replace %.2f s (locked %.0f ms), the engine's COPY %.2f s\n", format.c_str(), round + 1,
               m.first.back(), m.replace.back(), m.locked_ms.back(), m.copied.back());
}

void line(const std::string& name, double value, double limit, double goal) {
  const double ratio = limit / value;
  std::printf("%s %.2f s %.2f %.2f goal>=%g %s\n", name.c_str(), value, limit, ratio, goal, ratio >= goal ? "ok" : "short");
}

void print(const std::string& format, const Measured& m) {
  const std::string name = format == "csv" ? "load_csv_gz" : "load_parquet";
  const double copied = median(m.copied);
  line(name + "_first", median(m.first), copied, 0.9);
  line(name + "_replace", median(m.replace), copied, 0.65);
  std::printf("%s_replace_locked %.0f ms; INSERT of the same rows into a DuckDB file %.2f s; peak memory of the server %.0f MiB first, %.0f MiB replace (%zu rounds)\n",
              name.c_str(), median(m.locked_ms), m.insert, m.first_peak_mb, m.replace_peak_mb, m.first.size());
  std::fflush(stdout);
}

}  // namespace
}  // namespace cvg

int main() {
  const char* given = std::getenv("BENCH_ROWS");
  const std::int64_t rows = given ? std::atoll(given) : 2'000'000;
  if (rows < 1000) cvg::give_up("BENCH_ROWS must be at least 1000");
  const std::string samples = cvg::sample_folder(rows);
  const double begun = cvg::seconds_now();
  cvg::ServerProcess server(std::map<std::string, std::string>{{"CONVERGENCE_SAMPLES_DIR", samples}});
  cvg::Measured csv, parquet;
  for (int round = 0; round < cvg::rounds; ++round) {
    if (round > 0 && (cvg::seconds_now() - begun) * (round + 1) / round > cvg::enough_seconds) break;
    cvg::one_round(server, "csv", samples, round, csv);
    cvg::one_round(server, "parquet", samples, round, parquet);
  }
  cvg::print("csv", csv);
  cvg::print("parquet", parquet);
}
