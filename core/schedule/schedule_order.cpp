#include "core/schedule/schedule_order.h"

#include <algorithm>

#include "core/base/field_problems.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/config/variables.h"
#include "core/schedule/schedule_instants.h"
#include "core/state/schedule_store.h"

namespace cvg {
namespace {

constexpr std::size_t name_bytes_max = 64;
constexpr std::int64_t priority_max = 10, catchup_max = 1000;

Status refuse(std::string_view field, const std::string& issue) {
  return Status(Code::invalid, fmt::format("{} {}", field, issue))
      .with_detail_json(Json::object().set("field", std::string(field)).set("issue", issue).dump());
}

Result<std::string> read_text(const Json& body, const std::string& field, const std::string& initial) {
  const Json* value = body.find(field);
  if (value == nullptr || value->is_null()) {
    if (initial.empty()) return refuse(field, "is required");
    return initial;
  }
  if (!value->is_string() || value->text().empty()) return refuse(field, "must be a text");
  return value->text();
}

Result<std::string> read_name(const Json& body, const std::string& field) {
  CVG_ASSIGN(const std::string text, read_text(body, field, ""));
  const bool fits = text.size() <= name_bytes_max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  if (!fits) return refuse(field, fmt::format("may have 1 to {} letters, digits, '_' and '-'", name_bytes_max));
  return lower_ascii(text);
}

Result<std::int64_t> read_number(const Json& body, const std::string& field, std::int64_t initial, std::int64_t min, std::int64_t max) {
  const Json* value = body.find(field);
  if (value == nullptr || value->is_null()) return initial;
  std::int64_t number = 0;
  if (!value->is_number() || !parse_integer(value->text(), number) || number < min || number > max)
    return refuse(field, fmt::format("must be a whole number between {} and {}", min, max));
  return number;
}

Result<std::int64_t> read_day(const Json& body, const std::string& field) {
  const Json* value = body.find(field);
  if (value == nullptr) return refuse(field, "is required");
  const std::optional<std::int64_t> day = value->is_string() ? parse_date(value->text()) : std::nullopt;
  if (!day || value->text() < "2000-01-01" || value->text() > "2100-12-31")
    return refuse(field, "must be a real day between 2000-01-01 and 2100-12-31 as YYYY-MM-DD");
  return *day;
}

bool holds_key(const std::string& text) { return redact_shapes(text) != text; }

// What is stored for later is not the place for secrets.
Status check_parameters(const Json& parameters) {
  FieldProblems problems;
  for (const auto& [name, value] : parameters.members())
    if (name == "dry_run") problems.add("parameters." + name, "belongs to a single request");
    else if (looks_secret(name) || holds_key(name) || (value.is_string() && holds_key(value.text())))
      problems.add("parameters." + name, "looks like a secret; secrets belong into the tenant's credentials");
  return problems.status();
}

}  // namespace

Result<Schedule> read_schedule_order(const Json& body, std::int64_t now_ms) {
  FieldProblems problems;
  problems.add_unknown(body, {"provider", "domain", "pipeline_template", "schedule_cron", "timezone", "is_active", "parameters", "priority",
                              "max_catchup", "misfire"});
  Schedule schedule;
  schedule.provider = problems.value_of(read_name(body, "provider"));
  schedule.domain = problems.value_of(read_name(body, "domain"));
  schedule.template_name = problems.value_of(read_name(body, "pipeline_template"));
  const Result<std::string> expression = read_text(body, "schedule_cron", ""), place = read_text(body, "timezone", "UTC");
  schedule.cron = problems.value_of(expression);
  schedule.timezone = problems.value_of(place);
  const Result<Cron> cron = Cron::parse(schedule.cron);
  if (expression.ok() && !cron.ok()) problems.add("schedule_cron", cron.status().text());
  const Result<TimeZone> zone = TimeZone::find(schedule.timezone);
  if (place.ok() && !zone.ok()) problems.add(zone.status().code() == Code::invalid ? refuse("timezone", zone.status().text()) : zone.status());
  if (const Json* active = body.find("is_active"); active && !active->is_null()) {
    if (!active->is_bool()) problems.add("is_active", "must be true or false");
    schedule.is_active = active->boolean();
  }
  schedule.parameters_json = "{}";
  if (const Json* parameters = body.find("parameters"); parameters && !parameters->is_null()) {
    problems.add(parameters->is_object() ? check_parameters(*parameters) : refuse("parameters", "must be an object"));
    schedule.parameters_json = parameters->dump();
  }
  schedule.priority = problems.value_of(read_number(body, "priority", schedule.priority, 1, priority_max));
  schedule.max_catchup = problems.value_of(read_number(body, "max_catchup", schedule.max_catchup, 1, catchup_max));
  const Result<std::string> misfire = read_text(body, "misfire", "last");
  problems.add(misfire.status());
  if (misfire.ok() && !misfire_from_text(*misfire, schedule.misfire)) problems.add("misfire", "must be one of skip, last, all");
  CVG_RETURN_IF_ERROR(problems.status());
  schedule.next_run_ms = next_instant(*cron, *zone, now_ms).value_or(never_ms);
  return schedule;
}

Result<Backfill> read_backfill_order(const Json& body, std::int64_t days_max) {
  Backfill backfill;
  FieldProblems problems;
  const Result<std::int64_t> first = read_day(body, "from"), last = read_day(body, "to");
  problems.add(first.status());
  problems.add(last.status());
  if (first.ok() && last.ok() && *last < *first) problems.add("to", "lies before from");
  backfill.priority = problems.value_of(read_number(body, "priority", backfill.priority, 1, priority_max));
  Json rest = Json::object();
  for (const auto& [name, value] : body.members()) {
    if (name == "from" || name == "to" || name == "priority") continue;
    if (name == "date") problems.add(name, "is the day of each run of a backfill and cannot be given");
    else rest.members().emplace_back(name, value);
  }
  problems.add(check_parameters(rest));
  CVG_RETURN_IF_ERROR(problems.status());
  const std::int64_t from = *first, to = *last;
  if (to - from >= days_max)
    return Status(Code::limit, fmt::format("A backfill may have {} days, this one has {}", days_max, to - from + 1))
        .with_detail_json(Json::object().set("field", "to").set("issue", fmt::format("at most {} days", days_max)).dump());
  backfill.from_date = format_date(from);
  backfill.to_date = format_date(to);
  backfill.parameters_json = rest.dump();
  return backfill;
}

}  // namespace cvg
