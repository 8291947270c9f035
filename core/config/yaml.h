// YAML as the project's Json, with the line of every node: the wall around yaml-cpp, where its exceptions stop.  Plain
// scalars become null, true, false or a numeral that JSON also knows; everything else and all quoted scalars are text.
// Any thread.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct YamlDocument {
  Json value;
  std::map<std::string, int, std::less<>> lines;  // JSON Pointer ("/steps/0/source") -> line, from 1; "" is the root

  // The line of the node, or of the nearest node above it that has one.
  int line_of(std::string_view pointer) const;
};

// A reference token of a JSON Pointer: ~ and / escaped.
std::string pointer_token(std::string_view name);

// One document.  Code::config with "name:line: reason" for what is no YAML, a repeated key, a key that is no text, an
// anchor or alias, a second document, or more than bytes_max bytes; the detail holds {"line","message"} where there is one.
Result<YamlDocument> parse_yaml(std::string_view text, const std::string& name, std::size_t bytes_max = 1 << 20);

}  // namespace cvg
