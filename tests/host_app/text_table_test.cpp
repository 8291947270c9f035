#include "host/app/text_table.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(TextTable, AlignsColumnsByCodePoints) {
  const Json answer = *parse_json(
      R"({"columns":[{"name":"service"},{"name":"cost"}],"rows":[["Zürich","1.50"],["a",null],["line\nbreak",[1,2]]]})");
  EXPECT_EQ(text_table(answer),
            "service     cost\n"
            "----------  -----\n"
            "Zürich      1.50\n"
            "a           NULL\n"
            "line break  [1,2]\n");
}

TEST(TextTable, AnEmptyAnswerHasItsHeads) {
  EXPECT_EQ(text_table(*parse_json(R"({"columns":[{"name":"a"}],"rows":[]})")), "a\n-\n");
}

}  // namespace
}  // namespace cvg
