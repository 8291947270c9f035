#include "plugins/aws/credentials.h"

#include <gtest/gtest.h>

namespace {

using convergence::Json;

std::string problem(const Json &document) {
  try {
    aws::check_credentials(document);
  } catch (const convergence::Error &error) {
    return error.what();
  }
  return "";
}

Json good() {
  return Json::object().set("access_key_id", "AKIAABCDEFGHIJKLMN23").set("secret_access_key", std::string(39, 'x') + "/");
}

TEST(AwsCredentials, KeysRolesAndSessionsAreWellFormed) {
  EXPECT_EQ(problem(good()), "");
  EXPECT_EQ(problem(Json::object().set("role_arn", "arn:aws-us-gov:iam::123456789012:role/path/reader")), "");
  EXPECT_EQ(problem(good().set("access_key_id", "ASIAABCDEFGHIJKLMN23").set("session_token", "t")), "");
}

TEST(AwsCredentials, EachFieldThatCannotBeRightIsNamedWithoutItsValue) {
  for (const auto &[field, value] : {std::pair<const char *, const char *>{"access_key_id", "AKIA1234567890123456"},
                                     {"access_key_id", "BKIAABCDEFGHIJKLMN23"}, {"secret_access_key", "hunter2hunter2"},
                                     {"role_arn", "arn:aws:iam::12:role/x"}, {"role_arn", "arn:aws"}}) {
    const std::string text = problem(good().set(field, value));
    EXPECT_NE(text.find(std::string("credentials.") + field), std::string::npos) << text;
    EXPECT_EQ(text.find(std::string(value) + " "), std::string::npos) << text;
  }
  EXPECT_NE(problem(good().set("access_key_id", "ASIAABCDEFGHIJKLMN23")).find("session_token is missing"), std::string::npos);
  EXPECT_NE(problem(Json::object()).find("access_key_id is missing"), std::string::npos);
}

}  // namespace
