#include "core/plugin/host_table.h"

#include <limits>
#include <thread>

#include <convergence/plugin.hpp>

#include "core/plugin/call.h"
#include "core/plugin/stage.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

class FixedClock final : public Clock {
 public:
  std::int64_t now_ms() const override { return 0; }
  std::int64_t monotonic_ms() const override { return at.load(); }
  std::atomic<std::int64_t> at{1000};
};

// Remembers what the plugin asked for.
class Recorder final : public CallServices {
 public:
  void log(int level, std::string_view message, const Json& fields) override {
    said = std::to_string(level) + " " + std::string(message) + " " + fields.dump();
  }
  void progress(double fraction, std::uint64_t rows, std::uint64_t) override { said = std::to_string(fraction) + " " + std::to_string(rows); }
  Result<Json> run_provider(cvg_call*, const std::string& provider, const cvg_extract_req& request, const Json& destination) override {
    return Json::object().set("provider", provider).set("dataset", convergence::text(request.dataset)).set("to", destination);
  }
  Result<Json> run_units(const std::string& table) override {
    if (table == "throws") throw std::runtime_error("a fault of ours");
    return Json::array().push(table);
  }
  Status query(cvg_call*, const cvg_sql& sql, ArrowArrayStream*) override {
    return Status(Code::data, "no such table: " + convergence::text(sql.text));
  }
  Result<std::int64_t> ingest(cvg_call*, const cvg_ingest&) override { return 42; }
  Result<std::int32_t> sink_unit(cvg_call*, cvg_sink*, const cvg_unit& unit) override {
    return unit.unit.n == 0 ? CVG_UNIT_OLDER : CVG_UNIT_UNCHANGED;
  }
  Result<std::int64_t> sink_put(cvg_call*, cvg_sink*, const cvg_ingest& request) override { return static_cast<std::int64_t>(request.n_files); }
  void sink_warn(cvg_sink*, std::string_view message) override { said = message; }
  std::string said;
};

class HostTable : public testing::Test {
 protected:
  HostTable() {
    options_.clock = &clock_;
    options_.services = &recorder_;
    options_.cancel = &cancel_;
  }
  void begin() { call_ = std::make_unique<Call>(options_); }
  cvg_call* raw() {
    if (!call_) begin();
    return call_->raw();
  }
  const cvg_host& host_ = host_table();
  FixedClock clock_;
  Recorder recorder_;
  std::atomic<bool> cancel_{false};
  Call::Options options_;
  std::unique_ptr<Call> call_;
  cvg_error error_ = empty_abi_error();
  convergence::StringOut out_;
};

TEST_F(HostTable, HasEverySlotOfItsVersion) {
  EXPECT_EQ(host_.struct_size, sizeof(cvg_host));
  EXPECT_EQ(host_.abi_major, CVG_ABI_MAJOR);
  EXPECT_EQ(host_.run_mode, 0u);
  const auto* slot = reinterpret_cast<void* const*>(&host_.log);
  const auto* end = reinterpret_cast<void* const*>(&host_ + 1);
  for (; slot != end; ++slot) EXPECT_NE(*slot, nullptr);
}

TEST_F(HostTable, CallInfoSaysForWhom) {
  options_.info = {"acme", "Acme", "run-1", "ingest", "ingest", "acme-aws-cost-x", "2026-05-01", "trace-1", 2};
  ASSERT_EQ(host_.call_info(raw(), out_.out(), &error_), CVG_OK);
  const Json info = *parse_json(out_.text());
  EXPECT_EQ(info["tenant"].text(), "acme");
  EXPECT_EQ(info["run"].text(), "run-1");
  EXPECT_EQ(info["attempt"].integer(), 2);
  EXPECT_EQ(info["trace"].text(), "trace-1");
}

TEST_F(HostTable, TimeOnlyShrinksAndStopsTheCall) {
  EXPECT_EQ(host_.remaining_ms(raw()), std::numeric_limits<std::int64_t>::max());
  options_.deadline_monotonic_ms = 1500;
  begin();
  EXPECT_EQ(host_.remaining_ms(raw()), 500);
  EXPECT_EQ(host_.cancelled(raw()), 0);
  clock_.at = 1600;
  EXPECT_EQ(host_.remaining_ms(raw()), 0);
  EXPECT_EQ(host_.cancelled(raw()), 1);
  EXPECT_EQ(host_.sleep(raw(), 10), CVG_E_DEADLINE);
}

