// The page at /: what this server is, whether it is ready, and a tenant's recent runs once a key is typed in.  One text
// without anything from other hosts.
#pragma once

#include <string>
#include <string_view>

#include "host/http/response.h"

namespace cvg {

std::string dashboard_page(std::string_view version);
// HTML with the headers that let it run its own scripts and nobody else's.
Response page_response(std::string html);

}  // namespace cvg
