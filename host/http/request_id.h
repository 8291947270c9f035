// The id under which one request is found again: in its answer's header, its error body, the log and the run's row.
#pragma once

#include <string>
#include <string_view>

namespace cvg {

// The client's X-Request-ID when it matches [A-Za-z0-9._-]{1,128}, else a new "req_..." of our own.  Any thread.
std::string request_id_from(std::string_view header);

}  // namespace cvg
