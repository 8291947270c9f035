#include "python_literal.h"

#include <cstdlib>

namespace gcp {
namespace {

using convergence::Json;
using convergence::JsonError;

class Parser {
 public:
  explicit Parser(const std::string &text) : text_(text) {}
  Json document() {
    Json value = read(0);
    blanks();
    if (at_ != text_.size()) fail("text follows the value");
    return value;
  }

 private:
  [[noreturn]] void fail(const char *what) const { throw JsonError(what, at_); }
  void blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t' || text_[at_] == '\r')) ++at_;
  }
  bool take(char c) {
    blanks();
    if (at_ == text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  Json read(int depth) {
    if (depth > 64) fail("nested deeper than 64 levels");
    blanks();
    if (at_ == text_.size()) fail("the text ends early");
    const char c = text_[at_];
    if (c == '[') return list(']', depth);
    if (c == '(') return list(')', depth);
    if (c == '{') return dict(depth);
    if (c == '\'' || c == '"') return Json(string());
    return word();
  }
  Json list(char end, int depth) {
    Json items = Json::array();
    ++at_;
    while (!take(end)) {
      items.push(read(depth + 1));
      if (take(',')) continue;
      if (take(end)) break;
      fail("a comma or the end of a list is missing");
    }
    return items;
  }
  Json dict(int depth) {
    Json members = Json::object();
    ++at_;
    while (!take('}')) {
      const Json key = read(depth + 1);
      if (!take(':')) fail("a colon is missing");
      members.set(key.text(), read(depth + 1));
      if (take(',')) continue;
      if (take('}')) break;
      fail("a comma or the end of a dict is missing");
    }
    return members;
  }
  std::string string() {
    const char quote = text_[at_++];
    std::string out;
    for (; at_ < text_.size() && text_[at_] != quote; ++at_) {
      if (text_[at_] == '\\') escape(out);
      else out += text_[at_];
    }
    if (at_ == text_.size()) fail("a string has no end");
    ++at_;
    return out;
  }
  // The escapes that repr writes: \\ \' \" \n \r \t \xHH \uHHHH \UHHHHHHHH.
  void escape(std::string &out) {
    if (++at_ == text_.size()) fail("a string has no end");
    const char c = text_[at_];
    const int digits = c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    if (digits == 0) {
      out += c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
      return;
    }
    const std::string hex = text_.substr(at_ + 1, static_cast<std::size_t>(digits));
    if (hex.size() != static_cast<std::size_t>(digits) || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      fail("an escape has too few digits");
    at_ += static_cast<std::size_t>(digits);
    utf8(out, std::strtoul(hex.c_str(), nullptr, 16));
  }
  void utf8(std::string &out, unsigned long code) const {
    if (code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) fail("an escape names no character");
    if (code < 0x80) { out += static_cast<char>(code); return; }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xC0, 0xE0, 0xF0};
    out += static_cast<char>(lead[more] | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
  }
  Json word() {
    const std::size_t end = text_.find_first_of(",]}): \t\r\n", at_);
    const std::string w = text_.substr(at_, end == std::string::npos ? end : end - at_);
    if (w.empty()) fail("a value is missing");
    if (w.find_first_not_of("0123456789+-.eE") != std::string::npos && w != "None" && w != "True" && w != "False")
      fail("a word that is no value");
    at_ += w.size();
    if (w == "None") return Json();
    if (w == "True" || w == "False") return Json(w == "True");
    return Json::number(w);
  }

  const std::string &text_;
  std::size_t at_ = 0;
};

}  // namespace

Json parse_python_literal(const std::string &text) { return Parser(text).document(); }

}  // namespace gcp
