#include "host/app/parts.h"

#include "core/base/files.h"
#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

class NoBody final : public BodySource {
 public:
  Result<std::string> read() override { return text; }
  std::string text;
};

class PartsTest : public StackFixture {
 protected:
  void SetUp() override {
    ASSERT_TRUE(make_folders(old_copy.substr(0, old_copy.rfind('/')), 0700).ok());
    ASSERT_TRUE(write_file_atomically(old_copy, "a plugin of last year").ok());
    parts = std::make_unique<Parts>(config());
    const Status started = parts->start(installation);
    ASSERT_TRUE(started.ok()) << started.log_text();
  }
  Response ask(Method method, std::string_view path, std::string body = "", std::vector<Header> headers = {}) {
    Request request;
    request.method = method;
    request.method_text = to_text(method);
    request.path = path;
    request.headers = std::move(headers);
    request.client_address = "127.0.0.1";
    NoBody source;
    source.text = std::move(body);
    return parts->dispatcher->handle(request, source);
  }
  const std::string old_copy = std::string(folder.path()) + "/data/plugins/" + std::string(64, 'a') + ".so";
  std::unique_ptr<Parts> parts;
};

TEST_F(PartsTest, ATenantIsOnboardedRunsAndAsks) {
  const Response onboarded = ask(Method::post, "/api/v1/tenants/onboard",
                                 R"({"tenant_id":"Acme","company_name":"A","admin_email":"a@example.com","subscription_plan":"SCALE"})");
  ASSERT_EQ(onboarded.status, 200) << onboarded.body;
  const Json reply = *parse_json(onboarded.body);
  EXPECT_EQ(reply["dryrun_status"].text(), "SUCCESS");
  const std::string key = reply["api_key"].text();
  EXPECT_TRUE(key.starts_with("Acme_api_"));
  const Response answer = ask(Method::post, "/api/v1/tenants/acme/query", R"({"sql":"SELECT count(*) AS n FROM x_meta_pipeline_runs"})",
                              {{"X-API-Key", key}});
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ((*parse_json(answer.body))["rows"].dump(), "[[1]]");
  EXPECT_EQ(ask(Method::get, "/health/ready").status, 200);
}

TEST_F(PartsTest, AMissingFolderOfTemplatesIsRefusedByNameBeforeAnythingIsMade) {
  ServerConfig wrong = config();
  wrong.data_dir = std::string(folder.path()) + "/other";
  wrong.configs_dirs.push_back(std::string(folder.path()) + "/templats");
  const Status status = Parts(std::move(wrong)).open_state();
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_TRUE(status.text().starts_with("configs_dirs: " + std::string(folder.path()) + "/templats is no folder")) << status.text();
  EXPECT_FALSE(path_exists(std::string(folder.path()) + "/other"));
}

TEST_F(PartsTest, CopiesOfPluginsThatAreNotConfiguredLeaveAtTheStart) {
  EXPECT_FALSE(path_exists(old_copy));
  EXPECT_TRUE(path_exists(parts->registry->plugins().front().copy_path));
}

TEST_F(PartsTest, TheMetricsShowTheRunsCounters) {
  const std::string text = ask(Method::get, "/metrics").body;
  EXPECT_NE(text.find("convergence_runs_accepted"), std::string::npos);
  EXPECT_NE(text.find("convergence_http_connections"), std::string::npos);
  EXPECT_NE(text.find("\nconvergence_mirror_lag_seconds 0\n"), std::string::npos) << "nothing waits: no tenant was onboarded";
}

}  // namespace
}  // namespace cvg
