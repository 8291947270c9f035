#include "core/base/pattern.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

bool found(std::string_view expression, std::string_view text) {
  const Result<Pattern> pattern = Pattern::compile(expression);
  EXPECT_TRUE(pattern.ok()) << pattern.status().text();
  return pattern.ok() && pattern->found_in(text);
}

TEST(Pattern, FindsWhatItSays) {
  const struct { const char *expression, *text; bool wanted; } cases[] = {
      {"", "", true}, {"", "abc", true}, {"b", "abc", true}, {"^b", "abc", false}, {"c$", "abc", true}, {"^abc$", "abc", true},
      {"^$", "", true}, {"^$", "a", false}, {"a.c", "abc", true}, {"a.c", "a\nc", false}, {"ab*c", "ac", true}, {"ab+c", "ac", false},
      {"ab?c", "abc", true}, {"^a{2,3}$", "a", false}, {"^a{2,3}$", "aaa", true}, {"^a{2,3}$", "aaaa", false}, {"^a{2}$", "aa", true},
      {"^a{2,}$", "aaaaa", true}, {"^a{0}b$", "b", true}, {"^(ab|cd)+$", "abcdab", true}, {"^(ab|cd)+$", "abc", false},
      {"^(?:a|b)$", "b", true}, {"a|", "x", true}, {"^[a-c]+$", "abc", true}, {"^[^a-c]+$", "xyz", true}, {"^[^a-c]+$", "xbz", false},
      {"^[]a]$", "]", true}, {"^[a-]$", "-", true}, {"^[\\w.-]+$", "a_b.c-d", true}, {"^\\d{4}-\\d{2}$", "2026-05", true},
      {"^\\S+$", "a b", false}, {"\\.", "a.b", true}, {"\\.", "ab", false}, {"^a*?b", "aab", true}, {"^(a*)*$", "aaab", false},
      {"^[\\^\\]]+$", "^]", true}, {"^\\\\$", "\\", true}, {"(^a|b$)", "xb", true}, {"^[A-Za-z_][A-Za-z0-9_]{0,63}$", "cost_usage", true},
  };
  for (const auto& one : cases) EXPECT_EQ(found(one.expression, one.text), one.wanted) << one.expression << " in " << one.text;
}

TEST(Pattern, WorksOnCodePoints) {
  EXPECT_TRUE(found("^.$", "\xe2\x82\xac"));
  EXPECT_TRUE(found("^[ä-ü]$", "ö"));
  EXPECT_FALSE(found("^.{2}$", "ö"));
  EXPECT_TRUE(found("^.$", "\xff")) << "a byte that begins no code point stands for itself";
}

TEST(Pattern, WhatItDoesNotUnderstandIsAnError) {
  for (const char* expression : {"(", ")", "a)", "[", "[a", "*", "a{", "a{x}", "a{3,2}", "a{1001}", "\\", "\\b", "\\1", "(?=a)",
                                 "(?<n>a)", "[b-a]", "[\\D]", "((a{900}){900})", "+", "^*", "\\p{L}"}) {
    const Result<Pattern> pattern = Pattern::compile(expression);
    if (std::string_view(expression) == "^*") continue;  // legal, if pointless
    EXPECT_FALSE(pattern.ok()) << expression;
    EXPECT_EQ(pattern.status().code(), Code::invalid);
  }
  EXPECT_FALSE(Pattern::compile(std::string(100'000, '(')).ok()) << "bounded stack";
}

// Backtracking matchers take 2^n steps here; this one takes n * n.
TEST(Pattern, HardExpressionsTakeNoLonger) {
  std::string expression = "^";
  for (int i = 0; i < 60; ++i) expression += "a?";
  for (int i = 0; i < 60; ++i) expression += "a";
  EXPECT_TRUE(found(expression + "$", std::string(60, 'a')));
  std::string text(20'000, 'a');
  text.push_back('b');
  EXPECT_FALSE(found("^(a+)+$", text));
}

}  // namespace
}  // namespace cvg
