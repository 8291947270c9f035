#include "host/http/trace.h"

#include <algorithm>

namespace cvg {
namespace {

constexpr std::size_t version_digits = 2, trace_digits = 32, parent_digits = 16, flags_digits = 2;
constexpr std::size_t bytes_of_version_0 = version_digits + 1 + trace_digits + 1 + parent_digits + 1 + flags_digits;

bool is_hex(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool is_zero(std::string_view text) { return text.find_first_not_of('0') == std::string_view::npos; }

}  // namespace

std::string trace_id_from(std::string_view traceparent) {
  if (traceparent.size() < bytes_of_version_0) return {};
  const std::string_view version = traceparent.substr(0, version_digits);
  const std::string_view trace = traceparent.substr(version_digits + 1, trace_digits);
  const std::string_view parent = traceparent.substr(version_digits + 1 + trace_digits + 1, parent_digits);
  const std::string_view flags = traceparent.substr(bytes_of_version_0 - flags_digits, flags_digits);
  for (const std::size_t dash : {version_digits, version_digits + 1 + trace_digits, bytes_of_version_0 - flags_digits - 1})
    if (traceparent[dash] != '-') return {};
  // Later versions may say more behind a dash; version 0 may not, and version ff is none.
  const bool is_longer = traceparent.size() > bytes_of_version_0;
  if (is_longer && (version == "00" || traceparent[bytes_of_version_0] != '-')) return {};
  if (!is_hex(version) || version == "ff" || !is_hex(trace) || !is_hex(parent) || !is_hex(flags)) return {};
  if (is_zero(trace) || is_zero(parent)) return {};
  return std::string(trace);
}

}  // namespace cvg
