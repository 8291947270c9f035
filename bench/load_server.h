// The real server as a child process, on data that ends with it, asked over HTTP; for benches. Every failure ends the bench
// with a sentence. One thread.
#pragma once

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "core/base/json.h"

namespace cvg {

struct RunTimes {
  double seconds = 0;  // from the trigger to the answer that says COMPLETE
  Json run;
};

class ServerProcess {
 public:
  // Serves the templates of this bench: load/cost/csv and load/cost/parquet, one ingest step each.
  explicit ServerProcess(std::map<std::string, std::string> environment);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  void onboard(const std::string& tenant);
  // With the tenant's key; any answer but 200 ends the bench.
  Json ask(const std::string& method, const std::string& path, const std::string& tenant, const std::string& body);
  RunTimes run(const std::string& tenant, const std::string& pipeline, const Json& variables);
  Json query(const std::string& tenant, const std::string& sql);
  // How long the newest publication held its lake's lock, from the server's log; -1: the log does not say.
  double locked_ms() const;
  void forget_peak() const;            // of the server's memory
  double peak_mb() const;              // since then
  double sessions_peak_mb() const;     // the largest process below the server's
  std::string data_dir() const { return folder_ + "/data"; }

 private:
  void wait_until_ready();
  std::string folder_;
  pid_t pid_ = -1;
  int port_ = 0;
  std::map<std::string, std::string> keys_;  // by tenant
};

[[noreturn]] void give_up(const std::string& why);
double median(std::vector<double> values);
double seconds_now();

}  // namespace cvg
