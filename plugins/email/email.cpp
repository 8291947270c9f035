// Step `email`: a message by SMTP; the wall around libcurl of this plugin.
#include <convergence/plugin.hpp>
#include <curl/curl.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "message.h"

namespace {

using convergence::Call;
using convergence::Error;
using convergence::Json;

const char kDescription[] = R"json({
 "summary": "Sends a message by SMTP",
 "config_schema": {"type": "object", "additionalProperties": false, "properties": {
  "host": {"type": "string", "description": "The mail server"},
  "port": {"type": "integer", "minimum": 1, "maximum": 65535, "description": "587 by default"},
  "tls": {"type": "string", "enum": ["starttls", "tls", "none"], "description": "starttls by default"},
  "ca_file": {"type": "string", "description": "Trusted certificates; the system's by default"},
  "user": {"type": "string"}, "password": {"type": "string"},
  "password_file": {"type": "string"}, "password_env": {"type": "string"},
  "from": {"type": "string", "description": "The sender's address"},
  "timeout_seconds": {"type": "integer", "minimum": 1, "maximum": 600, "description": "For the exchange (default 30)"}}},
 "spec_schema": {
  "type": "object", "additionalProperties": false, "required": ["to", "subject"],
  "properties": {
   "to": {"type": "array", "minItems": 1, "maxItems": 50, "items": {"type": "string"}},
   "cc": {"type": "array", "maxItems": 50, "items": {"type": "string"}},
   "subject": {"type": "string"},
   "body": {"type": "string", "description": "Plain text; what is known of the run without one"}
  }
 }
})json";

