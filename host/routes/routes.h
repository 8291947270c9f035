// The route table: every operation of the server, as data.  Router, gates, OpenAPI, docs and tests walk these rows.
#pragma once

#include <span>

#include "host/routes/route.h"

namespace cvg {

std::span<const Route> routes();

// Further paths of rows; made from a few rules, so that no row stands there twice.
struct RouteAlias {
  std::string path;
  std::size_t row;  // of routes()
};
std::span<const RouteAlias> route_aliases();

}  // namespace cvg
