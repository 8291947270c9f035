#include "core/base/json_members.h"

#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

#include <set>
#include <vector>

namespace cvg {
namespace {

// Keeps the names of the objects that are open; a name that is there already ends the reading.
class NameReader : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, NameReader> {
 public:
  std::optional<std::string> repeated;

  bool StartObject() {
    open_.emplace_back();
    return true;
  }
  bool EndObject(rapidjson::SizeType) {
    open_.pop_back();
    return true;
  }
  bool Key(const char* text, rapidjson::SizeType bytes, bool) {
    std::string name(text, bytes);
    if (open_.back().insert(name).second) return true;
    repeated = std::move(name);
    return false;
  }

 private:
  std::vector<std::set<std::string>> open_;
};

}  // namespace

std::optional<std::string> repeated_member(std::string_view text) {
  rapidjson::MemoryStream stream(text.data(), text.size());
  rapidjson::Reader reader;
  NameReader names;
  reader.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag>(stream, names);
  return std::move(names.repeated);
}

}  // namespace cvg
