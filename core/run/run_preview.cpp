#include "core/run/run_preview.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"
#include "core/config/variables.h"

namespace cvg {
namespace {

constexpr std::string_view redacted = "[redacted]";

constexpr std::array<std::string_view, 3> trigger_names{"on_success", "on_failure", "always"};
std::string_view text_of(Trigger trigger) { return trigger_names[static_cast<std::size_t>(trigger)]; }

// Scheme and host of a web address: its path is often the secret itself.
std::string without_path(const std::string& url) {
  const std::size_t host = url.find("://") + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", host), url.size());
  const std::size_t user = url.substr(host, end - host).rfind('@');
  const std::string shown = url.substr(0, host) + (user == std::string::npos ? url.substr(host, end - host) : url.substr(host + user + 1, end - host - user - 1));
  return end + 1 < url.size() ? shown + "/" + std::string(redacted) : shown;
}

bool is_web_address(const std::string& text) {
  const std::string lower = lower_ascii(text.substr(0, 8));
  return lower.starts_with("http://") || lower.starts_with("https://");
}

Json redact(const Json& value);

Json redact_headers(const Json& headers) {
  if (!headers.is_object()) return Json(std::string(redacted));
  Json out = Json::object();
  for (const auto& [name, member] : headers.members()) out.set(name, std::string(redacted));
  return out;
}

Json redact_member(const std::string& name, const Json& member) {
  if (lower_ascii(name) == "headers") return redact_headers(member);
  return looks_secret(name) ? Json(std::string(redacted)) : redact(member);
}

Json redact(const Json& value) {
  if (value.is_object()) {
    Json out = Json::object();
    for (const auto& [name, member] : value.members()) out.set(name, redact_member(name, member));
    return out;
  }
  if (value.is_string() && is_web_address(value.text())) return Json(without_path(value.text()));
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value.items()) out.push(redact(item));
    return out;
  }
  return value;
}

// The final steps come in a wave of their own.
std::vector<std::int64_t> waves_of(Plan plan, std::size_t steps) {
  std::vector<std::int64_t> waves(steps, 0);
  for (std::int64_t wave = 1; !plan.done(); ++wave) {
    if (plan.main_is_over()) plan.begin_final_phase(true);
    const std::vector<std::size_t> ready = plan.take_ready();
    if (ready.empty() && !plan.main_is_over()) break;
    for (const std::size_t i : ready) {
      waves[i] = wave;
      plan.finished(i, StepState::complete);
    }
  }
  return waves;
}

Json step_json(const StepSpec& step, std::int64_t wave) {
  Json depends_on = Json::array();
  for (const std::string& id : step.depends_on) depends_on.push(Json(id));
  return Json::object()
      .set("step_id", step.id)
      .set("step_type", step.type)
      .set("wave", wave)
      .set("depends_on", depends_on)
      .set("trigger", std::string(text_of(step.trigger)))
      .set("on_failure", step.on_failure == OnFailure::proceed ? "continue" : "stop")
      .set("enabled", step.enabled)
      .set("max_attempts", step.retry.max_attempts)
      .set("timeout_seconds", Json::number(fmt::format("{}", static_cast<double>(step.timeout_ms) / 1000)))
      .set("config", redact(step.spec));
}

}  // namespace

Json preview_of(const Pipeline& pipeline, Plan plan) {
  Json variables = Json::object();
  for (const auto& [name, value] : pipeline.values) variables.set(name, to_json(value));
  const std::vector<std::int64_t> waves = waves_of(std::move(plan), pipeline.steps.size());
  Json steps = Json::array();
  for (std::size_t i = 0; i < pipeline.steps.size(); ++i) steps.push(step_json(pipeline.steps[i], waves[i]));
  return Json::object()
      .set("run_date", pipeline.values.at("run_date").text)
      .set("gate", pipeline.gate)
      .set("timeout_seconds", pipeline.timeout_ms / 1000)
      .set("variables", variables)
      .set("steps", steps);
}

}  // namespace cvg
