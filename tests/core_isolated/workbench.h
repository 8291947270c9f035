// A registry whose plugin unruly runs in workers of this test program, and a call with services that keep what they got.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <convergence/arrow_read.hpp>
#include <convergence/plugin.hpp>

#include "core/base/clock.h"
#include "core/isolated/arrow_codec.h"
#include "core/isolated/isolated_plugins.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/plugin_call.h"
#include "core/plugin/registry.h"
#include "core/plugin/stage.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {

inline std::vector<std::string> test_worker() { return {std::filesystem::read_symlink("/proc/self/exe").string(), "--worker"}; }

// Keeps what a step logs and stages.
class KeptServices : public CallServices {
 public:
  void log(int, std::string_view message, const Json&) override {
    lines.emplace_back(message);
    ++logged;
  }
  Result<std::int64_t> ingest(cvg_call*, const cvg_ingest& request) override {
    table = std::string(view(request.table));
    if (!request.stream) return std::int64_t{0};
    rows.clear();
    try {
      convergence::for_each_row(request.stream, [&](const std::vector<Json>& row) { rows.push_back(row); });
    } catch (const convergence::Error& error) {
      request.stream->release(request.stream);
      return Status(Code::data, error.what());
    }
    request.stream->release(request.stream);
    return static_cast<std::int64_t>(rows.size());
  }
  Result<Json> run_units(const std::string& wanted) override { return Json::array().push(wanted); }
  std::vector<std::string> lines;
  std::vector<std::vector<Json>> rows;
  std::string table;
  std::atomic<int> logged{0};
};

class Workbench : public testing::Test {
 protected:
  explicit Workbench(IsolationLimits limits = limits_of_tests()) : plugins_(test_worker(), limits) {}
  static IsolationLimits limits_of_tests() {
    IsolationLimits limits;
    limits.workers_max = 2;
    limits.memory_mb = 256;
    limits.kill_grace_ms = 50;
    return limits;
  }
  void SetUp() override {
    PluginConfig row;
    row.name = "unruly";
    row.path = CVG_UNRULY;
    row.mode = "isolated";
    const Status loaded = registry_.load({row});
    ASSERT_TRUE(loaded.ok()) << loaded.text();
    step_ = registry_.find(CVG_KIND_STEP, "unruly");
    ASSERT_NE(step_, nullptr);
    stage_ = std::make_unique<StageArea>(folder_.path() + "/stage", std::int64_t{1} << 30);
  }
  Call::Options options(std::int64_t milliseconds = 0) {
    Call::Options options;
    options.info.tenant_id = "acme";
    options.clock = &clock_;
    options.services = &services_;
    options.stage = stage_.get();
    options.cancel = &cancel_;
    if (milliseconds > 0) options.deadline_monotonic_ms = clock_.monotonic_ms() + milliseconds;
    return options;
  }
  static Json how(const char* word) { return Json::object().set("how", word); }
  // What one step answers on an instance of its own; its outputs in outputs_.
  Status run(const Json& spec, std::int64_t milliseconds = 0) {
    Call call(options(milliseconds));
    CVG_ASSIGN(const Instance instance, Instance::create(*step_, call.raw()));
    return run_on(instance, call, spec);
  }
  Status run_on(const Instance& instance, Call& call, const Json& spec) {
    const std::string text = spec.dump();
    const cvg_str json = abi_text(text);
    convergence::StringOut out;
    const Status status = call_plugin("step unruly", [&](cvg_error* e) {
      return instance.table<cvg_step>().run(instance.raw(), call.raw(), &json, out.out(), e);
    });
    outputs_ = out.text().empty() ? Json() : *parse_json(out.text());
    return status;
  }

  TempFolder folder_;
  SystemClock clock_;
  KeptServices services_;
  std::atomic<bool> cancel_{false};
  IsolatedPlugins plugins_;
  PluginRegistry registry_{{"", folder_.path() + "/private", &plugins_}};
  std::unique_ptr<StageArea> stage_;
  const Component* step_ = nullptr;
  Json outputs_;
};

}  // namespace cvg
