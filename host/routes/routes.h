// The route table: every operation of the server, as data.  Router, gates, OpenAPI, docs and tests walk these rows.
#pragma once

#include <span>

#include "host/routes/route.h"

namespace cvg {

std::span<const Route> routes();

}  // namespace cvg
