// OpenAPI: the document at /openapi.json, made from the route table and the schemas.
#pragma once

#include <string>
#include <string_view>

#include "core/base/json.h"

namespace cvg {

Json openapi_document(std::string_view version);
// The document's text; made once.
const std::string& openapi_text(std::string_view version);

}  // namespace cvg
