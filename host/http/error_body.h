// The one shape of every error answer (api.md section 1): {"error", "message", "detail", "code", "details"?, "retry_after"?,
// "request_id"}.  What each HTTP status is called stands in one table.  Never internal text on a 5xx.  Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"
#include "host/http/response.h"

namespace cvg {

struct ErrorClass {
  int status;
  std::string_view error;    // "Not found"
  std::string_view code;     // "NOT_FOUND": when the cause names none of its own
  std::string_view message;  // when the cause has none, and always on a status that hides its cause
  bool hides_cause;
};
const ErrorClass& error_class(int status);  // an unknown status is that of 500

struct ErrorText {
  std::string message;  // empty: the class's
  std::string code;     // empty: the class's
  Json details;         // null: none
  std::optional<std::int64_t> retry_after_s;
};

// Sets Retry-After where a retry is foreseen (429, 503), WWW-Authenticate on 401.
Response error_response(int status, const ErrorText& text, std::string_view request_id);

// The answer to a failed call of core: the status from the code's table; "code" and "status" members of the detail win.
Response error_response(const Status& status, std::string_view request_id);

}  // namespace cvg
