// Status and Result: how every fallible function of core and host answers.  A Status carries a code, a text that a client
// may read and a text for the operator's log; what follows from the code (retry, HTTP status, ABI number) stands in one
// table in status.cpp.  Values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace cvg {

enum class Code : std::uint8_t {
  ok,
  cancelled,
  deadline,
  config,        // a configuration or template is wrong
  auth,          // missing or refused credentials
  denied,        // known, but not allowed
  not_found,
  conflict,      // somebody else changed it meanwhile, or it exists already
  rate_limited,  // too often; retry_after_ms may say when
  unavailable,   // not usable right now: disk full, store busy, remote side down
  data,          // the data is wrong: file, line and field stand in the text
  limit,         // a named limit was reached
  unsupported,
  state,         // a call outside its time
  plugin,        // a plugin failed in a way that it cannot name
  host,          // we failed in a way that we cannot name
  peer_died,     // a worker process ended
  invalid,       // a request's field is wrong (HTTP 400)
  quota,         // a plan's limit (HTTP 429)
};

struct CodeTraits {
  Code code;
  std::string_view name;   // "NOT_FOUND": stable, in errors and step rows
  bool retryable;          // the same step may succeed later
  bool tenant_may_read;    // the client text may hold the specific message
  int http_status;
  std::int32_t abi;        // cvg_status of plugin.h; -1: none
};
const CodeTraits& traits(Code code);
Code code_from_abi(std::int32_t abi);  // an unknown number is Code::plugin

class [[nodiscard]] Status {
 public:
  Status() = default;
  // text: what the client may read.  log_text: what the operator reads; empty: the same.
  Status(Code code, std::string text, std::string log_text = {})
      : code_(code), text_(std::move(text)), log_text_(std::move(log_text)) {}

  bool ok() const { return code_ == Code::ok; }
  explicit operator bool() const { return ok(); }
  Code code() const { return code_; }
  const std::string& text() const { return text_; }
  const std::string& log_text() const { return log_text_.empty() ? text_ : log_text_; }

  bool retryable() const { return retryable_.value_or(traits(code_).retryable); }
  std::optional<std::int64_t> retry_after_ms() const { return retry_after_ms_; }
  // One JSON object or empty: {"file","line","field"} of bad data, {"field","issue"} of a bad request.
  const std::string& detail_json() const { return detail_json_; }

  Status& with_retryable(bool retryable) { retryable_ = retryable; return *this; }
  Status& with_retry_after_ms(std::int64_t ms) { retry_after_ms_ = ms; return *this; }
  Status& with_detail_json(std::string json) { detail_json_ = std::move(json); return *this; }

 private:
  Code code_ = Code::ok;
  std::string text_;
  std::string log_text_;
  std::string detail_json_;
  std::optional<bool> retryable_;
  std::optional<std::int64_t> retry_after_ms_;
};

template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
  Result(Status status) : content_(std::in_place_index<1>, std::move(status)) {}  // never with an ok status

  bool ok() const { return content_.index() == 0; }
  explicit operator bool() const { return ok(); }
  T& value() & { return std::get<0>(content_); }
  const T& value() const& { return std::get<0>(content_); }
  T&& value() && { return std::get<0>(std::move(content_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T&& operator*() && { return std::move(*this).value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Status status() const { return ok() ? Status() : std::get<1>(content_); }

 private:
  std::variant<T, Status> content_;
};

}  // namespace cvg

// Returns the Status of expr from the enclosing function when it is not ok.
#define CVG_RETURN_IF_ERROR(expr)                     \
  do {                                                \
    if (::cvg::Status s_ = (expr); !s_.ok()) return s_; \
  } while (false)
#define CVG_JOIN_INNER(a, b) a##b
#define CVG_JOIN(a, b) CVG_JOIN_INNER(a, b)
// CVG_ASSIGN(auto x, f()): x is the value of f()'s Result, or the enclosing function returns its Status.
#define CVG_ASSIGN(declaration, expr) CVG_ASSIGN_INNER(declaration, expr, CVG_JOIN(result_, __LINE__))
#define CVG_ASSIGN_INNER(declaration, expr, name) \
  auto name = (expr);                             \
  if (!name.ok()) return name.status();           \
  declaration = std::move(name).value()
