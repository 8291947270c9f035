// FieldProblems: everything that is wrong with a request's fields, told at once.  A value; one thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

class FieldProblems {
 public:
  void add(std::string field, std::string issue);
  // Every member of an object that is not one of these: what nobody reads is a slip that the caller must hear of.
  void add_unknown(const Json& body, const std::vector<std::string_view>& known);
  // What a reader of one field said, with all of its own problems; nothing when it is ok.  What is no problem of a field
  // (a Code other than invalid) is the answer, whatever else is wrong.
  void add(const Status& status);
  // The value; an empty one when there is none, and then its problem is kept.
  template <class T>
  T value_of(Result<T> result) {
    if (result.ok()) return std::move(*result);
    add(result.status());
    return T();
  }
  bool empty() const { return found_.empty() && other_.ok(); }
  // ok when there are none; else Code::invalid with {"field","issue"} of the first one, and "errors" with all of them when
  // there are several.
  Status status() const;

 private:
  struct Problem {
    std::string field, issue, sentence;
  };
  void add(Problem problem);
  Status other_;
  std::vector<Problem> found_;
};

}  // namespace cvg
