#include "core/plugin/source_uri.h"

#include <algorithm>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::string_view schemes[] = {"file", "sample", "s3", "gs", "http", "https"};

Status invalid(std::string_view why) { return Status(Code::invalid, fmt::format("the source's URI is wrong: {}", why)); }

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// A segment with its %XX decoded.  What decodes to a separator would be read in two ways, so it is refused.
Result<std::string> decode(std::string_view raw) {
  std::string out;
  for (std::size_t i = 0; i < raw.size(); ++i) {
    char c = raw[i];
    if (c == '%') {
      const int high = i + 1 < raw.size() ? hex_value(raw[i + 1]) : -1;
      const int low = i + 2 < raw.size() ? hex_value(raw[i + 2]) : -1;
      if (high < 0 || low < 0) return invalid("a % is not followed by two hexadecimal digits");
      c = static_cast<char>(high * 16 + low);
      if (c == '/') return invalid("a / is written as %2F");
      i += 2;
    }
    if (is_control(c)) return invalid("it holds a control character");
    out.push_back(c);
  }
  if (!is_utf8(out)) return invalid("it is no UTF-8");
  if (out == "." || out == "..") return invalid("it holds a part '.' or '..'");
  return out;
}

Status read_authority(std::string_view text, SourceUri& uri) {
  if (uri.scheme == "file") {
    if (text.empty() || equals_ignoring_case(text, "localhost")) return Status();
    return invalid(fmt::format("a file is on this machine, not on '{}' (write file:///folder)", text));
  }
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._{}";
  const std::string_view host = text.substr(0, text.find(':'));
  const std::string_view port = text.substr(host.size());
  const bool named = host.find_first_not_of(letters) == std::string_view::npos && !host.starts_with('.');
  const bool numbered = port.empty() || (port.size() > 1 && port.size() < 7 && port.substr(1).find_first_not_of("0123456789") == std::string_view::npos);
  if (!named || !numbered) return invalid(fmt::format("'{}' is no name of a bucket or host", text));
  if (uri.scheme == "sample") {
    if (!host.empty()) uri.segments.emplace_back(host);
    return port.empty() ? Status() : invalid("a sample has no port");
  }
  if (host.empty()) return invalid("it names no bucket or host");
  uri.authority = lower_ascii(text);
  return Status();
}

}  // namespace

Result<SourceUri> parse_source_uri(std::string_view text) {
  if (text.size() > source_uri_bytes_max)
    return Status(Code::limit, fmt::format("a source's URI has at most {} bytes (source_uri_bytes_max)", source_uri_bytes_max));
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return invalid("it does not begin with a scheme, as in file:///folder");
  SourceUri uri;
  uri.scheme = lower_ascii(text.substr(0, colon));
  if (std::find(std::begin(schemes), std::end(schemes), uri.scheme) == std::end(schemes))
    return invalid("its scheme is none of file, sample, s3, gs, http, https");
  std::string_view rest = text.substr(colon + 3);
  if (rest.find_first_of("?#") != std::string_view::npos) return invalid("it holds a ? or #; in a name write %3F or %23");
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  CVG_RETURN_IF_ERROR(read_authority(rest.substr(0, slash), uri));
  for (const std::string_view raw : split(rest.substr(slash), '/')) {
    CVG_ASSIGN(std::string segment, decode(raw));
    if (!segment.empty()) uri.segments.push_back(std::move(segment));
  }
  return uri;
}

std::string join_path(const std::vector<std::string>& segments, std::size_t begin, std::size_t end) {
  std::string path;
  for (std::size_t i = begin; i < end; ++i) path.append("/").append(segments[i]);
  return path;
}

}  // namespace cvg
