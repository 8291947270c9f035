// Step `webhook`: JSON to a receiver by the host's http service, signed when the operator gave a secret.
#include <convergence/plugin.hpp>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>
#include <string>

namespace {

using convergence::Call;
using convergence::Error;
using convergence::Json;

constexpr int64_t kTimeoutSecondsDefault = 10;
constexpr uint64_t kAnswerBytesMax = 1 << 20;

const char kDescription[] = R"json({
 "summary": "Posts JSON to a receiver, or a message to Slack",
 "config_schema": {"type": "object", "additionalProperties": false, "properties": {
  "secret": {"type": "string", "description": "Key of the signature; empty: none"},
  "secret_file": {"type": "string", "description": "File that holds it"},
  "secret_env": {"type": "string", "description": "Environment variable that holds it"}}},
 "spec_schema": {
  "type": "object", "additionalProperties": false, "required": ["url"],
  "properties": {
   "url": {"type": "string", "description": "https or http"},
   "format": {"type": "string", "enum": ["json", "slack"]},
   "text": {"type": "string", "description": "The message; required for slack"},
   "body": {"type": "object", "description": "What is sent as json"},
   "headers": {"type": "object", "additionalProperties": {"type": "string"}},
   "request_timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 600, "description": "For the answer (default 10)"}
  }
 }
})json";

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::string secret_of(const Json &config) {
  if (config.find("secret")) return config["secret"].text();
  if (const Json *name = config.find("secret_env")) {
    const char *value = std::getenv(name->text().c_str());
    if (!value) throw Error(CVG_E_CONFIG, "webhook: the environment variable " + name->text() + " (secret_env) is not set");
    return value;
  }
  const Json *path = config.find("secret_file");
  if (!path) return std::string();
  std::ifstream file(path->text(), std::ios::binary);
  if (!file) throw Error(CVG_E_CONFIG, "webhook: the file of secret_file cannot be read");
  return trimmed(std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()));
}

std::string signature(const std::string &secret, const std::string &body) {
  static const char digits[] = "0123456789abcdef";
  const std::string seconds = std::to_string(static_cast<long long>(std::time(nullptr))), message = seconds + "." + body;
  unsigned char mac[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), reinterpret_cast<const unsigned char *>(message.data()),
       message.size(), mac, &size);
  std::string out = "t=" + seconds + ",v1=";
  for (unsigned i = 0; i < size; ++i) {
    out += digits[mac[i] >> 4];
    out += digits[mac[i] & 15];
  }
  return out;
}

// Retry-After in seconds or as one of the dates of HTTP, in milliseconds from now; -1: none that can be read.
int64_t retry_after_ms(const Json &headers) {
  const std::string text = headers["retry-after"].text();
  if (text.empty()) return -1;
  if (text.find_first_not_of("0123456789") == std::string::npos) return text.size() > 6 ? -1 : std::stoll(text) * 1000;
  for (const char *form : {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    std::tm at{};
    const char *end = ::strptime(text.c_str(), form, &at);
    if (end && !*end) return std::max<int64_t>(0, (static_cast<int64_t>(::timegm(&at)) - static_cast<int64_t>(std::time(nullptr))) * 1000);
  }
  return -1;
}

Error refused(int32_t status, const Json &headers) {
  const std::string words = "the receiver answered " + std::to_string(status);
  if (status >= 300 && status < 400) return Error(CVG_E_CONFIG, words + "; redirects are not followed");
  if (status == 401 || status == 403) return Error(CVG_E_AUTH, words);
  const bool later = status == 408 || status == 425 || status == 429 || status >= 500;
  if (!later) return Error(CVG_E_CONFIG, words);
  Error error(status == 429 ? CVG_E_RATE_LIMITED : CVG_E_UNAVAILABLE, words);
  const int64_t pause = retry_after_ms(headers);
  return pause < 0 ? error : error.retry_after(pause);
}

class Webhook : public convergence::Step {
 public:
  explicit Webhook(const Json &config) : secret_(secret_of(config)) {}
  static Json describe() { return Json::parse(kDescription); }

  Json plan(Call &, const Json &spec) override {
    Json errors = Json::array();
    const auto wrong = [&errors](const char *field, const char *message) {
      errors.push(Json::object().set("field", field).set("message", message));
    };
    const bool slack = spec["format"].text() == "slack";
    if (slack && !spec.find("text")) wrong("text", "a message to Slack needs a text");
    if (slack && spec.find("body")) wrong("body", "a message to Slack has a text and no body");
    if (!slack && spec.find("body") && spec.find("text")) wrong("text", "text stands in the body when one is given");
    return errors;
  }

  void run(Call &call, const Json &spec, Json &outputs) override {
    const std::string body = body_of(call, spec).dump();
    Json headers = spec["headers"].is_object() ? spec["headers"] : Json::object();
    headers.set("Content-Type", "application/json");
    if (!secret_.empty()) headers.set("X-Convergence-Signature", signature(secret_, body));
    const int64_t timeout_ms = spec["request_timeout_seconds"].integer(kTimeoutSecondsDefault) * 1000;
    const Call::HttpAnswer answer = call.http("POST", spec["url"].text(), headers, body, timeout_ms, kAnswerBytesMax);
    outputs.set("http_status", static_cast<int64_t>(answer.status));
    if (answer.status < 200 || answer.status >= 300) throw refused(answer.status, answer.headers);
  }

 private:
  static Json body_of(const Call &call, const Json &spec) {
    if (spec["format"].text() == "slack") return Json::object().set("text", spec["text"]);
    if (const Json *body = spec.find("body")) return *body;
    const Json info = call.info();
    Json body = Json::object().set("tenant_id", info["tenant"]).set("pipeline_id", info["pipeline"]).set("run_id", info["run"]);
    return body.set("run_date", info["run_date"]).set("step_id", info["step"]).set("text", spec["text"].text());
  }

  const std::string secret_;
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<Webhook>::component("webhook") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.webhook", "1.0.0",
           R"({"id":"convergence.webhook","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"webhook"}]})",
           &component)
