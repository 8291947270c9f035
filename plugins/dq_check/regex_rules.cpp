#include "regex_rules.h"

#include <cctype>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <utility>

namespace dq {
namespace {

constexpr long kRepetitionsMax = 1000;  // RE2's own limit

// Reads a pattern from left to right; every function leaves at_ behind what it read; false: error_ says why.
class Reader {
 public:
  explicit Reader(const std::string &pattern) : p_(pattern) {}

  std::string read() {
    while (at_ < p_.size())
      if (!one()) return std::move(error_);
    return depth_ == 0 ? "" : "a group is not closed: missing )";
  }

 private:
  bool fail(const char *why, std::string_view part = {}) {
    error_ = why;
    if (!part.empty()) error_.append(": ").append(part);
    return false;
  }
  std::string_view part(std::size_t at, std::size_t n) const { return std::string_view(p_).substr(at, n); }

  bool one() {
    const char c = p_[at_];
    if (c == '\\') return escape();
    if (c == '[') return bracket();
    if (c == '(') return group();
    if (c == ')') return close();
    if (c == '*' || c == '+' || c == '?' || c == '{') return repetition();
    repeatable_ = c != '|';
    doubled_ = false;
    ++at_;
    return true;
  }

  bool escape() {
    if (at_ + 1 == p_.size()) return fail("it ends in a backslash");
    const char c = p_[at_ + 1];
    if (c >= '1' && c <= '9') return fail("back references are not known to RE2");
    if (std::isalpha(static_cast<unsigned char>(c)) && !std::strchr("abABCdDsSwWfntrvxpPQEz", c))
      return fail("this escape is not known to RE2", part(at_, 2));
    if (c == 'Q') {
      const std::size_t end = p_.find("\\E", at_ + 2);
      at_ = end == std::string::npos ? p_.size() : end + 2;
    } else {
      at_ += 2;
    }
    repeatable_ = true;
    doubled_ = false;
    return true;
  }

  bool bracket() {
    std::size_t i = at_ + 1;
    if (i < p_.size() && p_[i] == '^') ++i;
    if (i < p_.size() && p_[i] == ']') ++i;
    while (i < p_.size() && p_[i] != ']') {
      if (p_[i] == '\\') {
        ++i;
      } else if (p_.compare(i, 2, "[:") == 0) {
        const std::size_t end = p_.find(":]", i);
        if (end != std::string::npos) i = end + 1;
      } else if (i + 2 < p_.size() && p_[i + 1] == '-' && p_[i + 2] != ']' && p_[i + 2] != '\\' && p_[i + 2] != '[' &&
                 static_cast<unsigned char>(p_[i]) > static_cast<unsigned char>(p_[i + 2])) {
        return fail("this range runs backwards", part(i, 3));
      }
      ++i;
    }
    if (i >= p_.size()) return fail("a character class is not closed: missing ]");
    at_ = i + 1;
    repeatable_ = true;
    doubled_ = false;
    return true;
  }

  bool group() {
    ++at_;
    ++depth_;
    repeatable_ = doubled_ = false;
    if (at_ >= p_.size() || p_[at_] != '?') return true;
    for (const char *look : {"?=", "?!", "?<=", "?<!"})
      if (p_.compare(at_, std::strlen(look), look) == 0) return fail("look-ahead and look-behind are not known to RE2");
    if (p_.compare(at_, 2, "?>") == 0) return fail("atomic groups are not known to RE2");
    const bool named = p_.compare(at_, 3, "?P<") == 0 || p_.compare(at_, 2, "?<") == 0;
    const std::size_t end = named ? p_.find('>', at_) : p_.find_first_not_of("?imsU-", at_);
    if (end == std::string::npos || (!named && p_[end] != ':' && p_[end] != ')')) return fail("this kind of group is not known to RE2", part(at_, 3));
    at_ = named || p_[end] == ':' ? end + 1 : end;
    return true;
  }

  bool close() {
    if (depth_-- == 0) return fail("a ) closes no group");
    ++at_;
    repeatable_ = true;
    doubled_ = false;
    return true;
  }

  bool repetition() {
    const std::size_t begin = at_;
    if (p_[at_] == '{') {
      char *end = nullptr;
      const long least = std::strtol(p_.c_str() + at_ + 1, &end, 10);
      const bool digits = end != p_.c_str() + at_ + 1 && std::isdigit(static_cast<unsigned char>(p_[at_ + 1]));
      long most = least;
      if (digits && *end == ',') most = std::isdigit(static_cast<unsigned char>(end[1])) ? std::strtol(end + 1, &end, 10) : (++end, least);
      if (!digits || *end != '}') {  // a brace that repeats nothing is a plain character
        ++at_;
        repeatable_ = true;
        doubled_ = false;
        return true;
      }
      if (least > kRepetitionsMax || most > kRepetitionsMax) return fail("a repetition is larger than RE2's limit of 1000");
      if (least > most) return fail("a repetition's minimum is larger than its maximum");
      at_ = static_cast<std::size_t>(end - p_.c_str()) + 1;
    } else {
      ++at_;
    }
    if (doubled_) return fail("a repetition of a repetition", part(begin - 1, 2));
    if (!repeatable_) return fail("nothing stands before a repetition", part(begin, 1));
    if (at_ < p_.size() && p_[at_] == '?') ++at_;
    doubled_ = true;
    return true;
  }

  const std::string &p_;
  std::string error_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool repeatable_ = false;  // something stands here that a repetition may repeat
  bool doubled_ = false;     // that something is a repetition itself
};

}  // namespace

std::string regex_error(const std::string &pattern) { return Reader(pattern).read(); }

}  // namespace dq
