#include "core/config/placeholder.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 200;

bool begins_name(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_'; }
bool continues_name(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }

}  // namespace

std::optional<Placeholder> placeholder_at(std::string_view text, std::size_t at) {
  std::size_t i = at + 1;
  bool begins = true, dotted = false;
  for (; i < text.size() && i - at <= name_bytes_max && text[i] != '}'; ++i) {
    const char c = text[i];
    // Step ids may hold a hyphen, names of variables may not.
    const bool fits = begins ? begins_name(c) : continues_name(c) || (c == '.') || (dotted && c == '-');
    if (!fits) return std::nullopt;
    begins = c == '.';
    dotted = dotted || c == '.';
  }
  if (begins || i >= text.size() || text[i] != '}') return std::nullopt;
  return Placeholder{text.substr(at + 1, i - at - 1), i + 1};
}

std::vector<std::string_view> placeholder_names(std::string_view text) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') continue;
    if (i + 1 < text.size() && text[i + 1] == '{') {
      ++i;
    } else if (const auto found = placeholder_at(text, i)) {
      names.push_back(found->name);
      i = found->end - 1;
    }
  }
  return names;
}

std::optional<std::string_view> whole_placeholder(std::string_view text) {
  if (!text.starts_with('{')) return std::nullopt;
  const auto found = placeholder_at(text, 0);
  return found && found->end == text.size() ? std::optional(found->name) : std::nullopt;
}

Result<std::string> replace_placeholders(std::string_view text,
                                         const std::function<Result<std::string>(std::string_view name)>& replace) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') {
      out += text[i];
    } else if (i + 1 < text.size() && text[i + 1] == '{') {
      out += '{';
      ++i;
    } else if (const auto found = placeholder_at(text, i)) {
      CVG_ASSIGN(const std::string value, replace(found->name));
      out += value;
      i = found->end - 1;
    } else {
      out += '{';
    }
  }
  return out;
}

}  // namespace cvg
