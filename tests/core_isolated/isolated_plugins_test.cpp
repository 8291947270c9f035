#include "core/isolated/isolated_plugins.h"

#include <sys/wait.h>

#include <csignal>
#include <cerrno>
#include <thread>

#include "tests/core_isolated/workbench.h"

namespace cvg {
namespace {

class IsolatedPluginsTest : public Workbench {
 protected:
  static std::size_t open_files() {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator("/proc/self/fd"), std::filesystem::directory_iterator()));
  }
  static bool tells_the_end(const std::string& text) {
    return text == "the process of the plugin unruly was ended by signal 11 (Segmentation fault)";
  }
};

TEST_F(IsolatedPluginsTest, StepRunsInAnotherProcessWithTheHostsServices) {
  ASSERT_TRUE(run(how("echo")).ok());
  EXPECT_NE(outputs_["pid"].integer(), ::getpid());
  EXPECT_EQ(outputs_["info"]["tenant"].text(), "acme");
  EXPECT_EQ(services_.lines, std::vector<std::string>{"it begins"});
  EXPECT_EQ(step_->description["summary"].text(), "misbehaves");
}

TEST_F(IsolatedPluginsTest, WarmWorkerServesTheNextInstance) {
  ASSERT_TRUE(run(how("echo")).ok());
  const std::int64_t first = outputs_["pid"].integer();
  ASSERT_TRUE(run(how("echo")).ok());
  EXPECT_EQ(outputs_["pid"].integer(), first);
}

TEST_F(IsolatedPluginsTest, CrashIsOneFailedCallThatNamesPluginAndSignal) {
  const Status status = run(how("crash"));
  EXPECT_EQ(status.code(), Code::peer_died);
  EXPECT_TRUE(status.retryable());
  EXPECT_TRUE(tells_the_end(status.text())) << status.text();
  EXPECT_TRUE(run(how("echo")).ok());
}

TEST_F(IsolatedPluginsTest, ExitAndSilenceAndNonsenseAreTold) {
  EXPECT_EQ(run(how("leave")).text(), "the process of the plugin unruly ended with the exit code 7");
  EXPECT_EQ(run(how("hang_up")).text(), "the process of the plugin unruly closed its socket and was ended");
  const Status nonsense = run(how("babble"));
  EXPECT_EQ(nonsense.code(), Code::peer_died);
  EXPECT_TRUE(nonsense.text().starts_with("the process of the plugin unruly ")) << nonsense.text();
  EXPECT_TRUE(run(how("echo")).ok());
}

TEST_F(IsolatedPluginsTest, WhatNeverLooksIsEndedByForce) {
  for (const char* word : {"spin", "doze", "deaf", "flood"}) {
    services_.lines.clear();
    services_.logged = 0;
    cancel_ = false;
    // "it begins", and "from here on it hears nothing"
    std::thread other([&] {
      while (services_.logged < 2) std::this_thread::yield();
      cancel_ = true;
    });
    const Status status = run(how(word));
    other.join();
    EXPECT_EQ(status.code(), Code::cancelled) << word << ": " << status.text();
    EXPECT_NE(status.text().find("the plugin unruly did not stop within 50 ms (isolation.kill_grace_ms); its process was ended by signal "),
              std::string::npos) << status.text();
    EXPECT_NE(status.text().find(std::string_view(word) == "deaf" ? "signal 9 (Killed)" : "signal 15 (Terminated)"), std::string::npos) << status.text();
    EXPECT_EQ(services_.lines.back(), status.text());
  }
}

TEST_F(IsolatedPluginsTest, DeadlineEndsWhatNeverLooks) {
  Call making(options());
  const Result<Instance> instance = Instance::create(*step_, making.raw());
  ASSERT_TRUE(instance.ok());
  Call call(options(50));
  const Status status = run_on(*instance, call, how("spin"));
  EXPECT_EQ(status.code(), Code::deadline);
  EXPECT_NE(status.text().find("the plugin unruly did not stop within 50 ms"), std::string::npos) << status.text();
}

TEST_F(IsolatedPluginsTest, CancelIsSeenThroughTheSharedPage) {
  std::thread other([&] {
    while (services_.logged == 0) std::this_thread::yield();
    cancel_ = true;
  });
  const Status status = run(how("polite"));
  other.join();
  EXPECT_EQ(status.code(), Code::cancelled);
  cancel_ = false;
  EXPECT_TRUE(run(how("echo")).ok());
}

