// Template: a checked template of a pipeline, its placeholders unresolved.  Immutable once read; shared between threads.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/config/pipeline.h"
#include "core/config/step_kinds.h"
#include "core/config/variables.h"

namespace cvg {

// What is wrong with a template, and where.
struct TemplateProblem {
  int line = 0;
  std::string field;  // "steps[1].source.uri"; empty: the template as a whole
  std::string message;
};

struct TemplateStep {
  StepSpec step;             // spec unresolved; enabled is final unless enabled_text is set
  std::string enabled_text;  // "{variable}" or empty
  bool check_late = false;   // placeholders kept its options from being checked against their schema
};

struct Template {
  std::string provider, domain, name, file;
  std::string digest;  // SHA-256 over the template and the files that it names
  std::string description, version;
  std::int64_t timeout_ms = 3600000;
  bool gate = false;
  bool declares_variables = false;
  std::vector<VariableSpec> variables;  // with an implied `date` when the template declares none
  std::vector<TemplateStep> steps;
  std::vector<std::string> named_files;  // sql_file and suite_file, below the configs folder
};

struct TemplateSource {
  std::string file;         // for messages
  std::string configs_dir;  // sql_file and suite_file are read beneath it; empty: such options are refused
  bool files_unread = false;  // such options are taken as given, with a warning that what they name was not checked
};

struct TemplateReading {
  Template content;  // whole only when problems is empty
  std::vector<TemplateProblem> problems;
  std::vector<TemplateProblem> warnings;  // what works and is probably not meant
};
// Reads and checks everything that can be checked without a request.
TemplateReading read_template(std::string_view text, const TemplateSource& source, const StepKinds& kinds);

// "file:line: field: message" of the first problem, all of them in the detail {"errors":[{line, field, message}]}.
Status status_of(const std::string& file, const std::vector<TemplateProblem>& problems);

// The JSON Schema of templates, also published as configs/schema/template.schema.json.
const Json& template_schema();
std::string_view template_schema_text();

}  // namespace cvg
