// FieldProblems: everything that is wrong with a request's fields, told at once.  A value; one thread.
#pragma once

#include <string>
#include <vector>

#include "core/base/status.h"

namespace cvg {

class FieldProblems {
 public:
  void add(std::string field, std::string issue) { found_.push_back({std::move(field), std::move(issue)}); }
  bool empty() const { return found_.empty(); }
  // ok when there are none; else Code::invalid with {"field","issue"} of the first one, and "errors" with all of them when
  // there are several.
  Status status() const;

 private:
  struct Problem {
    std::string field, issue;
  };
  std::vector<Problem> found_;
};

}  // namespace cvg
