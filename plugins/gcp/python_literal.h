// Python's repr of plain data as JSON: what a loader writes that prints nested fields with str().
#pragma once

#include <string>

#include <convergence/json.hpp>

namespace gcp {

// Reads "[{'name': 'x', 'amount': -5e-06, 'id': None}]": lists, tuples, dicts, strings, numbers, True, False, None.
// Numerals keep their own text.  Throws convergence::JsonError with the place of what is wrong.
convergence::Json parse_python_literal(const std::string &text);

}  // namespace gcp
