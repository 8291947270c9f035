#include "host/http/router.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t path_parts_max = 16;

bool is_parameter(std::string_view part) { return part.size() > 2 && part.front() == '{' && part.back() == '}'; }

// The parts behind the leading slash; false: a '%' is malformed, or a part decodes to what no name may hold.
bool take_apart(std::string_view path, std::vector<std::string>& parts) {
  if (path.empty() || path.front() != '/') return false;
  if (path == "/") return true;
  for (const std::string_view raw : split(path.substr(1), '/')) {
    std::string part;
    // Names that are no text must not get as far as an answer that quotes them.
    if (!percent_decode(raw, false, part) || !is_utf8(part)) return false;
    for (const char c : part)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) return false;
    parts.push_back(std::move(part));
    if (parts.size() > path_parts_max) return true;  // longer than every pattern: it will not be found
  }
  return true;
}

}  // namespace

struct Router::Node {
  std::map<std::string, std::unique_ptr<Node>, std::less<>> literals;
  std::unique_ptr<Node> parameter;
  struct Row {
    Method method;
    std::size_t route;
    std::vector<std::string_view> names;  // of its parameters, in their order
  };
  std::vector<Row> routes;
};

// One walk down the tree; literal parts first, then the parameter.
struct Router::Search {
  const std::vector<std::string>& parts;
  std::vector<std::string> values = {};  // of the parameters on the way

  const Node* find(const Node& node, std::size_t at) {
    if (at == parts.size()) return node.routes.empty() ? nullptr : &node;
    if (const auto next = node.literals.find(parts[at]); next != node.literals.end())
      if (const Node* found = find(*next->second, at + 1)) return found;
    if (!node.parameter || parts[at].empty()) return nullptr;
    values.push_back(parts[at]);
    if (const Node* found = find(*node.parameter, at + 1)) return found;
    values.pop_back();
    return nullptr;
  }
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;
Router::Router(Router&&) noexcept = default;

void Router::add(Method method, std::string_view pattern, std::size_t route) {
  Node* node = root_.get();
  std::vector<std::string_view> names;
  if (pattern != "/") {
    for (const std::string_view part : split(pattern.substr(1), '/')) {
      std::unique_ptr<Node>* next = is_parameter(part) ? &node->parameter : &node->literals[std::string(part)];
      if (!*next) *next = std::make_unique<Node>();
      if (is_parameter(part)) names.push_back(part.substr(1, part.size() - 2));
      node = next->get();
    }
  }
  node->routes.push_back({method, route, std::move(names)});
}

RouteMatch Router::match(Method method, std::string_view path) const {
  RouteMatch match;
  std::vector<std::string> parts;
  if (!take_apart(path, parts)) {
    match.kind = RouteMatch::Kind::malformed;
    return match;
  }
  Search search{parts};
  const Node* node = search.find(*root_, 0);
  if (node == nullptr) return match;
  const Method wanted = method == Method::head ? Method::get : method;
  for (const Node::Row& row : node->routes)
    if (row.method == wanted) {
      match.kind = RouteMatch::Kind::found;
      match.route = row.route;
      for (std::size_t i = 0; i < row.names.size(); ++i) match.parameters.push_back({row.names[i], std::move(search.values[i])});
      return match;
    }
  match.kind = RouteMatch::Kind::wrong_method;
  for (const auto& [known, route, names] : node->routes) {
    match.allow.append(to_text(known)).append(", ");
    if (known == Method::get) match.allow.append("HEAD, ");
  }
  match.allow.append("OPTIONS");
  return match;
}

}  // namespace cvg
