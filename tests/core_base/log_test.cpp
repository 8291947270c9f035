#include "core/base/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <thread>

#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/text.h"
#include "tests/fakes/temp_folder.h"

namespace cvg {
namespace {

class LogTest : public ::testing::Test {
 protected:
  LogTest() : fd_(::open(folder_.file("log").c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600)), log_(Severity::info, fd_.get()) {}
  std::vector<Json> lines() {
    std::vector<Json> found;
    const std::string content = *read_file(folder_.file("log"));
    for (const std::string_view line : split(content, '\n'))
      if (!line.empty()) found.push_back(*parse_json(line));
    return found;
  }
  TempFolder folder_;
  Fd fd_;
  Log log_;
};

TEST_F(LogTest, EveryLineIsOneJsonObject) {
  log_.warning("a \"quoted\"\nline", {{"tenant_id", "acme"}, {"run_id", ""}, {"bytes", "\xff\x01"}});
  const auto written = lines();
  ASSERT_EQ(written.size(), 1u);
  EXPECT_EQ(written[0]["severity"].text(), "WARNING");
  EXPECT_EQ(written[0]["message"].text(), "a \"quoted\"\nline");
  EXPECT_EQ(written[0]["tenant_id"].text(), "acme");
  EXPECT_EQ(written[0].find("run_id"), nullptr);
  EXPECT_EQ(written[0]["bytes"].text(), "?\x01");
  EXPECT_TRUE(written[0]["time"].text().ends_with("Z"));
}

TEST_F(LogTest, WhatIsBelowTheLevelIsLeftOut) {
  log_.debug("no");
  EXPECT_FALSE(log_.wants(Severity::debug));
  log_.set_least(Severity::error);
  log_.info("no");
  log_.error("yes");
  EXPECT_EQ(lines().size(), 1u);
  Severity severity{};
  EXPECT_TRUE(severity_from_text("Warning", severity));
  EXPECT_EQ(severity, Severity::warning);
  EXPECT_FALSE(severity_from_text("loud", severity));
}

TEST_F(LogTest, SecretsAreReplacedInMessagesAndFields) {
  log_.redactor().add("acme_api_0123456789");
  log_.redactor().add("acme_api_0123456789abcdef");
  log_.redactor().add("abc");  // too short to be a secret
  log_.info("key acme_api_0123456789abcdef!", {{"detail", "acme_api_0123456789, abc"}});
  const auto written = lines();
  EXPECT_EQ(written[0]["message"].text(), "key [redacted]!");
  EXPECT_EQ(written[0]["detail"].text(), "[redacted], abc");
  log_.redactor().remove("acme_api_0123456789abcdef");
  EXPECT_EQ(log_.redactor().redact("acme_api_0123456789abcdef"), "[redacted]abcdef");
}

TEST_F(LogTest, LinesOfManyThreadsStayWhole) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 100; ++i) log_.info(std::string(500, 'x'));
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(lines().size(), 800u);
}

}  // namespace
}  // namespace cvg
