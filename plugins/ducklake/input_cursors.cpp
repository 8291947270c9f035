#include "input_cursors.h"

#include <map>
#include <string>

namespace ducklake {

void check_inputs(Engine &engine, const Json &cursors) {
  std::map<std::string, std::string> read, stored;
  std::string keys;
  for (const auto &[key, cursor] : cursors.members()) {
    const Json *input = key == "outputs" ? nullptr : cursor.find(derived_from_field);
    if (!input) continue;
    const std::string name = (*input)["key"].text();
    if (!read.emplace(name, (*input)["cursor"].dump()).second) continue;
    keys += (keys.empty() ? "" : ", ") + literal(name);
  }
  if (keys.empty()) return;
  for (const Row &row : engine.rows("SELECT cursor_key, cursor_text FROM " + quoted(lake_alias) + ".\"__cvg\".cursors WHERE cursor_key IN (" + keys + ")"))
    stored[row[0].value_or("")] = Json::parse(row[1].value_or("null")).dump();
  for (const auto &[key, cursor] : read) {
    const auto now = stored.find(key);
    if ((now == stored.end() ? Json().dump() : now->second) != cursor)
      throw Error(CVG_E_CONFLICT, "what rows were derived from was published anew meanwhile (" + key + "); they must be derived again");
  }
}

}  // namespace ducklake
