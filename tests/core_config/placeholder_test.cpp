#include "core/config/placeholder.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

std::string replaced(std::string_view text) {
  const auto out = replace_placeholders(text, [](std::string_view name) -> Result<std::string> { return "<" + std::string(name) + ">"; });
  return out.ok() ? *out : out.status().text();
}

TEST(Placeholder, NamesAreReplacedAndOtherBracesStay) {
  EXPECT_EQ(replaced("a {date} b {steps.my-step.rows}"), "a <date> b <steps.my-step.rows>");
  EXPECT_EQ(replaced("^[0-9]{4}-[0-9]{2}$"), "^[0-9]{4}-[0-9]{2}$");
  EXPECT_EQ(replaced("{'a': 1} {} { x } {a-b} {9x}"), "{'a': 1} {} { x } {a-b} {9x}");
  EXPECT_EQ(replaced("{{date}"), "{date}");
  EXPECT_EQ(replaced("{{{date}"), "{<date>");
  EXPECT_EQ(replaced("{date"), "{date");
}

TEST(Placeholder, WholeTextsAndNamesAreFound) {
  EXPECT_EQ(whole_placeholder("{date}").value_or(""), "date");
  EXPECT_FALSE(whole_placeholder("{date} "));
  EXPECT_FALSE(whole_placeholder("{{date}"));
  EXPECT_EQ(placeholder_names("{a}{{b}{c}").size(), 2u);
  EXPECT_FALSE(placeholder_at("{" + std::string(300, 'a') + "}", 0));
}

}  // namespace
}  // namespace cvg
