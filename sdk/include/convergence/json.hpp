// json.hpp: JSON for plugins: a small document tree over rapidjson's reader.  Numerals keep their own text, so that money
// never passes through double.  C++11.  Values own their content; not thread-safe while written.
#ifndef CONVERGENCE_JSON_HPP
#define CONVERGENCE_JSON_HPP

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace convergence {

// A JSON text that cannot be read; offset is in bytes from its beginning.
class JsonError : public std::runtime_error {
 public:
  JsonError(const std::string &what, std::size_t at) : std::runtime_error(what), offset(at) {}
  std::size_t offset;
};

// One JSON value.  Members of an object keep their order; a repeated name keeps the last value.
class Json {
 public:
  enum class Type { null, boolean, number, string, array, object };
  typedef std::pair<std::string, Json> Member;

  Json() : type_(Type::null), boolean_(false) {}
  Json(const char *s) : type_(Type::string), boolean_(false), text_(s) {}
  Json(const std::string &s) : type_(Type::string), boolean_(false), text_(s) {}
  Json(bool b) : type_(Type::boolean), boolean_(b) {}
  Json(int n) : type_(Type::number), boolean_(false), text_(std::to_string(n)) {}
  Json(int64_t n) : type_(Type::number), boolean_(false), text_(std::to_string(n)) {}
  Json(uint64_t n) : type_(Type::number), boolean_(false), text_(std::to_string(n)) {}

  static Json array() { return Json(Type::array); }
  static Json object() { return Json(Type::object); }
  static Json number(const std::string &numeral) { Json j(Type::number); j.text_ = numeral; return j; }

  Type type() const { return type_; }
  bool is_null() const { return type_ == Type::null; }
  bool is_bool() const { return type_ == Type::boolean; }
  bool is_number() const { return type_ == Type::number; }
  bool is_string() const { return type_ == Type::string; }
  bool is_array() const { return type_ == Type::array; }
  bool is_object() const { return type_ == Type::object; }

  bool boolean(bool otherwise = false) const { return is_bool() ? boolean_ : otherwise; }
  // The text of a string or the numeral of a number; empty for the rest.
  const std::string &text() const { return text_; }
  std::string text_or(const std::string &otherwise) const { return is_string() || is_number() ? text_ : otherwise; }
  int64_t integer(int64_t otherwise = 0) const {
    return is_number() || is_string() ? std::strtoll(text_.c_str(), nullptr, 10) : otherwise;
  }

  const std::vector<Json> &items() const { return items_; }
  std::vector<Json> &items() { return items_; }
  const std::vector<Member> &members() const { return members_; }
  std::vector<Member> &members() { return members_; }
  std::size_t size() const { return is_array() ? items_.size() : members_.size(); }

  // The member called name, or null when this is no object or has none.
  const Json *find(const std::string &name) const {
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (members_[i].first == name) return &members_[i].second;
    return nullptr;
  }
  // The same, with a null value in place of nothing.
  const Json &operator[](const std::string &name) const {
    static const Json none;
    const Json *found = find(name);
    return found ? *found : none;
  }
  Json &set(const std::string &name, Json value) {
    type_ = Type::object;
    for (std::size_t i = 0; i < members_.size(); ++i)
      if (members_[i].first == name) { members_[i].second = std::move(value); return *this; }
    members_.push_back(Member(name, std::move(value)));
    return *this;
  }
  Json &push(Json value) {
    type_ = Type::array;
    items_.push_back(std::move(value));
    return *this;
  }

  // The line (from 1) of the parsed text on which the value stands (an object or array: begins); 0 when it was not parsed.
  uint32_t line() const { return line_; }
  void set_line(uint32_t line) { line_ = line; }

  // Compact text; strings are escaped, numerals as they came.
  std::string dump() const {
    rapidjson::StringBuffer buffer;
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    write(writer);
    return std::string(buffer.GetString(), buffer.GetSize());
  }

  // Throws JsonError.  Depth is bounded by 256; UTF-8 is checked.
  static Json parse(const char *p, std::size_t n);
  static Json parse(const std::string &text) { return parse(text.data(), text.size()); }

 private:
  explicit Json(Type t) : type_(t), boolean_(false) {}
  template <class W>
  void write(W &w) const {
    switch (type_) {
      case Type::null: w.Null(); break;
      case Type::boolean: w.Bool(boolean_); break;
      case Type::number: w.RawValue(text_.data(), text_.size(), rapidjson::kNumberType); break;
      case Type::string: w.String(text_.data(), static_cast<rapidjson::SizeType>(text_.size())); break;
      case Type::array:
        w.StartArray();
        for (std::size_t i = 0; i < items_.size(); ++i) items_[i].write(w);
        w.EndArray();
        break;
      case Type::object:
        w.StartObject();
        for (std::size_t i = 0; i < members_.size(); ++i) {
          w.Key(members_[i].first.data(), static_cast<rapidjson::SizeType>(members_[i].first.size()));
          members_[i].second.write(w);
        }
        w.EndObject();
        break;
    }
  }

  Type type_;
  bool boolean_;
  uint32_t line_ = 0;
  std::string text_;
  std::vector<Json> items_;
  std::vector<Member> members_;
};

namespace detail {

// Builds a Json tree from rapidjson's events, which come while the stream stands behind what they tell.
class JsonBuilder {
 public:
  static const std::size_t depth_max = 256;
  bool too_deep = false;
  bool lone_surrogate = false;

  JsonBuilder(const char *text, const rapidjson::MemoryStream &stream) : text_(text), stream_(stream) {}

  bool Null() { return put(Json()); }
  bool Bool(bool b) { return put(Json(b)); }
  bool Int(int n) { return put(Json(static_cast<int64_t>(n))); }
  bool Uint(unsigned n) { return put(Json(static_cast<uint64_t>(n))); }
  bool Int64(int64_t n) { return put(Json(n)); }
  bool Uint64(uint64_t n) { return put(Json(n)); }
  bool Double(double) { return false; }  // never called: numbers are read as strings
  bool RawNumber(const char *s, rapidjson::SizeType n, bool) { return put(Json::number(std::string(s, n))); }
  bool String(const char *s, rapidjson::SizeType n, bool) { return is_text(s, n) && put(Json(std::string(s, n))); }
  bool Key(const char *s, rapidjson::SizeType n, bool) {
    keys_.back().assign(s, n);
    return is_text(s, n);
  }
  bool StartObject() { return open(Json::object()); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool StartArray() { return open(Json::array()); }
  bool EndArray(rapidjson::SizeType) { return close(); }
  Json &result() { return result_; }

 private:
  // The reader lets an escaped low surrogate pass that no high one precedes: as bytes, ED A0..BF.
  bool is_text(const char *s, rapidjson::SizeType n) {
    for (rapidjson::SizeType i = 0; i + 1 < n; ++i)
      if (s[i] == '\xED' && static_cast<unsigned char>(s[i + 1]) >= 0xA0) lone_surrogate = true;
    return !lone_surrogate;
  }
  bool open(Json j) {
    if (stack_.size() >= depth_max) { too_deep = true; return false; }
    j.set_line(line());
    stack_.push_back(std::move(j));
    keys_.push_back(std::string());
    return true;
  }
  bool close() {
    Json j = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return place(std::move(j));
  }
  bool put(Json j) {
    j.set_line(line());
    return place(std::move(j));
  }
  bool place(Json j) {
    if (stack_.empty()) { result_ = std::move(j); return true; }
    Json &top = stack_.back();
    if (top.is_array()) top.items().push_back(std::move(j));
    else top.set(keys_.back(), std::move(j));
    return true;
  }
  uint32_t line() {
    for (const std::size_t at = stream_.Tell(); counted_ < at; ++counted_) line_ += text_[counted_] == '\n';
    return line_;
  }
  const char *text_;
  const rapidjson::MemoryStream &stream_;
  std::size_t counted_ = 0;
  uint32_t line_ = 1;
  Json result_;
  std::vector<Json> stack_;
  std::vector<std::string> keys_;
};

}  // namespace detail

inline Json Json::parse(const char *p, std::size_t n) {
  rapidjson::Reader reader;
  rapidjson::MemoryStream stream(p, n);
  detail::JsonBuilder builder(p, stream);
  const unsigned flags = rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag |
                         rapidjson::kParseIterativeFlag;
  const rapidjson::ParseResult ok = reader.Parse<flags>(stream, builder);
  if (builder.too_deep) throw JsonError("JSON is nested deeper than 256 levels", ok.Offset());
  if (builder.lone_surrogate) throw JsonError("an escaped surrogate stands alone in a string", ok.Offset());
  if (!ok) throw JsonError(rapidjson::GetParseError_En(ok.Code()), ok.Offset());
  return std::move(builder.result());
}

}  // namespace convergence
#endif
