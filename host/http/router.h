// Router: which row of the route table a path belongs to.  Paths are taken apart at their slashes first and decoded then,
// part by part, so that an encoded slash never becomes a separator.  Built once; match() from any thread.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "host/http/request.h"

namespace cvg {

struct PathParameter {
  std::string_view name;  // as the pattern calls it
  std::string value;      // decoded
};

struct RouteMatch {
  enum class Kind : std::uint8_t { found, not_found, wrong_method, malformed };
  Kind kind = Kind::not_found;
  std::size_t route = 0;                  // of found: what add() was given
  std::vector<PathParameter> parameters;  // of found, in the pattern's order
  std::string allow;                      // of wrong_method, and of every OPTIONS: "GET, HEAD, OPTIONS"
};

class Router {
 public:
  Router();
  ~Router();
  Router(Router&&) noexcept;
  // pattern: "/api/v1/runs/{id}"; it must outlive the router.  A literal part wins over a parameter.
  void add(Method method, std::string_view pattern, std::size_t route);
  // HEAD finds the row of GET.  OPTIONS finds no row: kind wrong_method with allow tells what the path knows.
  RouteMatch match(Method method, std::string_view path) const;

 private:
  struct Node;
  struct Search;
  std::unique_ptr<Node> root_;
};

}  // namespace cvg
