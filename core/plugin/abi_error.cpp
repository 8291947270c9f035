#include <algorithm>
#include <cstddef>
#include <cstring>

#include "core/base/text.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

// The text of a fixed field: what stands before its end or its first NUL, or nothing when it is no UTF-8.
template <std::size_t N>
std::string fixed_text(const char (&field)[N]) {
  const std::string text(field, strnlen(field, N));
  return is_utf8(text) ? text : std::string();
}

// Copies as much of text as fits with its terminator, never a part of a character.
template <std::size_t N>
void put_text(std::string_view text, char (&field)[N]) {
  std::size_t n = std::min(text.size(), N - 1);
  while (n > 0 && n < text.size() && (static_cast<unsigned char>(text[n]) & 0xC0) == 0x80) --n;
  std::copy_n(text.begin(), n, field);
  field[n] = 0;
}

cvg_status abi_code(Code code) {
  if (code == Code::invalid) return CVG_E_CONFIG;
  if (code == Code::quota) return CVG_E_LIMIT;
  return traits(code).abi;
}

#define CVG_REACHES(error, field) ((error)->struct_size >= offsetof(cvg_error, field) + sizeof((error)->field))

}  // namespace

cvg_error empty_abi_error() {
  cvg_error error{};
  error.struct_size = sizeof error;
  error.retry_after_ms = -1;
  return error;
}

Status status_from_abi(cvg_status code, const cvg_error& error, const std::string& who) {
  if (code == CVG_OK) return {};
  const Code ours = code_from_abi(code);
  const std::string message = fixed_text(error.message);
  const bool shown = !message.empty() && (traits(ours).tenant_may_read || (error.flags & CVG_ERR_USER_FIXABLE) != 0);
  const std::string log = fmt::format("{}: {}", who, message.empty() ? "it failed without a message" : message);
  Status status(ours, shown ? message : who + " failed", log);
  if ((error.flags & CVG_ERR_RETRYABLE) != 0) status.with_retryable(true);
  if (error.retry_after_ms >= 0) status.with_retry_after_ms(error.retry_after_ms);
  if (const std::string detail = fixed_text(error.detail_json); !detail.empty()) {
    const Result<Json> parsed = parse_json(detail);
    if (parsed.ok() && parsed->is_object()) status.with_detail_json(detail);
  }
  return status;
}

cvg_status fill_abi_error(const Status& status, cvg_error* error) {
  const cvg_status code = abi_code(status.code());
  if (status.ok() || !error) return code;
  if (CVG_REACHES(error, code)) error->code = code;
  if (CVG_REACHES(error, flags)) {
    const bool fixable = traits(status.code()).tenant_may_read && !status.retryable();
    error->flags = 0;
    if (status.retryable()) error->flags |= CVG_ERR_RETRYABLE;
    if (fixable) error->flags |= CVG_ERR_USER_FIXABLE;
  }
  if (CVG_REACHES(error, http_status)) error->http_status = 0;
  if (CVG_REACHES(error, retry_after_ms)) error->retry_after_ms = status.retry_after_ms().value_or(-1);
  if (CVG_REACHES(error, message)) put_text(status.text(), error->message);
  if (CVG_REACHES(error, detail_json)) {
    const bool fits = status.detail_json().size() < sizeof error->detail_json;
    put_text(fits ? status.detail_json() : std::string_view(), error->detail_json);
  }
  return code;
}

}  // namespace cvg
