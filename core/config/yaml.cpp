#include "core/config/yaml.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>
#include <stdexcept>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t depth_max = 64;

// A refusal with its place, thrown through yaml-cpp's parser and caught in parse_yaml.
class Refused : public std::runtime_error {
 public:
  Refused(int line, const std::string& reason) : std::runtime_error(reason), line_(line) {}
  int line() const { return line_; }

 private:
  int line_;
};

bool is_json_numeral(std::string_view text) {
  std::size_t i = text.starts_with('-') ? 1 : 0;
  const auto digits = [&] {
    const std::size_t from = i;
    while (i < text.size() && text[i] >= '0' && text[i] <= '9') ++i;
    return i - from;
  };
  const std::size_t first = i;
  const std::size_t whole = digits();
  if (whole == 0 || (whole > 1 && text[first] == '0')) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

Json plain_scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return Json();
  if (text == "true" || text == "True" || text == "TRUE") return Json(true);
  if (text == "false" || text == "False" || text == "FALSE") return Json(false);
  return is_json_numeral(text) ? Json::number(text) : Json(text);
}

// Builds the Json from the parser's events, so that duplicate keys and anchors are seen.
class Builder final : public YAML::EventHandler {
 public:
  explicit Builder(YamlDocument& document) : document_(document) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    refuse_anchor(mark, anchor);
    put(mark, Json());
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Refused(mark.line + 1, "anchors and aliases are not allowed");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    refuse_anchor(mark, anchor);
    if (tag != "?" && tag != "!" && !tag.empty()) throw Refused(mark.line + 1, "the tag " + tag + " is not allowed");
    if (awaits_key()) return take_key(mark, value);
    put(mark, tag == "!" ? Json(value) : plain_scalar(value));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::array());
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, anchor, Json::object());
  }
  void OnMapEnd() override { close(); }

 private:
  struct Level {
    Json value;
    std::string pointer, key;
    bool has_key = false;
    int line = 0;
    std::set<std::string> keys;
  };

  static void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
    if (anchor != 0) throw Refused(mark.line + 1, "anchors and aliases are not allowed");
  }
  bool awaits_key() const { return !levels_.empty() && levels_.back().value.is_object() && !levels_.back().has_key; }
  void take_key(const YAML::Mark& mark, const std::string& key) {
    Level& top = levels_.back();
    if (!top.keys.insert(key).second) throw Refused(mark.line + 1, "the key '" + key + "' stands there twice");
    top.key = key;
    top.has_key = true;
    top.line = mark.line + 1;
  }
  std::string next_pointer() const {
    if (levels_.empty()) return {};
    const Level& top = levels_.back();
    return top.pointer + '/' + (top.value.is_array() ? std::to_string(top.value.size()) : pointer_token(top.key));
  }
  // A member's line is that of its key.
  int next_line(const YAML::Mark& mark) const {
    return levels_.empty() || levels_.back().value.is_array() ? mark.line + 1 : levels_.back().line;
  }
  void open(const YAML::Mark& mark, YAML::anchor_t anchor, Json empty) {
    refuse_anchor(mark, anchor);
    if (awaits_key()) throw Refused(mark.line + 1, "a key must be text");
    if (levels_.size() >= depth_max) throw Refused(mark.line + 1, "the document is nested too deep");
    Level level;
    level.pointer = next_pointer();
    document_.lines[level.pointer] = next_line(mark);
    level.value = std::move(empty);
    levels_.push_back(std::move(level));
  }
  void close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    attach(std::move(value));
  }
  void put(const YAML::Mark& mark, Json value) {
    if (awaits_key()) throw Refused(mark.line + 1, "a key must be text");
    document_.lines[next_pointer()] = next_line(mark);
    attach(std::move(value));
  }
  void attach(Json value) {
    if (levels_.empty()) {
      document_.value = std::move(value);
      return;
    }
    Level& top = levels_.back();
    if (top.value.is_array()) {
      top.value.push(std::move(value));
    } else {
      top.value.members().emplace_back(top.key, std::move(value));
      top.has_key = false;
    }
  }

  YamlDocument& document_;
  std::vector<Level> levels_;
};

Status refusal(const std::string& name, int line, const std::string& reason) {
  return Status(Code::config, fmt::format("{}:{}: {}", name, line, reason))
      .with_detail_json(Json::object().set("line", line).set("message", reason).dump());
}

}  // namespace

std::string pointer_token(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c == '~') out += "~0";
    else if (c == '/') out += "~1";
    else out += c;
  }
  return out;
}

int YamlDocument::line_of(std::string_view pointer) const {
  while (true) {
    const auto found = lines.find(pointer);
    if (found != lines.end()) return found->second;
    if (pointer.empty()) return 1;
    const std::size_t slash = pointer.rfind('/');
    pointer = slash == std::string_view::npos ? std::string_view() : pointer.substr(0, slash);
  }
}

Result<YamlDocument> parse_yaml(std::string_view text, const std::string& name, std::size_t bytes_max) {
  if (text.size() > bytes_max) return Status(Code::config, fmt::format("{}: the file is larger than {} bytes", name, bytes_max));
  if (!is_utf8(text)) return Status(Code::config, fmt::format("{}: the file is not UTF-8", name));
  YamlDocument document;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    Builder builder(document);
    if (parser.HandleNextDocument(builder)) {
      YamlDocument second;
      Builder more(second);
      if (parser.HandleNextDocument(more)) return Status(Code::config, fmt::format("{}: the file holds a second document", name));
    }
    return document;
  } catch (const Refused& refused) {
    return refusal(name, refused.line(), refused.what());
  } catch (const YAML::Exception& error) {
    return refusal(name, error.mark.line + 1, error.msg);
  } catch (const std::exception& error) {
    return Status(Code::config, fmt::format("{}: the file could not be read as YAML", name), error.what());
  }
}

}  // namespace cvg
