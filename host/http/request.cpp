#include "host/http/request.h"

#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

struct MethodName {
  Method method;
  std::string_view text;
};
constexpr std::array<MethodName, 7> method_names{{{Method::get, "GET"},
                                                  {Method::head, "HEAD"},
                                                  {Method::post, "POST"},
                                                  {Method::put, "PUT"},
                                                  {Method::patch, "PATCH"},
                                                  {Method::del, "DELETE"},
                                                  {Method::options, "OPTIONS"}}};

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

Method method_from_text(std::string_view text) {
  for (const MethodName& row : method_names)
    if (row.text == text) return row.method;
  return Method::other;
}

std::string_view to_text(Method method) {
  for (const MethodName& row : method_names)
    if (row.method == method) return row.text;
  return "OTHER";
}

std::string_view Request::header(std::string_view name) const {
  for (const Header& header : headers)
    if (equals_ignoring_case(header.name, name)) return header.value;
  return {};
}

std::optional<std::string> Request::parameter(std::string_view name) const {
  std::string decoded;
  for (const std::string_view part : split(query, '&')) {
    const std::size_t equals = part.find('=');
    if (!percent_decode(part.substr(0, equals), true, decoded) || decoded != name) continue;
    if (equals == std::string_view::npos) return std::string();
    if (percent_decode(part.substr(equals + 1), true, decoded)) return decoded;
  }
  return std::nullopt;
}

bool percent_decode(std::string_view text, bool plus_is_blank, std::string& out) {
  out.clear();
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_blank) {
      out.push_back(' ');
    } else if (text[i] != '%') {
      out.push_back(text[i]);
    } else {
      if (i + 2 >= text.size()) return false;
      const int high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return false;
      out.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
  }
  return true;
}

}  // namespace cvg
