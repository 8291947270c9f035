#include "core/access/scope.h"

#include <algorithm>
#include <array>

#include "core/base/json.h"
#include "core/base/text.h"

namespace cvg {
namespace {

struct Row {
  Scope scope;
  std::string_view name;
};
constexpr auto rows = std::to_array<Row>({{Scope::pipelines_read, "pipelines:read"},
                                          {Scope::pipelines_write, "pipelines:write"},
                                          {Scope::pipelines_execute, "pipelines:execute"},
                                          {Scope::data_query, "data:query"}});

Status refuse(std::string issue) {
  return Status(Code::invalid, "scopes: " + issue)
      .with_detail_json(Json::object().set("field", "scopes").set("issue", std::move(issue)).dump());
}

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

std::string_view to_text(Scope scope) {
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.scope == scope; });
  return row == rows.end() ? std::string_view() : row->name;
}

std::vector<std::string> scope_names() {
  std::vector<std::string> names{std::string(all_scopes)};
  for (const Row& row : rows) names.emplace_back(row.name);
  return names;
}

Result<std::string> join_scopes(const std::vector<std::string>& names) {
  const std::vector<std::string> known = scope_names();
  if (names.empty()) return refuse("must name at least one of " + join(known, ", "));
  for (const std::string& name : names)
    if (!holds(known, name)) return refuse("may hold only " + join(known, ", "));
  if (holds(names, all_scopes)) return std::string(all_scopes);
  std::vector<std::string> stored;
  for (const Row& row : rows)
    if (holds(names, row.name)) stored.emplace_back(row.name);
  return join(stored, ",");
}

std::vector<std::string> split_scopes(std::string_view stored) {
  std::vector<std::string> names;
  for (const std::string_view part : split(stored, ','))
    if (!trim(part).empty()) names.emplace_back(trim(part));
  return names;
}

bool grants(std::string_view stored, std::string_view scope) {
  while (!stored.empty()) {
    const std::size_t end = std::min(stored.find(','), stored.size());
    const std::string_view one = trim(stored.substr(0, end));
    if (one == all_scopes || one == scope) return true;
    stored.remove_prefix(std::min(end + 1, stored.size()));
  }
  return false;
}

}  // namespace cvg
