#include "core/state/notice_row.h"

#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {

void raise_notice(Connection& connection, const std::string& tenant_id, std::string_view notice, const std::string& key, Json data,
                  std::int64_t now_ms) {
  connection.prepare("INSERT OR IGNORE INTO tenant_notices (tenant_id, notice, notice_key, created_ms) VALUES (?1, ?2, ?3, ?4)")
      .bind(1, tenant_id).bind(2, notice).bind(3, key).bind(4, now_ms)
      .step();
  if (connection.changes() != 1) return;
  Json body = Json::object().set("event", std::string(notice)).set("occurred_ms", now_ms).set("data", std::move(data));
  connection
      .prepare("INSERT INTO outbox (tenant_id, kind, entry_key, body_json, created_ms) VALUES (?1, 'event', ?2, ?3, ?4) "
               "ON CONFLICT (kind, tenant_id, entry_key) DO NOTHING")
      .bind(1, tenant_id).bind(2, fmt::format("{}:{}", notice, key)).bind(3, body.dump()).bind(4, now_ms)
      .step();
}

void note_quota(Connection& connection, const std::string& tenant_id, const PlanLimits& plan, std::int64_t run_today,
                std::int64_t percent, std::int64_t now_ms) {
  if (run_today * 100 < plan.daily * percent) return;
  const std::string day = format_date_of(now_ms);
  Json data = Json::object().set("usage_date", day).set("pipelines_run_today", run_today).set("daily_limit", plan.daily);
  raise_notice(connection, tenant_id, quota_warning, day, std::move(data.set("threshold_percent", percent)), now_ms);
}

}  // namespace cvg
