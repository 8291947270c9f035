// The trace that a request belongs to: its id in the header traceparent (W3C Trace Context, level 1).  Any thread.
#pragma once

#include <string>
#include <string_view>

namespace cvg {

// 32 hexadecimal digits; empty: the header is absent or malformed, and means nothing then.
std::string trace_id_from(std::string_view traceparent);

}  // namespace cvg
