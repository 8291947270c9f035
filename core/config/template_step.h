// TemplateStep's reader: one entry of `steps` as the common fields and the options of its kind.  One thread.
#pragma once

#include <string>

#include "core/config/template.h"
#include "core/config/template_problems.h"

namespace cvg {

// Everything but depends_on, which needs its neighbours.  row has passed the template's schema; pointer is its place.
// named_files gets what sql_file and suite_file name.
TemplateStep read_step(const Json& row, const std::string& pointer, const TemplateSource& source, const StepKinds& kinds,
                       std::vector<std::string>& named_files, TemplateProblems& problems);

// A numeral of seconds as milliseconds.
std::int64_t duration_ms(const Json& value, std::int64_t unit_ms, std::int64_t otherwise);

}  // namespace cvg
