#include "core/base/secret_text.h"

#include <algorithm>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::string_view mask = "[redacted]", key_infix = "_api_", scheme = "bearer ", webhook_prefix = "whsec_";
constexpr std::size_t tenant_letters_min = 3, key_letters = 16, token_letters_min = 6, webhook_letters_min = 16;

bool is_base62(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_letter(char c) { return is_base62(c) || c == '_'; }
bool is_token_letter(char c) { return is_base62(c) || std::string_view("-._~+/=").find(c) != std::string_view::npos; }

// What stands before the infix goes too, as far as it could be a tenant's id: the text may have put a name before it.
void redact_api_keys(std::string& text) {
  for (std::size_t at = text.find(key_infix); at != std::string::npos; at = text.find(key_infix, at + 1)) {
    const auto infix = text.begin() + static_cast<std::ptrdiff_t>(at), tail = infix + key_infix.size();
    const auto end = std::find_if_not(tail, text.end(), is_base62);
    const auto begin = std::find_if_not(std::make_reverse_iterator(infix), text.rend(), is_name_letter).base();
    if (static_cast<std::size_t>(end - tail) != key_letters || static_cast<std::size_t>(infix - begin) < tenant_letters_min) continue;
    at = static_cast<std::size_t>(begin - text.begin());
    text.replace(begin, end, mask);
  }
}

void redact_webhook_secrets(std::string& text) {
  for (std::size_t at = text.find(webhook_prefix); at != std::string::npos; at = text.find(webhook_prefix, at + 1)) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(at), letters = begin + webhook_prefix.size();
    const auto end = std::find_if_not(letters, text.end(), is_base62);
    if (static_cast<std::size_t>(end - letters) >= webhook_letters_min) text.replace(begin, end, mask);
  }
}

void redact_bearers(std::string& text) {
  const std::string lower = lower_ascii(text);
  std::size_t cut = 0;  // how much shorter the text has become
  for (std::size_t at = lower.find(scheme); at != std::string::npos; at = lower.find(scheme, at + 1)) {
    const std::size_t token = at + scheme.size();
    std::size_t end = token;
    while (end < lower.size() && is_token_letter(lower[end])) ++end;
    if (end - token < token_letters_min) continue;
    text.replace(token - cut, end - token, mask);
    cut += end - token - mask.size();
    at = end - 1;
  }
}

}  // namespace

std::string redact_shapes(std::string_view text) {
  std::string out(text);
  redact_api_keys(out);
  redact_webhook_secrets(out);
  redact_bearers(out);
  return out;
}

bool shows_secret(std::string_view text) { return redact_shapes(text) != text; }

Json with_texts(const Json& json, const std::function<std::string(std::string_view)>& change) {
  if (json.is_string()) return Json(change(json.text()));
  if (json.is_array()) {
    Json out = Json::array();
    for (const Json& item : json.items()) out.push(with_texts(item, change));
    return out;
  }
  if (!json.is_object()) return json;
  Json out = Json::object();
  for (const auto& [name, member] : json.members()) out.members().emplace_back(change(name), with_texts(member, change));
  return out;
}

}  // namespace cvg
