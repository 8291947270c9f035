// Log: structured lines for the operator, one JSON object each, on stderr: {"time","severity","message", fields...}; the
// wall around spdlog.  Registered secrets are replaced in every line.  Any thread.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/status.h"

namespace cvg {

enum class Severity : std::uint8_t { debug, info, warning, error };
bool severity_from_text(std::string_view text, Severity& out);  // case-insensitive: debug, info, warning, error

// Replaces secrets in texts.  Secrets shorter than 6 bytes are not registered: they would eat ordinary words.
class Redactor {
 public:
  Redactor();
  ~Redactor();
  void add(std::string_view secret);
  void remove(std::string_view secret);
  std::string redact(std::string_view text) const;  // every secret becomes "[redacted]"

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// A field is a name and a value: tenant_id, request_id, run_id, step_id, plugin, trace_id...; empty values are left out.
using LogField = std::pair<std::string_view, std::string_view>;

class Log {
 public:
  // Writes to the descriptor (stderr by default; not closed).
  explicit Log(Severity least = Severity::info, int fd = 2);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  bool wants(Severity severity) const;
  void set_least(Severity severity);
  void write(Severity severity, std::string_view message, std::initializer_list<LogField> fields = {});
  void write(Severity severity, std::string_view message, const std::vector<LogField>& fields);
  void debug(std::string_view message, std::initializer_list<LogField> fields = {}) { write(Severity::debug, message, fields); }
  void info(std::string_view message, std::initializer_list<LogField> fields = {}) { write(Severity::info, message, fields); }
  void warning(std::string_view message, std::initializer_list<LogField> fields = {}) { write(Severity::warning, message, fields); }
  void error(std::string_view message, std::initializer_list<LogField> fields = {}) { write(Severity::error, message, fields); }
  Redactor& redactor() { return redactor_; }

 private:
  void write_fields(Severity severity, std::string_view message, const LogField* fields, std::size_t count);
  struct Sink;
  std::unique_ptr<Sink> sink_;
  Redactor redactor_;
};

}  // namespace cvg
