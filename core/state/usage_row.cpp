#include "core/state/usage_row.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

// A slot is free again when some run ends; nobody knows when, so this is a polite guess.
constexpr std::int64_t slot_retry_s = 30;

Status refuse(std::string_view code, std::string text, std::int64_t retry_after_s) {
  Json detail = Json::object();
  detail.set("code", std::string(code)).set("retry_after", retry_after_s);
  Status status(Code::quota, std::move(text));
  status.with_detail_json(detail.dump()).with_retry_after_ms(retry_after_s * 1000);
  return status;
}

std::int64_t seconds_until(std::int64_t day, std::int64_t now_ms) { return (midnight_ms(day) - now_ms + 999) / 1000; }

}  // namespace

Usage read_usage(Connection& connection, const std::string& tenant_id, std::int64_t now_ms) {
  Usage usage;
  usage.usage_date = format_date_of(now_ms);
  Statement& row = connection.prepare(
      "SELECT usage_date, pipelines_run_today, pipelines_run_month, pipelines_succeeded_today, pipelines_failed_today, "
      "max_concurrent_reached FROM tenant_usage_quotas WHERE tenant_id = ?1 AND usage_date BETWEEN ?2 AND ?3 "
      "ORDER BY usage_date DESC LIMIT 1");
  row.bind(1, tenant_id).bind(2, format_date(month_begin(date_of(now_ms)))).bind(3, usage.usage_date);
  if (!row.step()) return usage;
  usage.run_month = row.integer(2);
  if (row.text(0) != usage.usage_date) return usage;
  usage.run_today = row.integer(1);
  usage.succeeded_today = row.integer(3);
  usage.failed_today = row.integer(4);
  usage.max_concurrent_reached = row.integer(5);
  return usage;
}

void add_usage(Connection& connection, const std::string& tenant_id, std::int64_t now_ms, const UsageChange& change) {
  const std::int64_t today = date_of(now_ms);
  connection
      .prepare("INSERT INTO tenant_usage_quotas (tenant_id, usage_date, pipelines_run_today, pipelines_run_month, "
               "pipelines_succeeded_today, pipelines_failed_today, max_concurrent_reached) "
               "VALUES (?1, ?2, ?4, ?4 + coalesce((SELECT pipelines_run_month FROM tenant_usage_quotas WHERE tenant_id = ?1 "
               "AND usage_date >= ?3 AND usage_date < ?2 ORDER BY usage_date DESC LIMIT 1), 0), ?5, ?6, ?7) "
               "ON CONFLICT (tenant_id, usage_date) DO UPDATE SET pipelines_run_today = pipelines_run_today + ?4, "
               "pipelines_run_month = pipelines_run_month + ?4, pipelines_succeeded_today = pipelines_succeeded_today + ?5, "
               "pipelines_failed_today = pipelines_failed_today + ?6, "
               "max_concurrent_reached = max(max_concurrent_reached, ?7)")
      .bind(1, tenant_id).bind(2, format_date(today)).bind(3, format_date(month_begin(today))).bind(4, change.started)
      .bind(5, change.succeeded).bind(6, change.failed).bind(7, change.concurrent_reached)
      .step();
}

Status check_quota(const PlanLimits& plan, const Usage& usage, std::int64_t now_ms) {
  const std::int64_t today = date_of(now_ms);
  if (usage.run_today >= plan.daily)
    return refuse("DAILY_QUOTA_EXCEEDED",
                  fmt::format("Daily pipeline quota exceeded. You have run {} pipelines today (limit: {}). Upgrade or wait until "
                              "tomorrow.", usage.run_today, plan.daily),
                  seconds_until(today + 1, now_ms));
  if (usage.run_month >= plan.monthly)
    return refuse("MONTHLY_QUOTA_EXCEEDED",
                  fmt::format("Monthly pipeline quota exceeded. You have run {} pipelines this month (limit: {}). Upgrade or wait "
                              "until next month.", usage.run_month, plan.monthly),
                  seconds_until(month_begin(today, 1), now_ms));
  if (usage.concurrent_running >= plan.concurrent)
    return refuse("CONCURRENT_LIMIT_EXCEEDED", "Concurrent pipeline limit reached. Wait for running pipelines to complete.",
                  slot_retry_s);
  return Status();
}

}  // namespace cvg
