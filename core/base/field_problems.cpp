#include "core/base/field_problems.h"

#include <algorithm>

#include "core/base/text.h"

namespace cvg {

void FieldProblems::add(Problem problem) {
  for (const Problem& found : found_)
    if (found.field == problem.field && found.issue == problem.issue) return;
  found_.push_back(std::move(problem));
}

void FieldProblems::add(std::string field, std::string issue) {
  std::string sentence = fmt::format("{} {}", field, issue);
  add(Problem{std::move(field), std::move(issue), std::move(sentence)});
}

void FieldProblems::add_unknown(const Json& body, const std::vector<std::string_view>& known) {
  const std::string takes = join(std::vector<std::string>(known.begin(), known.end()), ", ");
  for (const auto& [name, value] : body.members())
    if (std::find(known.begin(), known.end(), name) == known.end()) add(name, "is not known here: this takes " + takes);
}

void FieldProblems::add(const Status& status) {
  if (status.ok()) return;
  const Result<Json> detail = parse_json(status.detail_json().empty() ? "{}" : status.detail_json());
  if (status.code() != Code::invalid || !detail.ok() || detail->find("field") == nullptr) {
    if (other_.ok()) other_ = status;
    return;
  }
  const Json* errors = detail->find("errors");
  if (errors == nullptr) return add(Problem{(*detail)["field"].text(), (*detail)["issue"].text(), status.text()});
  for (const Json& error : errors->items()) add(error["field"].text(), error["issue"].text());
}

Status FieldProblems::status() const {
  if (!other_.ok()) return other_;
  if (found_.empty()) return {};
  std::vector<std::string> sentences;
  Json errors = Json::array();
  for (const Problem& problem : found_) {
    sentences.push_back(problem.sentence);
    errors.push(Json::object().set("field", problem.field).set("issue", problem.issue));
  }
  Json detail = Json::object().set("field", found_.front().field).set("issue", found_.front().issue);
  if (found_.size() > 1) detail.set("errors", errors);
  return Status(Code::invalid, join(sentences, "; ")).with_detail_json(detail.dump());
}

}  // namespace cvg
