#include "suite.h"

#include <convergence/plugin.hpp>

#include "kwarg_rules.h"
#include "row_condition.h"

namespace dq {
namespace {

using convergence::Json;

constexpr struct {
  const char *name;
  Severity severity;
} kSeverities[] = {{"critical", Severity::critical}, {"warning", Severity::warning}, {"info", Severity::info}};

bool read_severity(const Json &value, Severity &out) {
  for (const auto &s : kSeverities)
    if (value.text() == s.name) {
      out = s.severity;
      return true;
    }
  return false;
}

// Reads one entry; false when a complaint was made.
class Reader {
 public:
  Reader(Suite &suite, Severity severity, bool placeholders) : suite_(suite), severity_(severity), placeholders_(placeholders) {}

  void read(const Json &entry, const std::string &field) {
    const std::size_t before = suite_.errors.size();
    Check check;
    check.name = entry.find("expectation_type") ? entry["expectation_type"].text() : entry["type"].text();
    check.severity = severity_;
    if (entry["kwargs"].is_object()) check.kwargs = entry["kwargs"];
    check.type = find_expectation(check.name);
    if (!check.type) return unknown(check.name, field);
    if (check.type->kind == Kind::unsupported)
      return wrong(field + ".expectation_type", check.name + " is known but not supported: it compares a distribution, which this check does not keep");
    const Json &severity = entry["meta"].find("severity") ? entry["meta"]["severity"] : entry["severity"];
    if (!severity.is_null() && !pending(severity) && !read_severity(severity, check.severity))
      wrong(field + ".meta.severity", "severity must be critical, warning or info");
    check_kwargs(check, placeholders_, [&](const std::string &kwarg, const std::string &message) {
      wrong(field + ".kwargs" + (kwarg.empty() ? "" : "." + kwarg), message);
    });
    read_condition(check, field);
    if (suite_.errors.size() == before) suite_.checks.push_back(std::move(check));
  }

 private:
  bool pending(const Json &value) const { return placeholders_ && value.is_string() && value.text().find('{') != std::string::npos; }
  void wrong(const std::string &field, const std::string &message) {
    suite_.errors.push(Json::object().set("field", field).set("message", message));
  }
  void unknown(const std::string &name, const std::string &field) {
    if (name.empty()) return wrong(field + ".expectation_type", "an expectation needs its expectation_type");
    const std::string near = nearest_expectation(name);
    wrong(field + ".expectation_type", "'" + name + "' is not a known expectation" + (near.empty() ? "" : "; did you mean " + near + "?"));
  }
  void read_condition(Check &check, const std::string &field) {
    const std::string text = check.text("row_condition");
    if (text.empty()) return;
    if (pending(check.kwargs["row_condition"])) return;
    try {
      check.condition = row_condition_sql(text, check.text("condition_parser"));
    } catch (const convergence::Error &e) {
      wrong(field + ".kwargs.row_condition", e.what());
    }
  }
  Suite &suite_;
  Severity severity_;
  bool placeholders_;
};

}  // namespace

const char *name_of(Severity s) { return kSeverities[static_cast<std::size_t>(s)].name; }

std::vector<std::string> Check::columns() const {
  std::vector<std::string> out;
  for (const Kwarg &k : type->kwargs) {
    if (!k.name) break;
    if (k.type == Arg::column) out.push_back(text(k.name));
    if (k.type == Arg::columns)
      for (const Json &c : kwargs[k.name].items()) out.push_back(c.text());
    if (k.type == Arg::columns && kwargs[k.name].is_string()) out.push_back(text(k.name));
  }
  return out;
}

Suite read_suite(const Json &spec, bool placeholders) {
  Suite suite;
  const auto wrong = [&suite](const char *field, const char *message) {
    suite.errors.push(Json::object().set("field", field).set("message", message));
  };
  Severity severity = Severity::critical;
  if (spec.find("severity") && !read_severity(spec["severity"], severity)) wrong("severity", "severity must be critical, warning or info");
  const bool inlined = spec["expectations"].is_array();
  const Json &list = inlined ? spec["expectations"] : spec["suite"]["expectations"];
  if (inlined && spec.find("suite")) wrong("suite", "give either expectations or suite, not both");
  if (!list.is_array() || list.size() == 0) wrong("expectations", "the step has no expectations");
  Reader reader(suite, severity, placeholders);
  for (std::size_t i = 0; i < list.size(); ++i)
    reader.read(list.items()[i], std::string(inlined ? "" : "suite.") + "expectations[" + std::to_string(i) + "]");
  return suite;
}

}  // namespace dq
