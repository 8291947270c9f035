// Query parameters that several routes read alike.  Code::invalid with {"field","issue"}.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "host/http/request.h"

namespace cvg {

Status parameter_error(std::string_view field, std::string issue);
// Code::invalid, naming the parameter, when the query is not properly percent-encoded UTF-8 text: a wish that cannot be read
// is not one that is absent.
Status check_query(std::string_view query);
// An RFC 3339 time; absent: out stays.
Status read_time_parameter(const Request& request, std::string_view name, std::int64_t& out_ms);
// `limit`, from 1 to max.
Result<int> read_limit_parameter(const Request& request, int otherwise, int max);

}  // namespace cvg
