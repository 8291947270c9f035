// A host for the warehouse's tests: real tables, a tenant and step by fields, staged files by path, and a lakes folder
// that goes when the test ends. The warehouse is called through its own class; errors are exceptions.
#pragma once

#include <convergence/derive_units.h>
#include <convergence/stage_path.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "plugins/ducklake/warehouse.h"

namespace ducklake_tests {

using convergence::Call;
using convergence::Error;
using convergence::Json;
using ducklake::Warehouse;

// What the fake host knows about a call; its address is the cvg_call.
struct FakeCall {
  std::string tenant = "acme", run = "run1", step = "ingest";
  int attempt = 1;
  std::atomic<bool> cancelled{false};
  std::atomic<int64_t> remaining_ms{INT64_MAX};
  std::atomic<double> progress{-1};  // told last
};

const cvg_host *fake_host();

// A lakes folder of its own with a warehouse on it, and calls for tenants.
class Lakes {
 public:
  explicit Lakes(const std::string &parent = "");
  ~Lakes();
  Json config() const;
  Warehouse &operator*() { return *warehouse; }
  Warehouse *operator->() { return warehouse.get(); }
  // Closes every engine and opens the warehouse again, as a new process would.
  void restart();
  std::filesystem::path folder;
  Json extra = Json::object();  // further configuration, used by restart()
  std::unique_ptr<Warehouse> warehouse;
};

// One call of the host: keep it as long as the Call is used.
struct Caller {
  explicit Caller(const std::string &tenant = "acme", const std::string &step = "ingest", const std::string &run = "run1",
                  int attempt = 1) {
    fake.tenant = tenant;
    fake.step = step;
    fake.run = run;
    fake.attempt = attempt;
  }
  FakeCall fake;
  Call call{fake_host(), reinterpret_cast<cvg_call *>(&fake)};
};

// A cvg_ingest with storage of its own for every text.
class Request {
 public:
  Request(uint32_t mode, const std::string &table) {
    raw_ = {};
    raw_.struct_size = sizeof raw_;
    raw_.mode = mode;
    table_ = table;
  }
  Request &unit(const std::string &source, const std::string &unit) { source_ = source; unit_ = unit; return *this; }
  Request &schema(const std::string &json) { schema_ = json; return *this; }
  Request &sql(const std::string &text) { sql_ = text; return *this; }
  Request &keys(const std::string &json) { keys_ = json; return *this; }
  Request &partition(const std::string &json) { partition_ = json; return *this; }
  Request &constants(const std::string &json) { constants_ = json; return *this; }
  Request &freeze() { policy_ = "freeze"; return *this; }
  Request &stream(ArrowArrayStream *s) { raw_.stream = s; return *this; }
  // A CSV file with that content; columns as in its first line.
  Request &csv(const std::filesystem::path &path, const std::string &content, const std::string &columns_json,
               const std::string &name = "delivery/part-0.csv");
  // The same for a file that is there already.
  Request &existing_csv(const std::filesystem::path &path, const std::string &columns_json, const std::string &name = "part.csv");
  Request &parquet(const std::filesystem::path &path, const std::string &name = "delivery/part-0.parquet");
  const cvg_ingest &raw(cvg_handle txn);

 private:
  Request &file(uint32_t format, const std::string &path, const std::string &name, const std::string &dialect);
  struct File {
    std::string uri, name, dialect;
    uint32_t format;
  };
  cvg_ingest raw_;
  std::string table_, source_, unit_, schema_, sql_, keys_, partition_, constants_, policy_;
  std::vector<File> files_;
  std::vector<cvg_file> raw_files_;
  std::vector<const cvg_file *> pointers_;
};

// begin, ingest, end under the marker; answers end()'s result.
Json publish(Warehouse &warehouse, Caller &caller, const std::string &marker, Request request,
             const std::string &cursors = "{}");

// The rows of a query: every column as text (CAST to VARCHAR), NULL as "NULL", columns joined by '|'.
std::vector<std::string> rows(Warehouse &warehouse, Caller &caller, const std::string &sql, cvg_handle txn = 0);

// The code and message of the error that f throws; {CVG_OK, ""} when it throws none.
template <class F>
std::pair<cvg_status, std::string> error_of(F f) {
  try {
    f();
  } catch (const Error &e) {
    return {e.code(), e.what()};
  }
  return {CVG_OK, ""};
}

}  // namespace ducklake_tests
