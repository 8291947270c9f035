// Collects what is wrong with a template, with the line of each place.  One thread.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/json_schema.h"
#include "core/config/template.h"
#include "core/config/yaml.h"

namespace cvg {

// "steps[2].name" as a JSON Pointer "/steps/2/name", and back.
std::string pointer_of_path(const std::string& path);
std::string path_of_pointer(const std::string& pointer);
// The value at a path of validate_schema, or null.
const Json* value_at(const Json& root, const std::string& path);

class TemplateProblems {
 public:
  explicit TemplateProblems(const YamlDocument& document) : document_(document) {}
  // From now on what lies at or below `made` is told as lying at `written`: for steps that stand in another form.
  void tell_as(const std::string& made, const std::string& written) { told_as_.emplace_back(made, written); }
  void add(const std::string& pointer, const std::string& message) {
    const std::string written = as_written(pointer);
    problems_.push_back({document_.line_of(written), path_of_pointer(written), message});
  }
  bool empty() const { return problems_.empty(); }
  std::vector<TemplateProblem> take() { return std::move(problems_); }

 private:
  std::string as_written(const std::string& pointer) const;

  const YamlDocument& document_;
  std::vector<std::pair<std::string, std::string>> told_as_;
  std::vector<TemplateProblem> problems_;
};

}  // namespace cvg
