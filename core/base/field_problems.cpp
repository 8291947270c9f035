#include "core/base/field_problems.h"

#include "core/base/json.h"
#include "core/base/text.h"

namespace cvg {

Status FieldProblems::status() const {
  if (found_.empty()) return {};
  std::vector<std::string> sentences;
  Json errors = Json::array();
  for (const Problem& problem : found_) {
    sentences.push_back(fmt::format("{} {}", problem.field, problem.issue));
    errors.push(Json::object().set("field", problem.field).set("issue", problem.issue));
  }
  Json detail = Json::object().set("field", found_.front().field).set("issue", found_.front().issue);
  if (found_.size() > 1) detail.set("errors", errors);
  return Status(Code::invalid, join(sentences, "; ")).with_detail_json(detail.dump());
}

}  // namespace cvg
