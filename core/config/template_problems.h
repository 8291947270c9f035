// Collects what is wrong with a template, with the line of each place.  One thread.
#pragma once

#include <string>
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
  void add(const std::string& pointer, const std::string& message) {
    problems_.push_back({document_.line_of(pointer), path_of_pointer(pointer), message});
  }
  bool empty() const { return problems_.empty(); }
  std::vector<TemplateProblem> take() { return std::move(problems_); }

 private:
  const YamlDocument& document_;
  std::vector<TemplateProblem> problems_;
};

}  // namespace cvg
