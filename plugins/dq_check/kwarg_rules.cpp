#include "kwarg_rules.h"

#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>

#include <cstdlib>

#include "json_schema.h"
#include "regex_rules.h"
#include "sql_type.h"

namespace dq {
namespace {

using convergence::Json;
using convergence::sql_is_numeral;

bool is_numeral(const Json &v) { return (v.is_number() || v.is_string()) && sql_is_numeral(v.text()); }
bool is_integer(const Json &v) { return is_numeral(v) && v.text().find_first_of(".eE") == std::string::npos; }
double value_of(const Json &v) { return std::strtod(v.text().c_str(), nullptr); }

bool all_texts(const Json &v) {
  for (const Json &x : v.items())
    if (!x.is_string() || x.text().empty()) return false;
  return v.is_array() && v.size() > 0;
}

// Empty when the value is of the type, else what it must be.
std::string type_error(Arg type, const Json &v) {
  switch (type) {
    case Arg::column:
    case Arg::text: return v.is_string() && !v.text().empty() ? "" : "must be a text";
    case Arg::texts: return all_texts(v) ? "" : "must be a list of texts";
    case Arg::columns: return all_texts(v) || (v.is_string() && !v.text().empty()) ? "" : "must be a list of column names";
    case Arg::number: return is_numeral(v) ? "" : "must be a number";
    case Arg::integer: return is_integer(v) ? "" : "must be an integer";
    case Arg::share: return is_numeral(v) && value_of(v) >= 0 && value_of(v) <= 1 ? "" : "must be a number from 0 to 1";
    case Arg::boolean: return v.is_bool() ? "" : "must be true or false";
    case Arg::bound: return v.is_number() || v.is_string() ? "" : "must be a number, a text or a date";
    case Arg::set: return v.is_array() ? "" : "must be a list of values";
    case Arg::object: return v.is_object() ? "" : "must be an object";
    case Arg::match_on: return v.text() == "any" || v.text() == "all" ? "" : "must be any or all";
    case Arg::date: return is_iso_time(v.text()) ? "" : "must be a date (YYYY-MM-DD) or a time (YYYY-MM-DD HH:MM:SS)";
    case Arg::sql:
      try {
        convergence::sql_subquery(v.text());
        return "";
      } catch (const convergence::Error &e) {
        return e.what();
      }
    case Arg::pairs:
      for (const Json &pair : v.items())
        if (pair.size() != 2 || !pair.is_array()) return "must be a list of pairs of values";
      return v.is_array() ? "" : "must be a list of pairs of values";
    case Arg::any: return "";
  }
  return "";
}

class Rules {
 public:
  Rules(const Check &check, bool placeholders, const Complaint &complain)
      : check_(check), placeholders_(placeholders), complain_(complain) {}

  void check() {
    for (const auto &[name, value] : check_.kwargs.members()) {
      const Kwarg *known = find_kwarg(*check_.type, name);
      if (!known) {
        const std::string near = nearest_kwarg(*check_.type, name);
        complain_(name, check_.name + " takes no " + name + (near.empty() ? "" : "; did you mean " + near + "?"));
      } else if (!value.is_null() && !pending(value)) {
        const std::string error = type_error(known->type, value);
        if (!error.empty()) complain_(name, name + " " + error);
      }
    }
    for (const Kwarg &k : check_.type->kwargs)
      if (k.name && k.required && given(k.name).is_null()) complain_(k.name, check_.name + " needs " + k.name);
    bounds();
    patterns();
    special();
  }

 private:
  const Json &given(const char *name) const { return check_.kwargs[name]; }
  bool pending(const Json &v) const { return placeholders_ && v.is_string() && v.text().find('{') != std::string::npos; }
  bool has(const char *kwarg) const {
    for (const Kwarg &k : check_.type->kwargs)
      if (k.name && std::string(k.name) == kwarg) return true;
    return false;
  }

  void bounds() {
    if (!has("min_value")) return;
    const Json &least = given("min_value"), &most = given("max_value");
    if (least.is_null() && most.is_null()) return complain_("", check_.name + " needs min_value or max_value, or both");
    if (least.is_null() || most.is_null() || pending(least) || pending(most)) return;
    if (is_numeral(least) && is_numeral(most)) {
      if (value_of(least) > value_of(most)) complain_("min_value", "min_value is larger than max_value");
    } else if (least.is_number() != most.is_number()) {
      complain_("min_value", "min_value and max_value are of different types");
    } else if (least.text() > most.text()) {
      complain_("min_value", "min_value is larger than max_value");
    }
  }

  void pattern(const char *kwarg, const Json &v) {
    if (!v.is_string()) return;
    const std::string error = regex_error(v.text());
    if (!error.empty()) complain_(kwarg, "'" + v.text() + "' is no regular expression that the warehouse reads: " + error);
  }
  void patterns() {
    if (has("regex")) pattern("regex", given("regex"));
    if (has("regex_list"))
      for (const Json &v : given("regex_list").items()) pattern("regex_list", v);
  }

  void special() {
    if (has("ignore_row_if")) ignore_row_if();
    if (check_.type->kind == Kind::quantiles) quantiles();
    if (check_.type->kind == Kind::json_schema && given("json_schema").is_object()) {
      const std::string error = schema_error(given("json_schema"));
      if (!error.empty()) complain_("json_schema", error);
    }
    const bool several = check_.type->kind == Kind::compound_unique || check_.type->kind == Kind::unique_within_record;
    if (several && given("column_list").is_array() && given("column_list").size() < 2)
      complain_("column_list", "column_list needs two columns or more");
  }

  void ignore_row_if() {
    const std::string v = check_.text("ignore_row_if");
    if (v.empty() || pending(given("ignore_row_if"))) return;
    const bool pair = has("column_A");
    const bool known = v == "never" || (pair ? v == "neither" || v == "both_values_are_missing" || v == "either_value_is_missing"
                                             : v == "all_values_are_missing" || v == "any_value_is_missing");
    if (!known)
      complain_("ignore_row_if", pair ? "ignore_row_if must be both_values_are_missing, either_value_is_missing, neither or never"
                                      : "ignore_row_if must be all_values_are_missing, any_value_is_missing or never");
  }

  void quantiles() {
    const Json &q = given("quantile_ranges")["quantiles"], &ranges = given("quantile_ranges")["value_ranges"];
    if (!q.is_array() || !ranges.is_array() || q.size() != ranges.size() || q.size() == 0)
      return complain_("quantile_ranges", "quantile_ranges needs quantiles and value_ranges, as many of one as of the other");
    for (const Json &v : q.items())
      if (!is_numeral(v) || value_of(v) < 0 || value_of(v) > 1) complain_("quantile_ranges", "a quantile must be a number from 0 to 1");
    for (const Json &r : ranges.items())
      if (!r.is_array() || r.size() != 2) complain_("quantile_ranges", "a value range must be [minimum, maximum]; null leaves a side open");
  }

  const Check &check_;
  bool placeholders_;
  const Complaint &complain_;
};

}  // namespace

void check_kwargs(const Check &check, bool placeholders, const Complaint &complain) { Rules(check, placeholders, complain).check(); }

}  // namespace dq
