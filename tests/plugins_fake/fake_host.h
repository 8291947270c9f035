// FakeHost: a host in memory for the tests of providers: objects, stage, and a sink that records what it is given.  The
// plugin under test is linked into the test program and reached through cvg_plugin_entry.  One thread, one at a time.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include <convergence/plugin.hpp>

#include "fake_table.h"

namespace cvg_test {

struct SeenUnit {
  std::string source, unit, version, fingerprint, layout;
};
struct SeenPut {
  std::string source, unit;
  convergence::Json schema;
  std::vector<std::string> names;  // of the files
  std::vector<convergence::Json> dialects;
  std::vector<std::uint32_t> formats;
  // The entry of schema_json for a column.
  const convergence::Json& column(const std::string& name) const;
};
struct Outcome {
  cvg_status status = CVG_OK;
  std::string message;
  convergence::Json detail;
};

class FakeHost {
 public:
  explicit FakeHost(std::string uri) : uri_(std::move(uri)) {}
  FakeHost(const FakeHost&) = delete;
  FakeHost& operator=(const FakeHost&) = delete;

  void add(const std::string& key, const std::string& bytes, std::int64_t modified_ms = 1700000000000);
  // Adds a file, or every file below a folder, of the published sample data; false when the data is not here.
  bool add_shared(const std::string& path);
  // Adds every file below a folder.
  void add_folder(const std::string& folder);

  // Runs the extract of component 0.
  Outcome extract(const std::string& dataset, const std::map<std::string, std::string>& options = {});

  std::function<void(const SeenPut&)> refuse;  // throws what sink_put answers; nothing when it is not set
  std::function<std::int32_t(const SeenUnit&)> decide;  // CVG_UNIT_LOAD when it is not set
  const std::vector<SeenUnit>& units() const { return units_; }
  const std::vector<SeenPut>& puts() const { return puts_; }
  const std::vector<double>& progress() const { return progress_; }  // what was told, in order
  const std::vector<std::string>& warnings() const { return warnings_; }
  const FakeTable& rows() const { return rows_; }
  // The bytes of what was staged under this name, last.
  const std::string& staged(const std::string& name) const { return stage_.at(names_.at(name)); }
  std::size_t staged_count() const { return stage_.size(); }

 private:
  struct Services;
  friend struct Services;
  struct Stored {
    std::string bytes;
    std::int64_t modified_ms;
  };
  std::string uri_;
  std::map<std::string, Stored> objects_;
  std::vector<std::string> stage_;
  std::map<std::string, std::size_t> names_;
  std::vector<SeenUnit> units_;
  std::vector<SeenPut> puts_;
  std::vector<std::string> warnings_;
  std::vector<double> progress_;
  FakeTable rows_;
};

}  // namespace cvg_test
