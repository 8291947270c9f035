#include "core/base/secret_text.h"

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::string_view mask = "[redacted]", key_infix = "_api_", scheme = "bearer ", webhook_prefix = "whsec_";
constexpr std::size_t tenant_letters_min = 3, key_letters = 16, token_letters_min = 6, webhook_letters_min = 16;

bool is_base62(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); }
bool is_name_letter(char c) { return is_base62(c) || c == '_'; }
bool is_token_letter(char c) { return is_base62(c) || std::string_view("-._~+/=").find(c) != std::string_view::npos; }

using Span = std::pair<std::size_t, std::size_t>;  // begin, end

// A random key practically never has small letters alone, the words of a name do.
bool is_random(std::string_view letters) {
  return std::any_of(letters.begin(), letters.end(), [](char c) { return c < 'a' || c > 'z'; });
}

// What stands before the infix goes too, as far as it could be a tenant's id: the text may have put a name before it. So does
// what stands right behind the key.
std::vector<Span> api_keys(std::string_view text) {
  std::vector<Span> found;
  for (std::size_t at = text.find(key_infix); at != std::string_view::npos; at = text.find(key_infix, at + 1)) {
    const std::size_t tail = at + key_infix.size(), floor = found.empty() ? 0 : found.back().second;
    std::size_t begin = at, end = tail;
    while (end < text.size() && is_base62(text[end])) ++end;
    const std::size_t letters = end - tail;
    if (letters < key_letters || (letters > key_letters && !is_random(text.substr(tail, key_letters)))) continue;
    // Not beyond the key before, so that no letter is looked at for each key behind it.
    while (begin > floor && is_name_letter(text[begin - 1])) --begin;
    const bool joins = !found.empty() && begin == floor;
    if (joins) found.back().second = end;
    else if (at - begin >= tenant_letters_min) found.emplace_back(begin, end);
  }
  return found;
}

std::vector<Span> webhook_secrets(std::string_view text) {
  std::vector<Span> found;
  for (std::size_t at = text.find(webhook_prefix); at != std::string_view::npos; at = text.find(webhook_prefix, at + 1)) {
    std::size_t end = at + webhook_prefix.size();
    while (end < text.size() && is_base62(text[end])) ++end;
    if (end - at - webhook_prefix.size() < webhook_letters_min) continue;
    if (!found.empty() && at < found.back().second) found.back().second = end;
    else found.emplace_back(at, end);
  }
  return found;
}

// A text whose percent-encoding is undone, and where in the original each letter begins; the last place is the original's end.
struct Decoded {
  std::string text;
  std::vector<std::size_t> places;
};

Decoded decode(const std::string& text) {
  Decoded out;
  for (std::size_t at = 0; at < text.size();) {
    const bool is_code = text[at] == '%' && at + 2 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at + 1])) != 0 &&
                         std::isxdigit(static_cast<unsigned char>(text[at + 2])) != 0;
    out.places.push_back(at);
    out.text.push_back(is_code ? static_cast<char>(std::stoi(text.substr(at + 1, 2), nullptr, 16)) : text[at]);
    at += is_code ? 3 : 1;
  }
  out.places.push_back(text.size());
  return out;
}

template <class Find>
void redact(std::string& text, Find find) {
  const std::vector<Span> plain = find(text);
  for (auto span = plain.rbegin(); span != plain.rend(); ++span) text.replace(span->first, span->second - span->first, mask);
  if (text.find('%') == std::string::npos) return;
  const Decoded decoded = decode(text);
  const std::vector<Span> encoded = find(decoded.text);
  for (auto span = encoded.rbegin(); span != encoded.rend(); ++span) {
    const std::size_t begin = decoded.places[span->first];
    text.replace(begin, decoded.places[span->second] - begin, mask);
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
  redact(out, api_keys);
  redact(out, webhook_secrets);
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
