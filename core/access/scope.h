// Scope: what a tenant's key may do.  A key holds a comma list of names, or "*" for all.  Values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

enum class Scope : std::uint8_t { none, pipelines_read, pipelines_write, pipelines_execute, data_query };

inline constexpr std::string_view all_scopes = "*";

std::string_view to_text(Scope scope);  // "pipelines:read"; none is empty
std::vector<std::string> scope_names();  // all of them, "*" too
// The comma list as it is stored: known names only, each once, in the order of the table; "*" alone when it is among them.
// Code::invalid with {"field","issue"} for an empty list and for a name that is none.
Result<std::string> join_scopes(const std::vector<std::string>& names);
std::vector<std::string> split_scopes(std::string_view stored);
// Whether the stored list grants this scope.
bool grants(std::string_view stored, std::string_view scope);

}  // namespace cvg
