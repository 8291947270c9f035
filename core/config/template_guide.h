// TemplateGuide: what clients may learn of templates: which there are, what they take, and whether a text would be one.
// Any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/template_catalog.h"

namespace cvg {

constexpr std::size_t template_errors_told_max = 100;

class TemplateGuide {
 public:
  // Both outlive the guide.
  TemplateGuide(TemplateCatalog& catalog, const StepKinds& kinds) : catalog_(catalog), kinds_(kinds) {}

  // An array of {provider, domain, template, description, version, valid, problem}.
  Json list() const;
  // The same of one, with its variables, its steps and the JSON Schema of a run's body.  Code::not_found; Code::config with file,
  // line and reason for a template that is none.
  Result<Json> describe(std::string_view provider, std::string_view domain, std::string_view name) const;
  // {valid, errors, warnings} of a template's text; at most template_errors_told_max of each.  Files that it names are not read.
  Json validate(std::string_view text) const;

 private:
  TemplateCatalog& catalog_;
  const StepKinds& kinds_;
};

// The JSON Schema of the body that starts a run of the template.
Json run_body_schema(const Template& content);

}  // namespace cvg
