#include "plugins/azure/credentials.h"

#include <gtest/gtest.h>

namespace {

using convergence::Json;

std::string problem(const Json &document) {
  try {
    azure::check_credentials(document);
  } catch (const convergence::Error &error) {
    return error.what();
  }
  return "";
}

constexpr const char *guid = "0f8fad5b-d9cb-469f-a165-70867728950e";

Json good() { return Json::object().set("tenant_id", guid).set("client_id", guid).set("client_secret", "abc~DEF.123"); }

TEST(AzureCredentials, AnApplicationWithASecretIsWellFormed) {
  EXPECT_EQ(problem(good()), "");
  EXPECT_EQ(problem(good().set("subscription_id", guid)), "");
}

TEST(AzureCredentials, EachFieldThatCannotBeRightIsNamedWithoutItsValue) {
  for (const auto &[field, value] : {std::pair<const char *, const char *>{"tenant_id", "acme.onmicrosoft"},
                                     {"client_id", "0f8fad5bd9cb-469f-a165-70867728950e1"}, {"client_secret", "has a blank"},
                                     {"subscription_id", "zf8fad5b-d9cb-469f-a165-70867728950e"}}) {
    const std::string text = problem(good().set(field, value));
    EXPECT_NE(text.find(std::string("credentials.") + field), std::string::npos) << text;
    EXPECT_EQ(text.find(value), std::string::npos) << text;
  }
  EXPECT_NE(problem(Json::object().set("tenant_id", guid)).find("client_id is missing"), std::string::npos);
}

}  // namespace
