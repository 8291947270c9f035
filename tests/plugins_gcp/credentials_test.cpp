#include "plugins/gcp/credentials.h"

#include <gtest/gtest.h>

namespace {

using convergence::Json;

std::string problem(const Json &document) {
  try {
    gcp::check_credentials(document);
  } catch (const convergence::Error &error) {
    return error.what();
  }
  return "";
}

Json good() {
  std::string key = "-----BEGIN PRIVATE KEY-----\nMIIE";
  for (int line = 0; line < 25; ++line) key += std::string(64, 'q') + "\n";
  key += "qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqA=\n-----END PRIVATE KEY-----\n";
  return Json::object()
      .set("type", "service_account").set("project_id", "acme-billing-1").set("private_key_id", std::string(40, 'a'))
      .set("private_key", key).set("client_email", "reader@acme-billing-1.iam.gserviceaccount.com").set("client_id", "1234")
      .set("token_uri", "https://oauth2.googleapis.com/token");
}

TEST(GcpCredentials, AKeyFileOfAServiceAccountIsWellFormed) { EXPECT_EQ(problem(good()), ""); }

TEST(GcpCredentials, EachFieldThatCannotBeRightIsNamedWithoutItsValue) {
  for (const auto &[field, value] : {std::pair<const char *, const char *>{"type", "authorized_user"}, {"project_id", "Acme!"},
                                     {"private_key_id", "zz"}, {"private_key", "hunter2hunter2"}, {"client_email", "me@example.com"},
                                     {"token_uri", "http://example.com"}}) {
    const std::string text = problem(good().set(field, value));
    EXPECT_NE(text.find(std::string("credentials.") + field), std::string::npos) << text;
    EXPECT_EQ(text.find(value), std::string::npos) << text;
  }
  EXPECT_NE(problem(Json::object().set("type", "service_account")).find("project_id is missing"), std::string::npos);
  EXPECT_NE(problem(good().set("private_key", 5)).find("must be text"), std::string::npos);
  EXPECT_NE(problem(Json()), "");
}

TEST(GcpCredentials, ACutKeyIsRefused) {
  std::string key = good()["private_key"].text();
  EXPECT_NE(problem(good().set("private_key", key.substr(0, key.size() / 2))), "");
}

}  // namespace
