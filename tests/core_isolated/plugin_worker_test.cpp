#include "core/isolated/plugin_worker.h"

#include <thread>

#include "core/base/digest.h"
#include "tests/core_isolated/workbench.h"

namespace cvg {
namespace {

// Waits until the process is a zombie, however long a busy machine takes.
std::string end_of(WorkerProcess& worker) {
  while (!worker.ended()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return worker.describe_end();
}

// A worker of this program, spoken to by hand.
class PluginWorkerTest : public testing::Test {
 protected:
  PluginWorkerTest() {
    spawner_.run([this] {
      Result<std::unique_ptr<WorkerProcess>> started = WorkerProcess::start(test_worker());
      ASSERT_TRUE(started.ok());
      worker_ = std::move(*started);
    });
  }
  SpawnThread spawner_;
  std::unique_ptr<WorkerProcess> worker_;
};

TEST_F(PluginWorkerTest, EndsWithTheServersSocket) {
  worker_->channel().close();
  EXPECT_TRUE(end_of(*worker_).starts_with("ended with the exit code "));
}

TEST_F(PluginWorkerTest, EndsWhenItsServerIsAnotherOne) {
  ASSERT_TRUE(worker_->channel().send(MessageType::load, Json::object().set("server_pid", 1).dump()).ok());
  EXPECT_EQ(end_of(*worker_), "ended with the exit code 1");
}

TEST_F(PluginWorkerTest, RefusesWhatIsNoPlugin) {
  const Json row = Json::object().set("plugin", "ghost").set("path", "/nowhere.so").set("sha256", std::string(64, '0')).set("config", Json::object())
                       .set("memory_mb", 256).set("server_pid", std::int64_t{::getpid()});
  ASSERT_TRUE(worker_->channel().send(MessageType::load, row.dump()).ok());
  const Result<Message> told = worker_->channel().receive();
  ASSERT_TRUE(told.ok());
  EXPECT_EQ(told->type, MessageType::loaded);
  EXPECT_NE(told->body.find("/nowhere.so"), std::string::npos);
  EXPECT_EQ(told->body.find("the plugin ghost is refused"), std::string::npos);
}

TEST_F(PluginWorkerTest, EndsWithTheThreadThatStartedIt) {
  std::unique_ptr<WorkerProcess> short_lived;
  std::thread([&] {
    short_lived = std::move(*WorkerProcess::start(test_worker()));
    const Json row = Json::object().set("plugin", "unruly").set("path", CVG_UNRULY).set("sha256", *sha256_hex_of_file(CVG_UNRULY))
                         .set("config", Json::object()).set("memory_mb", 256).set("server_pid", std::int64_t{::getpid()});
    EXPECT_TRUE(short_lived->channel().send(MessageType::load, row.dump()).ok());
    EXPECT_TRUE(short_lived->channel().receive().ok());
  }).join();
  EXPECT_EQ(end_of(*short_lived), "was ended by signal 9 (Killed)");
}

}  // namespace
}  // namespace cvg
