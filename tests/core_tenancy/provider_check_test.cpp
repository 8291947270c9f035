#include "core/tenancy/provider_check.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(ProviderCheck, SecretsAreTakenOutOfWhatAPluginSays) {
  const Json document = Json::parse(R"({"a":"hunter2hunter2","b":{"c":["another-secret"]},"d":"short"})");
  EXPECT_EQ(without_secrets("hunter2hunter2 is wrong, another-secret too, short stays, hunter2hunter2", document),
            "[redacted] is wrong, [redacted] too, short stays, [redacted]");
}

TEST(ProviderCheck, AProviderThatIsNotLoadedIsUnsupported) {
  PluginRegistry registry({"", ""});
  SystemClock clock;
  const auto checks = make_plugin_provider_check(registry, clock);
  EXPECT_TRUE(checks->providers().empty());
  EXPECT_EQ(checks->check("acme", "aws", Json::object()).status, "UNSUPPORTED");
}

}  // namespace
}  // namespace cvg
