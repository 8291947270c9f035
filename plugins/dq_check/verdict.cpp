#include "verdict.h"

#include <cstdio>
#include <cstdlib>

namespace dq {
namespace {

using convergence::Json;

Json percent(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return Json::number(text);
}

std::string column_of(const Check &check) {
  std::string out;
  for (const Kwarg &k : check.type->kwargs)
    if (k.name && std::string(k.name) == "order_by") return check.text("column");
  for (const std::string &c : check.columns()) out += (out.empty() ? "" : ", ") + c;
  return out;
}

}  // namespace

void judge_counts(const Check &check, int64_t counting, Verdict &v) {
  v.counted = true;
  const double mostly = check.kwargs["mostly"].is_null() ? 1.0 : std::strtod(check.text("mostly").c_str(), nullptr);
  v.success = counting == 0 || static_cast<double>(counting - v.unexpected) / static_cast<double>(counting) >= mostly;
  v.unexpected_percent = counting == 0 ? 0 : 100.0 * static_cast<double>(v.unexpected) / static_cast<double>(counting);
}

Verdict judge(const Check &check, const Measured &m, const std::vector<Json> &row) {
  Verdict v;
  const auto slot = [&row](int at) -> const Json & { return row.at(static_cast<std::size_t>(at)); };
  if (m.decided) {
    v.success = m.success;
    v.observed = m.value;
    return v;
  }
  if (m.element >= 0) {
    v.element = slot(m.element).integer();
    const int64_t nonnull = slot(m.nonnull).integer();
    v.missing = v.element - nonnull;
    if (check.type->kind == Kind::json_schema) return v;
    if (m.unexpected >= 0) v.unexpected = slot(m.unexpected).integer();
    else if (m.hashes >= 0) v.unexpected = nonnull - slot(m.hashes).integer();
    else v.unexpected = m.wants_nulls ? nonnull : v.missing;
    judge_counts(check, m.over_all ? v.element : nonnull, v);
    return v;
  }
  v.observed = slot(m.observed);
  v.success = slot(m.ok).boolean();
  return v;
}

Json result_of(const Check &check, const Verdict &v) {
  Json r = Json::object();
  r.set("expectation_type", check.name).set("column", column_of(check)).set("success", v.success).set("severity", name_of(check.severity));
  // A host that keeps only known fields still tells why a check could not be measured.
  const Json reason = Json::object().set("error", v.error);
  r.set("observed_value", !v.error.empty() ? reason : v.counted ? percent(v.unexpected_percent) : v.observed);
  r.set("unexpected_count", v.counted ? Json(v.unexpected) : Json()).set("element_count", v.counted ? Json(v.element) : Json());
  r.set("missing_count", v.counted ? Json(v.missing) : Json());
  r.set("unexpected_percent", v.counted ? percent(v.unexpected_percent) : Json());
  r.set("partial_unexpected_list", v.sample).set("duration_ms", v.duration_ms).set("kwargs", check.kwargs);
  if (!v.error.empty()) r.set("error", v.error);
  return r;
}

void add(Summary &s, const Check &check, const Verdict &v) {
  ++(v.success ? s.passed : s.failed);
  if (check.severity == Severity::critical) ++s.critical;
  if (v.success) return;
  if (check.severity == Severity::warning) ++s.warning_failed;
  if (check.severity != Severity::critical) return;
  ++s.critical_failed;
  s.failures += (s.failures.empty() ? "" : ", ") + check.name + "(" + column_of(check) + ")";
}

}  // namespace dq
