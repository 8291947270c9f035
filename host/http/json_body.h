// Reads a body as JSON (api.md section 8): which content types are taken, how deep it may be, and that it is an object.
#pragma once

#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct JsonBodyRules {
  bool required = true;  // false: an empty body is an empty object
  int depth_max = 32;
};

// application/json, application/x-www-form-urlencoded (what curl says by itself) or nothing; with or without parameters.
bool is_json_content_type(std::string_view content_type);

// Code::invalid with {"field","issue"}; with {"status":415} when the content type is another one.  Any thread.
Result<Json> decode_json_body(std::string_view content_type, std::string_view body, const JsonBodyRules& rules);

}  // namespace cvg
