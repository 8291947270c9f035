#include "plugins/dq_check/regex_rules.h"

#include <gtest/gtest.h>

#include "tests/plugins_query/fake_host.h"

namespace dq {
namespace {

const char *const kGood[] = {"", "^arn:aws:[a-z0-9-]+:", "(a|b)*c?", "[]x]", "[^]]", "\\d{3,5}", "a{,3}", "x{", "(?i)usd", "(?:ab)+?", "(?P<n>a)", "[[:alpha:]]+",
                             "\\Q*(\\E", "a\\.b", "^$", "\\p{L}+", "(?i:a)b", "a||b", "[a\\]b]", "a{2}", "()", "[a-]"};
const char *const kBad[] = {"(", "a)", "[a", "*a", "a**", "a{1001}", "a{5,2}", "\\", "(?=a)", "(?<!a)b", "\\1", "(?>a)", "[z-a]", "a|*", "(?x)", "\\y", "+", "a{2}{3}"};

TEST(RegexRules, AgreesWithTheWarehouse) {
  cvg::FakeHost host;
  const auto accepted = [&host](const std::string &pattern) {
    try {
      host.rows("SELECT regexp_matches(x, '" + pattern + "') FROM (VALUES ('abc')) t(x)");
      return true;
    } catch (const convergence::Error &) {
      return false;
    }
  };
  for (const char *pattern : kGood) {
    EXPECT_EQ(regex_error(pattern), "") << pattern;
    EXPECT_TRUE(accepted(pattern)) << pattern;
  }
  for (const char *pattern : kBad) {
    EXPECT_NE(regex_error(pattern), "") << pattern;
    EXPECT_FALSE(accepted(pattern)) << pattern;
  }
}

TEST(RegexRules, SaysWhatIsWrong) {
  EXPECT_EQ(regex_error("(?!a)"), "look-ahead and look-behind are not known to RE2");
  EXPECT_EQ(regex_error("a**"), "a repetition of a repetition: **");
  EXPECT_EQ(regex_error("(a"), "a group is not closed: missing )");
}

}  // namespace
}  // namespace dq
