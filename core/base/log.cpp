#include "core/base/log.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <array>
#include <shared_mutex>

#include "core/base/clock.h"
#include "core/base/files.h"
#include "core/base/json.h"
#include "core/base/secret_text.h"
#include "core/base/time_text.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t secret_bytes_min = 6;
constexpr std::array<std::string_view, 4> severity_names{"DEBUG", "INFO", "WARNING", "ERROR"};

spdlog::level::level_enum level_of(Severity severity) {
  constexpr std::array<spdlog::level::level_enum, 4> levels{spdlog::level::debug, spdlog::level::info,
                                                            spdlog::level::warn, spdlog::level::err};
  return levels[static_cast<std::size_t>(severity)];
}

// One write() a line, so that lines of two processes on one descriptor do not mix.
class FdSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit FdSink(int fd) : fd_(fd) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    std::string line(message.payload.data(), message.payload.size());
    line.push_back('\n');
    // A log that cannot be written must not stop the work that it tells about.
    static_cast<void>(write_fd(fd_, line));
  }
  void flush_() override {}

 private:
  int fd_;
};

// A text that JSON can carry: bytes that are no UTF-8 become question marks.
std::string printable(std::string text) {
  if (is_utf8(text)) return text;
  for (char& c : text)
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return text;
}

}  // namespace

bool severity_from_text(std::string_view text, Severity& out) {
  for (std::size_t i = 0; i < severity_names.size(); ++i) {
    if (!equals_ignoring_case(text, severity_names[i])) continue;
    out = static_cast<Severity>(i);
    return true;
  }
  return false;
}

struct Redactor::State {
  mutable std::shared_mutex mutex;
  std::vector<std::string> secrets;  // the longest first, so that a secret within another leaves no rest
};

Redactor::Redactor() : state_(std::make_unique<State>()) {}
Redactor::~Redactor() = default;

void Redactor::add(std::string_view secret) {
  if (secret.size() < secret_bytes_min) return;
  const std::unique_lock lock(state_->mutex);
  std::vector<std::string>& secrets = state_->secrets;
  if (std::find(secrets.begin(), secrets.end(), secret) != secrets.end()) return;
  const auto place = std::find_if(secrets.begin(), secrets.end(), [&](const std::string& s) { return s.size() < secret.size(); });
  secrets.emplace(place, secret);
}

void Redactor::remove(std::string_view secret) {
  const std::unique_lock lock(state_->mutex);
  std::erase(state_->secrets, secret);
}

std::string Redactor::redact(std::string_view text) const {
  std::string out(text);
  const std::shared_lock lock(state_->mutex);
  for (const std::string& secret : state_->secrets) {
    for (std::size_t at = 0; (at = out.find(secret, at)) != std::string::npos;) out.replace(at, secret.size(), "[redacted]");
  }
  return redact_shapes(out);
}

struct Log::Sink {
  spdlog::logger logger;
};

Log::Log(Severity least, int fd)
    : sink_(std::make_unique<Sink>(Sink{spdlog::logger("convergence", std::make_shared<FdSink>(fd))})) {
  set_least(least);
}
Log::~Log() = default;

bool Log::wants(Severity severity) const { return sink_->logger.should_log(level_of(severity)); }
void Log::set_least(Severity severity) { sink_->logger.set_level(level_of(severity)); }

void Log::write(Severity severity, std::string_view message, std::initializer_list<LogField> fields) {
  write_fields(severity, message, fields.begin(), fields.size());
}

void Log::write(Severity severity, std::string_view message, const std::vector<LogField>& fields) {
  write_fields(severity, message, fields.data(), fields.size());
}

void Log::write_fields(Severity severity, std::string_view message, const LogField* fields, std::size_t count) {
  if (!wants(severity)) return;
  Json line = Json::object();
  line.set("time", format_time(SystemClock().now_ms()));
  line.set("severity", std::string(severity_names[static_cast<std::size_t>(severity)]));
  line.set("message", printable(redactor_.redact(message)));
  for (std::size_t i = 0; i < count; ++i) {
    if (fields[i].second.empty()) continue;
    line.set(std::string(fields[i].first), printable(redactor_.redact(fields[i].second)));
  }
  sink_->logger.log(level_of(severity), spdlog::string_view_t(line.dump()));
}

}  // namespace cvg
