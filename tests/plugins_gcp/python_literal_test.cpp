#include "plugins/gcp/python_literal.h"

#include <gtest/gtest.h>

namespace {

std::string read(const std::string& text) { return gcp::parse_python_literal(text).dump(); }

TEST(PythonLiteral, ReadsWhatReprWrites) {
  EXPECT_EQ(read("[{'name': 'FreeTrial', 'amount': -5e-06, 'full_name': None, 'on': True}]"),
            R"([{"name":"FreeTrial","amount":-5e-06,"full_name":null,"on":true}])");
  EXPECT_EQ(read("[]"), "[]");
  EXPECT_EQ(read("{'a': (1, 2.50,), \"it's\": 'say \"x\"'}"), R"({"a":[1,2.50],"it's":"say \"x\""})");
  EXPECT_EQ(read(R"('tab\t \'q\' \xe9 \u20ac \U0001f600 \\')"), "\"tab\\t 'q' \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \\\\\"");
}

TEST(PythonLiteral, RefusesBrokenTexts) {
  for (const char* text : {"", "[", "[1", "{'a'}", "{'a': }", "'open", "[1] 2", "nan", "[1 2]", "'\\x4'", "'\\ud800'", "lambda: 1"})
    EXPECT_THROW(read(text), convergence::JsonError) << text;
  EXPECT_THROW(read(std::string(100, '[')), convergence::JsonError);
}

}  // namespace