struct EasyDeleter {
  void operator()(CURL *handle) const { curl_easy_cleanup(handle); }
};
struct ListDeleter {
  void operator()(curl_slist *list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, ListDeleter>;

void add(List &list, const std::string &line) {
  curl_slist *longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw Error(CVG_E_LIMIT, "out of memory");
  static_cast<void>(list.release());
  list.reset(longer);
}

std::string password_of(const Json &config) {
  if (config.find("password")) return config["password"].text();
  if (const Json *name = config.find("password_env")) {
    const char *value = std::getenv(name->text().c_str());
    if (!value) throw Error(CVG_E_CONFIG, "email: the environment variable " + name->text() + " (password_env) is not set");
    return value;
  }
  const Json *path = config.find("password_file");
  if (!path) return std::string();
  std::ifstream file(path->text(), std::ios::binary);
  if (!file) throw Error(CVG_E_CONFIG, "email: the file of password_file cannot be read");
  std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  return text;
}

std::vector<std::string> texts(const Json &list) {
  std::vector<std::string> out;
  for (const Json &item : list.items()) out.push_back(item.text());
  return out;
}

struct Upload {
  const std::string &text;
  std::size_t at;
};
std::size_t give(char *buffer, std::size_t size, std::size_t count, void *user) {
  auto &upload = *static_cast<Upload *>(user);
  const std::size_t n = std::min(size * count, upload.text.size() - upload.at);
  std::memcpy(buffer, upload.text.data() + upload.at, n);
  upload.at += n;
  return n;
}
int stop_when_cancelled(void *user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const Call *>(user)->cancelled() ? 1 : 0;
}

Error failure(CURLcode code, long answer, const std::string &host) {
  if (code == CURLE_ABORTED_BY_CALLBACK) return Error(CVG_E_CANCELLED, "cancelled");
  if (code == CURLE_LOGIN_DENIED) return Error(CVG_E_AUTH, host + " refused the login");
  if (code == CURLE_USE_SSL_FAILED) return Error(CVG_E_CONFIG, host + " offers no STARTTLS, and tls: starttls demands it");
  if (code == CURLE_PEER_FAILED_VERIFICATION) return Error(CVG_E_CONFIG, "the certificate of " + host + " is not trusted (ca_file)");
  const std::string number = answer > 0 ? " (" + std::to_string(answer) + ")" : std::string();
  const std::string words = host + ": " + curl_easy_strerror(code) + number;
  if (answer >= 500 && answer < 600) return Error(CVG_E_CONFIG, words);
  return Error(CVG_E_UNAVAILABLE, words);
}

class Email : public convergence::Step {
 public:
  explicit Email(const Json &config) : config_(config), password_(password_of(config)) {
    static const CURLcode once = curl_global_init(CURL_GLOBAL_DEFAULT);
    static_cast<void>(once);
  }
  static Json describe() { return Json::parse(kDescription); }

  void run(Call &call, const Json &spec, Json &outputs) override {
    if (config_["host"].text().empty()) throw Error(CVG_E_CONFIG, "no mail server is configured: the plugin email needs host and from in server.yml");
    const Json info = call.info();
    Message message;
    message.from = config_["from"].text();
    message.to = texts(spec["to"]);
    message.cc = texts(spec["cc"]);
    message.subject = spec["subject"].text();
    message.body = spec.find("body") ? spec["body"].text() : standard_body(info);
    // The same on every attempt, so that a mailbox shows a message once that was sent twice.
    message.id = info["run"].text() + "." + info["step"].text() + "@convergence";
    message.unix_seconds = static_cast<int64_t>(std::time(nullptr));
    const std::string fault = message_fault(message);
    if (!fault.empty()) throw Error(CVG_E_CONFIG, "the message cannot be sent: " + fault);
    send(call, message);
    outputs.set("recipients", static_cast<int64_t>(message.to.size() + message.cc.size())).set("message_id", message.id);
  }

 private:
  static std::string standard_body(const Json &info) {
    return "Pipeline: " + info["pipeline"].text() + "\nRun: " + info["run"].text() + "\nDate: " + info["run_date"].text() +
           "\nTenant: " + info["tenant"].text() + "\n";
  }

  void send(const Call &call, const Message &message) const {
    const std::unique_ptr<CURL, EasyDeleter> handle(curl_easy_init());
    if (!handle) throw Error(CVG_E_LIMIT, "out of memory");
    const std::string tls = config_["tls"].text().empty() ? "starttls" : config_["tls"].text(), host = config_["host"].text();
    const std::string url = (tls == "tls" ? "smtps://" : "smtp://") + host + ":" + std::to_string(config_["port"].integer(587));
    const std::string text = message_text(message), from = "<" + message.from + ">";
    Upload upload{text, 0};
    List recipients;
    for (const std::vector<std::string> *list : {&message.to, &message.cc})
      for (const std::string &address : *list) add(recipients, "<" + address + ">");
    const auto set = [&](CURLoption option, auto value) { static_cast<void>(curl_easy_setopt(handle.get(), option, value)); };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    set(CURLOPT_PROXY, "");
    set(CURLOPT_USE_SSL, static_cast<long>(tls == "none" ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!config_["ca_file"].text().empty()) set(CURLOPT_CAINFO, config_["ca_file"].text().c_str());
    if (!config_["user"].text().empty()) {
      set(CURLOPT_USERNAME, config_["user"].text().c_str());
      set(CURLOPT_PASSWORD, password_.c_str());
    }
    set(CURLOPT_MAIL_FROM, from.c_str());
    set(CURLOPT_MAIL_RCPT, recipients.get());
    set(CURLOPT_READFUNCTION, &give);
    set(CURLOPT_READDATA, static_cast<void *>(&upload));
    set(CURLOPT_UPLOAD, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &stop_when_cancelled);
    set(CURLOPT_XFERINFODATA, const_cast<Call *>(&call));
    const int64_t timeout_ms = std::min(config_["timeout_seconds"].integer(30) * 1000, std::max<int64_t>(1, call.remaining_ms()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(timeout_ms));
    const CURLcode code = curl_easy_perform(handle.get());
    long answer = 0;
    curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &answer);
    if (code != CURLE_OK) throw failure(code, answer, host);
  }

  const Json config_;
  const std::string password_;
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<Email>::component("email") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.email", "1.0.0",
           R"({"id":"convergence.email","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"email"}]})",
           &component)
