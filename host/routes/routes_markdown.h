// The route table as a table of Markdown: docs/api.md holds it between two marks, and a test compares.
#pragma once

#include <string>

namespace cvg {

// A line per route: method, path, who may call it, which window it is charged to, what it does.
std::string routes_markdown();

}  // namespace cvg
