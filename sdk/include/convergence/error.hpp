// error.hpp: cvg_error in C++: what a plugin throws and what a failed host call becomes.  Header-only, C++11.  Values.
#ifndef CONVERGENCE_ERROR_HPP
#define CONVERGENCE_ERROR_HPP

#include <cstring>
#include <exception>
#include <string>
#include <utility>

#include "json.hpp"
#include "plugin.h"

namespace convergence {

// Sets code and message; the text is cut between two UTF-8 characters when it does not fit.
inline void set_error(cvg_error *e, cvg_status code, const char *message, std::size_t size) noexcept {
  if (!e) return;
  std::size_t n = size < sizeof e->message - 1 ? size : sizeof e->message - 1;
  while (n > 0 && n < size && (static_cast<unsigned char>(message[n]) & 0xC0) == 0x80) --n;
  e->code = code;
  std::memcpy(e->message, message, n);
  e->message[n] = 0;
}

// What a plugin throws and what a failed host call becomes.
class Error : public std::exception {
 public:
  Error(cvg_status code, std::string message, Json detail = Json()) : code_(code), flags_(0), http_status_(0),
      retry_after_ms_(-1), message_(std::move(message)), detail_(std::move(detail)) {
    if (code == CVG_E_RATE_LIMITED || code == CVG_E_UNAVAILABLE || code == CVG_E_CONFLICT) flags_ = CVG_ERR_RETRYABLE;
    if (code == CVG_E_DATA || code == CVG_E_CONFIG || code == CVG_E_AUTH || code == CVG_E_NOT_FOUND || code == CVG_E_DENIED)
      flags_ = CVG_ERR_USER_FIXABLE;
  }
  explicit Error(const cvg_error &e) : code_(e.code), flags_(e.flags), http_status_(e.http_status),
      retry_after_ms_(e.retry_after_ms), message_(e.message) {
    if (e.detail_json[0]) {
      try { detail_ = Json::parse(e.detail_json, std::strlen(e.detail_json)); } catch (const JsonError &) { detail_ = Json(); }
    }
  }
  const char *what() const noexcept override { return message_.c_str(); }
  cvg_status code() const { return code_; }
  const Json &detail() const { return detail_; }
  // The same error whose message begins with the place.
  Error at(const std::string &place) const {
    Error error(*this);
    error.message_ = place + ": " + message_;
    return error;
  }
  // The same error with other words and another detail.
  Error told(const std::string &message, const Json &detail) const {
    Error error(*this);
    error.message_ = message;
    error.detail_ = detail;
    return error;
  }
  Error &retry_after(int64_t ms) { retry_after_ms_ = ms; flags_ |= CVG_ERR_RETRYABLE; return *this; }

  // Copies into a caller-allocated error, cutting texts at a UTF-8 boundary; a detail that does not fit is left out.
  void fill(cvg_error *e) const {
    if (!e) return;
    set_error(e, code_, message_.data(), message_.size());
    e->flags = flags_;
    e->http_status = http_status_;
    e->retry_after_ms = retry_after_ms_;
    const std::string d = detail_.is_object() ? detail_.dump() : std::string();
    const std::size_t m = d.size() < sizeof e->detail_json ? d.size() : 0;
    std::memcpy(e->detail_json, d.data(), m);
    e->detail_json[m] = 0;
  }

 private:
  cvg_status code_;
  uint32_t flags_;
  int32_t http_status_;
  int64_t retry_after_ms_;
  std::string message_;
  Json detail_;
};

inline cvg_error empty_error() {
  cvg_error e;
  std::memset(&e, 0, sizeof e);
  e.struct_size = sizeof e;
  e.retry_after_ms = -1;
  return e;
}
inline void raise(cvg_status status, cvg_error &e) {
  if (status == CVG_OK) return;
  if (e.code == CVG_OK) e.code = status;
  throw Error(e);
}

}  // namespace convergence
#endif
