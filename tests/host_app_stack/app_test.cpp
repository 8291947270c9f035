#include "host/app/app.h"

#include "tests/host_app_stack/stack_fixture.h"

namespace cvg {
namespace {

using AppTest = StackFixture;

TEST_F(AppTest, StartsOnAFreePortAndStopsTwice) {
  Result<std::unique_ptr<App>> app = App::start(config(), installation);
  ASSERT_TRUE(app.ok()) << app.status().log_text();
  EXPECT_TRUE((*app)->address().starts_with("127.0.0.1:"));
  EXPECT_NE((*app)->address(), "127.0.0.1:0");
  (*app)->stop();
  (*app)->stop();
}

TEST_F(AppTest, ASecondServerOnTheSameDataIsRefused) {
  Result<std::unique_ptr<App>> first = App::start(config(), installation);
  ASSERT_TRUE(first.ok()) << first.status().log_text();
  const Result<std::unique_ptr<App>> second = App::start(config(), installation);
  EXPECT_FALSE(second.ok());
}

TEST_F(AppTest, AMissingWarehouseIsNamed) {
  ServerConfig without = config();
  without.plugins.erase(without.plugins.begin());
  const Result<std::unique_ptr<App>> app = App::start(without, installation);
  ASSERT_FALSE(app.ok());
  EXPECT_NE(app.status().text().find("ducklake"), std::string::npos) << app.status().text();
}

}  // namespace
}  // namespace cvg
