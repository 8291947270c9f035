// Step `wait`: a number of seconds, or until the first value of a query's first row is true.  All waiting is the host's
// sleep, so that a cancelled run or a step's time limit ends it at once.
#include <convergence/arrow_read.hpp>
#include <convergence/sql.hpp>

#include <algorithm>
#include <string>

namespace {

using convergence::Call;
using convergence::Error;
using convergence::Json;

constexpr int64_t kPollSecondsDefault = 30;
constexpr int64_t kSecondsMax = 86400;

const char kDescription[] = R"json({
 "summary": "Waits a number of seconds, or until a query's first value is true",
 "config_schema": {"type": "object", "properties": {}, "additionalProperties": false},
 "spec_schema": {
  "type": "object", "additionalProperties": false,
  "properties": {
   "seconds": {"type": "integer", "minimum": 0, "maximum": 86400},
   "until_sql": {"type": "string", "description": "One SELECT; the wait ends when the first value of its first row is true"},
   "poll_seconds": {"type": "integer", "minimum": 1, "maximum": 86400, "description": "Between two questions (default 30)"},
   "timeout": {"type": "integer", "minimum": 1, "maximum": 86400,
               "description": "Seconds after which the step fails (default: the step's own time limit alone)"}
  }
 }
})json";

bool is_true(const Json &value) {
  if (value.is_bool()) return value.boolean();
  return value.is_number() && value.text().find_first_of("123456789") != std::string::npos;
}

class Wait : public convergence::Step {
 public:
  explicit Wait(const Json &) {}
  static Json describe() { return Json::parse(kDescription); }

  Json plan(Call &, const Json &spec) override {
    Json errors = Json::array();
    const auto wrong = [&errors](const char *field, const std::string &message) {
      errors.push(Json::object().set("field", field).set("message", message));
    };
    const bool query = spec.find("until_sql") != nullptr;
    if (query == (spec.find("seconds") != nullptr)) wrong("seconds", "exactly one of seconds and until_sql must be given");
    for (const char *name : {"poll_seconds", "timeout"})
      if (!query && spec.find(name)) wrong(name, "this option belongs to until_sql");
    if (!query) return errors;
    try {
      convergence::sql_subquery(spec["until_sql"].text());
    } catch (const Error &e) {
      wrong("until_sql", e.what());
    }
    return errors;
  }

  void run(Call &call, const Json &spec, Json &outputs) override {
    if (spec.find("until_sql")) return until(call, spec, outputs);
    const int64_t seconds = bounded("seconds", spec["seconds"].integer(), 0);
    call.sleep(seconds * 1000);
    outputs.set("waited_seconds", seconds);
  }

 private:
  static int64_t bounded(const char *name, int64_t value, int64_t least) {
    if (value < least || value > kSecondsMax)
      throw Error(CVG_E_CONFIG, std::string(name) + " must be between " + std::to_string(least) + " and " + std::to_string(kSecondsMax));
    return value;
  }

  static void until(Call &call, const Json &spec, Json &outputs) {
    const std::string sql = "SELECT * FROM " + convergence::sql_subquery(spec["until_sql"].text());
    const int64_t poll = bounded("poll_seconds", spec["poll_seconds"].integer(kPollSecondsDefault), 1);
    const int64_t timeout = bounded("timeout", spec["timeout"].integer(kSecondsMax), 1);
    for (int64_t waited = 0, polls = 1;; ++polls) {
      const convergence::ArrowRows result = convergence::query_rows(call, sql, 1);
      outputs.set("waited_seconds", waited).set("polls", polls);
      if (!result.rows.empty() && is_true(result.rows[0].at(0))) return;
      if (waited >= timeout)
        throw Error(CVG_E_DEADLINE, "the condition of until_sql was not true within " + std::to_string(timeout) + " seconds");
      const int64_t pause = std::min(poll, timeout - waited);
      call.sleep(pause * 1000);
      waited += pause;
    }
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<Wait>::component("wait") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.wait", "1.0.0",
           R"({"id":"convergence.wait","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"wait"}]})",
           &component)
