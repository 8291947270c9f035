#include "bench/load_server.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <vector>

#include "bench/http_load.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr int ready_tries = 600;

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// VmHWM of a process in MiB; 0 when it has ended.
double high_water_mb(const std::string& pid) {
  const std::string status = read_text("/proc/" + pid + "/status");
  const std::size_t at = status.find("VmHWM:");
  return at == std::string::npos ? 0 : std::atof(status.c_str() + at + 6) / 1024;
}

std::string children_of(const std::string& pid) {
  std::string all;
  std::error_code error;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + pid + "/task", error)) all += read_text(task.path().string() + "/children");
  return all;
}

std::string load_template(const std::string& source) {
  return fmt::format(R"(description: "The ingest step of the AWS bill alone"
version: 1
steps:
  - step_id: ingest
    type: ingest
    source: {{provider: aws, dataset: cost_and_usage, uri: "sample://{}"}}
    destination: {{table: aws_cost_raw, write_mode: replace_unit}}
)",
                     source);
}

}  // namespace

void give_up(const std::string& why) {
  std::fprintf(stderr, "bench: %s\n", why.c_str());
  std::exit(1);
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0 : values[values.size() / 2];
}

double seconds_now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

ServerProcess::ServerProcess(std::map<std::string, std::string> environment) {
  std::string pattern = std::string(CVG_BINARY_DIR) + "/bench-server-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) give_up("there is no temporary folder");
  folder_ = pattern;
  std::filesystem::create_directories(folder_ + "/configs/load/cost");
  std::ofstream(folder_ + "/configs/load/cost/csv.yml") << load_template("csv/aws/cost");
  std::ofstream(folder_ + "/configs/load/cost/parquet.yml") << load_template("parquet/aws/cost");
  environment["CONVERGENCE_CONFIGS_DIRS"] = folder_ + "/configs," CVG_SOURCE_DIR "/configs";
  environment["CONVERGENCE_PLANS_FILE"] = CVG_SOURCE_DIR "/configs/plans.yml";
  for (const char* limit : {"ONBOARD_PER_MINUTE", "TENANT_PER_MINUTE", "TENANT_PER_HOUR", "RUN_PER_MINUTE", "GLOBAL_PER_MINUTE"})
    environment[std::string("CONVERGENCE_RATE_LIMITS_") + limit] = "1000000";
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // a bench that gives up takes the server with it
    for (const auto& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::dup2(::open((folder_ + "/out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 1);
    ::dup2(::open((folder_ + "/log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600), 2);
    const std::string program = std::string(CVG_BINARY_DIR) + "/bin/convergence";
    ::execl(program.c_str(), program.c_str(), "serve", "--config", CVG_SOURCE_DIR "/configs/server.yml", "--data", data_dir().c_str(),
            "--listen", "127.0.0.1:0", nullptr);
    ::_exit(127);
  }
  wait_until_ready();
}

ServerProcess::~ServerProcess() {
  ::kill(pid_, SIGTERM);
  ::waitpid(pid_, nullptr, 0);
  std::filesystem::remove_all(folder_);
}

void ServerProcess::wait_until_ready() {
  for (int i = 0; i < ready_tries; ++i) {
    const std::string out = read_text(folder_ + "/out");
    const std::size_t at = out.find("127.0.0.1:");
    if (at != std::string::npos && out.find('\n', at) != std::string::npos) {
      port_ = std::atoi(out.c_str() + at + 10);
      return;
    }
    if (::waitpid(pid_, nullptr, WNOHANG) == pid_) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  give_up("the server did not start: " + read_text(folder_ + "/log"));
}

Json ServerProcess::ask(const std::string& method, const std::string& path, const std::string& tenant, const std::string& body) {
  LoadClient client(port_);
  const LoadClient::Answer answer = client.ask(http_request(method, path, keys_[tenant], body));
  Result<Json> json = parse_json(answer.body);
  if (answer.status != 200 || !json.ok()) give_up(fmt::format("{} {} answered {}: {}", method, path, answer.status, answer.body));
  return std::move(json).value();
}

void ServerProcess::onboard(const std::string& tenant) {
  const Json who = Json::object().set("tenant_id", tenant).set("company_name", "Bench").set("admin_email", "bench@example.com")
                       .set("subscription_plan", "SCALE");
  keys_[tenant] = ask("POST", "/api/v1/tenants/onboard", "", who.dump())["api_key"].text();
}

RunTimes ServerProcess::run(const std::string& tenant, const std::string& pipeline, const Json& variables) {
  const double begun = seconds_now();
  const Json accepted = ask("POST", fmt::format("/api/v1/pipelines/run/{}/{}", tenant, pipeline), tenant, variables.dump());
  const std::string path = "/api/v1/pipelines/runs/" + accepted["pipeline_logging_id"].text();
  for (;;) {
    RunTimes times;
    times.run = ask("GET", path, tenant, "");
    times.seconds = seconds_now() - begun;
    const std::string status = times.run["status"].text();
    if (status == "COMPLETE") return times;
    if (status == "FAILED") give_up("a run failed: " + times.run.dump());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

Json ServerProcess::query(const std::string& tenant, const std::string& sql) {
  return ask("POST", fmt::format("/api/v1/tenants/{}/query", tenant), tenant, Json::object().set("sql", sql).dump());
}

double ServerProcess::locked_ms() const {
  const std::string log = read_text(folder_ + "/log"), name = "locked_ms";
  const std::size_t at = log.rfind(name);
  if (at == std::string::npos) return -1;
  const std::size_t digits = log.find_first_of("0123456789", at + name.size());
  return digits == std::string::npos ? -1 : std::atof(log.c_str() + digits);
}

void ServerProcess::forget_peak() const { std::ofstream(fmt::format("/proc/{}/clear_refs", pid_)) << "5"; }
double ServerProcess::peak_mb() const { return high_water_mb(std::to_string(pid_)); }

double ServerProcess::sessions_peak_mb() const {
  double most = 0;
  std::istringstream below(children_of(std::to_string(pid_)));
  for (std::string child; below >> child;) {
    std::istringstream sessions(children_of(child));
    for (std::string session; sessions >> session;) most = std::max(most, high_water_mb(session));
  }
  return most;
}

}  // namespace cvg