TEST_F(IsolatedPluginsTest, InterruptReachesTheWorker) {
  Call call(options());
  const Result<Instance> instance = Instance::create(*step_, call.raw());
  ASSERT_TRUE(instance.ok());
  std::atomic<bool> done{false};
  std::thread other([&] {
    while (!done) {
      instance->interrupt();
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  const Status status = run_on(*instance, call, how("waits"));
  done = true;
  other.join();
  EXPECT_EQ(status.code(), Code::cancelled);
  EXPECT_EQ(status.text(), "interrupted");
}

#ifndef CVG_SANITIZED
TEST_F(IsolatedPluginsTest, MemoryWithoutBoundIsALimit) {
  const Status status = run(how("eat"));
  EXPECT_EQ(status.code(), Code::limit);
  EXPECT_EQ(status.text(), "the plugin unruly needed more than 256 MiB of memory (isolation.memory_mb)");
}
#endif

TEST_F(IsolatedPluginsTest, WhatAPluginStartedEndsWithIt) {
  EXPECT_EQ(run(how("family")).code(), Code::peer_died);
  const std::size_t before = open_files();
  EXPECT_EQ(run(how("family")).code(), Code::peer_died);
  EXPECT_EQ(open_files(), before);
  // Every worker was waited for: this program has no child any more, and the group of the last one is gone, too.
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST_F(IsolatedPluginsTest, StageTravelsInFrames) {
  const Status status = run(how("stage"));
  ASSERT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(outputs_["read"].text(), "the end");
  EXPECT_EQ(outputs_["large"].integer(), (5 << 20) + 7);
}

TEST_F(IsolatedPluginsTest, StreamOfRowsArrivesAsItIs) {
  const Status status = run(how("stream").set("table", "numbers").set("batches", 3));
  ASSERT_TRUE(status.ok()) << status.text();
  EXPECT_EQ(outputs_["rows"].integer(), 9);
  EXPECT_EQ(services_.table, "numbers");
  ASSERT_EQ(services_.rows.size(), 9u);
  EXPECT_EQ(services_.rows[7][0].text(), "7");
  EXPECT_EQ(services_.rows[7][1].text(), "row 7");
  EXPECT_TRUE(services_.rows[8][1].is_null());
}

TEST_F(IsolatedPluginsTest, CrashInTheMiddleOfAStreamEndsTheStep) {
  const Status status = run(how("stream").set("table", "numbers").set("batches", 3).set("crash_at", 1));
  EXPECT_EQ(status.code(), Code::peer_died);
  EXPECT_TRUE(tells_the_end(status.text())) << status.text();
  EXPECT_LE(services_.rows.size(), 3u);
}

TEST_F(IsolatedPluginsTest, PlanThatCrashesIsToldAndCostsNothingElse) {
  Call call(options());
  const Result<Instance> instance = Instance::create(*step_, call.raw());
  ASSERT_TRUE(instance.ok());
  const std::string text = how("crash_in_plan").dump();
  const cvg_str spec = abi_text(text);
  convergence::StringOut out;
  cvg_error error = empty_abi_error();
  EXPECT_EQ(instance->table<cvg_step>().plan(instance->raw(), call.raw(), &spec, out.out(), &error), CVG_E_PEER_DIED);
  EXPECT_TRUE(tells_the_end(error.message)) << error.message;
  EXPECT_EQ(run_on(*instance, call, how("echo")).text(), "the process of the plugin unruly ended in an earlier call");
  EXPECT_TRUE(run(how("echo")).ok());
}

TEST_F(IsolatedPluginsTest, RefusalOfTheLoaderIsTold) {
  PluginConfig row;
  row.name = "twin";
  row.path = CVG_UNRULY;
  row.mode = "isolated";
  row.config = Json::object().set("nonsense", 1);
  PluginRegistry registry({"", folder_.path() + "/other", &plugins_});
  const Status status = registry.load({row});
  EXPECT_TRUE(status.text().starts_with("the plugin twin is refused: the config of its step unruly is wrong: ")) << status.text();
}

}  // namespace
}  // namespace cvg