TEST_F(HostTable, CancelWakesASleeper) {
  cvg_call* call = raw();
  std::thread canceller([this] { cancel_ = true; });
  EXPECT_EQ(host_.sleep(call, 1'000'000'000), CVG_E_CANCELLED);  // the clock stands still: nothing else ends it
  canceller.join();
  EXPECT_EQ(host_.cancelled(call), 1);
}

TEST_F(HostTable, DeadlineWakesASleeper) {
  options_.deadline_monotonic_ms = 1500;
  cvg_call* call = raw();
  std::thread clock([this] { clock_.at = 1500; });
  EXPECT_EQ(host_.sleep(call, 1'000'000'000), CVG_E_DEADLINE);
  clock.join();
}

TEST_F(HostTable, SleepEndsByItself) {
  const SystemClock clock;
  options_.clock = &clock;
  EXPECT_EQ(host_.sleep(raw(), 1), CVG_OK);
  EXPECT_EQ(host_.sleep(raw(), -5), CVG_OK);
}

TEST_F(HostTable, LogAndProgressReachTheServices) {
  const cvg_str message = convergence::str("hello"), fields = convergence::str("{\"a\":1}"), bad = convergence::str("{");
  host_.log(raw(), 99, &message, &fields);
  EXPECT_EQ(recorder_.said, "3 hello {\"a\":1}");
  host_.log(raw(), 1, &message, &bad);
  EXPECT_EQ(recorder_.said, "1 hello null");
  host_.progress(raw(), std::numeric_limits<double>::quiet_NaN(), 5, 0, nullptr);
  EXPECT_EQ(recorder_.said, "-1.000000 5");
  host_.sink_warn(raw(), nullptr, &message);
  EXPECT_EQ(recorder_.said, "hello");
}

TEST_F(HostTable, StepServicesPassOn) {
  const convergence::Call call(&host_, raw());
  cvg_extract_req request{};
  request.struct_size = sizeof request;
  request.dataset = convergence::str("cost");
  EXPECT_EQ(call.run_provider("aws", request, Json::object().set("table", "t")).dump(),
            "{\"provider\":\"aws\",\"dataset\":\"cost\",\"to\":{\"table\":\"t\"}}");
  EXPECT_EQ(call.run_units("t").dump(), "[\"t\"]");
  cvg_ingest ingest{};
  ingest.struct_size = sizeof ingest;
  EXPECT_EQ(call.ingest(ingest), 42);
  convergence::Sink sink(call, nullptr);
  EXPECT_EQ(sink.unit("s", "u", "v", "f", "l"), CVG_UNIT_UNCHANGED);
  EXPECT_EQ(sink.put(ingest), 0);
}

TEST_F(HostTable, ErrorOfAServiceIsTheErrorOfTheFunction) {
  cvg_sql sql{};
  sql.struct_size = sizeof sql;
  sql.text = convergence::str("t9");
  ArrowArrayStream stream{};
  EXPECT_EQ(host_.wh_query(raw(), &sql, &stream, &error_), CVG_E_DATA);
  EXPECT_STREQ(error_.message, "no such table: t9");
}

TEST_F(HostTable, ExceptionOfAServiceStopsAtTheBoundary) {
  const cvg_str table = convergence::str("throws");
  EXPECT_EQ(host_.run_units(raw(), &table, out_.out(), &error_), CVG_E_HOST);
  EXPECT_STREQ(error_.message, "a fault of ours");
}

TEST_F(HostTable, RequestsSmallerThanTheAbiHasThemAreRefused) {
  cvg_sql sql{};
  sql.struct_size = 8;
  ArrowArrayStream stream{};
  EXPECT_EQ(host_.wh_query(raw(), &sql, &stream, &error_), CVG_E_PLUGIN);
  EXPECT_EQ(host_.wh_query(raw(), nullptr, &stream, &error_), CVG_E_PLUGIN);
  cvg_ingest ingest{};
  EXPECT_EQ(host_.wh_ingest(raw(), &ingest, nullptr, &error_), CVG_E_PLUGIN);
  ingest.struct_size = sizeof ingest;
  ingest.sql = convergence::str("SELECT 1");
  ingest.n_files = 1;
  EXPECT_EQ(host_.sink_put(raw(), nullptr, &ingest, nullptr, &error_), CVG_E_PLUGIN);
  EXPECT_STREQ(error_.message, "the plugin set more than one of stream, files and sql");
  ingest.sql = {};
  EXPECT_EQ(host_.sink_put(raw(), nullptr, &ingest, nullptr, &error_), CVG_E_PLUGIN);
}

TEST_F(HostTable, AnswerThatIsTooLargeForItsReaderIsALimit) {
  convergence::StringOut small(3);
  EXPECT_EQ(host_.call_info(raw(), small.out(), &error_), CVG_E_LIMIT);
  EXPECT_EQ(host_.call_info(raw(), nullptr, &error_), CVG_E_PLUGIN);
}

TEST_F(HostTable, StageIsWrittenAndRead) {
  const Scratch scratch;
  const auto stage = std::make_unique<StageArea>(scratch.path("stage"), 1000);
  options_.stage = stage.get();
  const convergence::Call call(&host_, raw());
  const cvg_handle handle = call.stage_open("a.csv");
  call.stage_write(handle, "hello ");
  call.stage_write(handle, "world");
  const std::string uri = call.stage_close(handle);
  EXPECT_EQ(call.stage_read(uri, 6, 100), "world");
  EXPECT_THROW(call.stage_read("stage:99", 0, 1), convergence::Error);
  EXPECT_EQ(host_.stage_write(raw(), handle, "x", 1, &error_), CVG_E_STATE);
  EXPECT_EQ(host_.stage_write(raw(), handle, nullptr, 1, &error_), CVG_E_PLUGIN);
}

TEST_F(HostTable, WithoutServicesEverythingAnswersState) {
  options_.services = nullptr;
  const cvg_str text = convergence::str("x");
  cvg_handle handle = 0;
  EXPECT_EQ(host_.run_units(raw(), &text, out_.out(), &error_), CVG_E_STATE);
  EXPECT_EQ(host_.stage_open(raw(), &text, &handle, &error_), CVG_E_STATE);
  EXPECT_STREQ(error_.message, "the service stage is not available in this call");
  host_.log(raw(), 1, &text, nullptr);
  host_.sink_warn(raw(), nullptr, &text);
}

TEST_F(HostTable, WhatThisVersionDoesNotOfferSaysSo) {
  const cvg_str name = convergence::str("token");
  EXPECT_EQ(host_.secret(raw(), &name, out_.out(), &error_), CVG_E_UNSUPPORTED);
  EXPECT_STREQ(error_.message, "this version of the host lends plugins no secrets (token was asked for)");
}

TEST_F(HostTable, StaleCallIsAnsweredWithState) {
  cvg_call* stale = raw();
  call_.reset();
  const cvg_str text = convergence::str("x");
  EXPECT_EQ(host_.cancelled(stale), 1);
  EXPECT_EQ(host_.remaining_ms(stale), 0);
  EXPECT_EQ(host_.sleep(stale, 1), CVG_E_STATE);
  EXPECT_EQ(host_.call_info(stale, out_.out(), &error_), CVG_E_STATE);
  EXPECT_EQ(host_.run_units(stale, &text, out_.out(), &error_), CVG_E_STATE);
  EXPECT_EQ(host_.wh_ingest(stale, nullptr, nullptr, &error_), CVG_E_STATE);
  EXPECT_EQ(host_.sink_unit(stale, nullptr, nullptr, nullptr, &error_), CVG_E_STATE);
  EXPECT_EQ(host_.stage_read(stale, &text, 0, 1, out_.out(), nullptr), CVG_E_STATE);
  host_.log(stale, 1, &text, nullptr);
  host_.progress(stale, 0, 0, 0, nullptr);
  EXPECT_EQ(recorder_.said, "");
}

TEST_F(HostTable, StagePathsAreLentToWarehousesOnly) {
  EXPECT_NE(host_.get_ext(CVG_EXT_OBJECTS), nullptr);
  EXPECT_EQ(host_.get_ext(CVG_EXT_STAGE_PATH), nullptr);
  EXPECT_EQ(host_.get_ext("cvg.nothing/1"), nullptr);
  EXPECT_EQ(host_.get_ext(nullptr), nullptr);
  const cvg_host& lent = host_table(HostGrants::warehouse);
  EXPECT_NE(lent.get_ext(CVG_EXT_STAGE_PATH), nullptr);
  EXPECT_NE(lent.get_ext(CVG_EXT_OBJECTS), nullptr);
}

}  // namespace
}  // namespace cvg
