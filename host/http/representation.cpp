#include "host/http/representation.h"

#include <algorithm>
#include <array>

#include "core/base/digest.h"
#include "core/base/gzip_writer.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t etag_digits = 32;
constexpr std::string_view gzip_suffix = "-gzip";
constexpr std::array<std::string_view, 3> text_types{"application/json", "text/", "application/openmetrics-text"};

std::string* header_of(Response& response, std::string_view name) {
  for (auto& [key, value] : response.headers)
    if (equals_ignoring_case(key, name)) return &value;
  return nullptr;
}

bool is_text(std::string_view content_type) {
  return std::any_of(text_types.begin(), text_types.end(), [&](std::string_view type) { return content_type.starts_with(type); });
}

// "0", "0.0", "0.000": the coding is refused.
bool is_zero_weight(std::string_view parameters) {
  for (const std::string_view parameter : split(parameters, ';')) {
    const std::string_view text = trim(parameter);
    if (text.size() < 3 || (text[0] != 'q' && text[0] != 'Q') || text[1] != '=') continue;
    const std::string_view weight = text.substr(2);
    return weight.front() == '0' && weight.find_first_of("123456789") == std::string_view::npos;
  }
  return false;
}

// The tag without what its transport added.
std::string_view core_of(std::string_view tag) {
  tag = trim(tag);
  if (tag.starts_with("W/")) tag.remove_prefix(2);
  if (tag.size() >= 2 && tag.front() == '"' && tag.back() == '"') tag = tag.substr(1, tag.size() - 2);
  if (tag.ends_with(gzip_suffix)) tag.remove_suffix(gzip_suffix.size());
  return tag;
}

// Whether the body is one of those that travel compressed to whoever takes that.
bool is_codable(Response& response, std::int64_t bytes_min) {
  if (bytes_min <= 0 || static_cast<std::int64_t>(response.body.size()) < bytes_min || !is_text(response.content_type)) return false;
  if (const std::string* caching = header_of(response, "Cache-Control"); caching && caching->find("no-store") != std::string::npos) return false;
  return header_of(response, "Content-Encoding") == nullptr;
}

void mark_coded(Response& response) {
  if (std::string* etag = header_of(response, "ETag"); etag && etag->ends_with('"')) etag->insert(etag->size() - 1, gzip_suffix);
}

}  // namespace

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<bool> named, any;
  for (const std::string_view part : split(accept_encoding, ',')) {
    const std::size_t semicolon = part.find(';');
    const std::string_view coding = trim(part.substr(0, semicolon));
    const bool taken = semicolon == std::string_view::npos || !is_zero_weight(part.substr(semicolon + 1));
    if (equals_ignoring_case(coding, "gzip") || equals_ignoring_case(coding, "x-gzip")) named = taken;
    if (coding == "*") any = taken;
  }
  return named.value_or(any.value_or(false));
}

bool names_etag(std::string_view if_none_match, std::string_view etag) {
  if (trim(if_none_match) == "*") return true;
  for (const std::string_view tag : split(if_none_match, ','))
    if (!core_of(tag).empty() && core_of(tag) == core_of(etag)) return true;
  return false;
}

void apply_etag(const Request& request, Response& response, std::int64_t gzip_bytes_min) {
  const bool reads = request.method == Method::get || request.method == Method::head;
  if (!reads || response.status != 200) return;
  const std::string etag = fmt::format("\"{}\"", sha256_hex(response.body).substr(0, etag_digits));
  response.with("ETag", etag);
  if (!names_etag(request.header("if-none-match"), etag)) return;
  if (is_codable(response, gzip_bytes_min)) {
    response.with("Vary", "Accept-Encoding");
    if (accepts_gzip(request.header("accept-encoding"))) mark_coded(response);
  }
  response.status = 304;
  response.body.clear();
}

void apply_gzip(const Request& request, Response& response, std::int64_t bytes_min) {
  if (!is_codable(response, bytes_min)) return;
  response.with("Vary", "Accept-Encoding");
  if (!accepts_gzip(request.header("accept-encoding"))) return;
  response.body = gzip(response.body);
  response.with("Content-Encoding", "gzip");
  mark_coded(response);
}

}  // namespace cvg
