// Pattern: regular expressions whose search takes time in proportion to text and pattern, whatever they are, and little
// stack; std::regex promises neither.  The common subset of JSON Schema: literals, ., classes, \d \w \s and their
// negations, groups, |, * + ? {m,n}, ^ and $ (the text's ends).  Works on code points.  Compile once; any thread searches.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

class Pattern {
 public:
  // Code::invalid with the place when the expression is malformed, too large or beyond the subset.
  static Result<Pattern> compile(std::string_view expression);
  bool found_in(std::string_view text) const;  // anywhere, unless anchored
  const std::string& expression() const { return expression_; }

 private:
  struct Program;
  Pattern(std::string expression, std::shared_ptr<const Program> program)
      : expression_(std::move(expression)), program_(std::move(program)) {}
  std::string expression_;
  std::shared_ptr<const Program> program_;  // shared, because copies of a Pattern are alike and never change
  friend class PatternCompiler;
};

}  // namespace cvg
