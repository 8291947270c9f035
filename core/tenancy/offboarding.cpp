#include "core/tenancy/offboarding.h"

#include <chrono>
#include <thread>

#include "core/base/files.h"
#include "core/base/random.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

constexpr std::int64_t look_again_ms = 50;

Call::Options call_options(const Erasure& erasure, const Clock& clock) {
  CallInfo info;
  info.tenant_id = erasure.tenant_id;
  info.display_id = erasure.display_id;
  return Call::Options{.info = std::move(info), .clock = &clock};
}

std::string certify(const Erased& erased) {
  const Erasure& erasure = erased.erasure;
  Json rows = Json::object();
  for (const auto& [table, count] : erased.rows) rows.set(table, count);
  const Result<Json> measured = parse_json(erasure.warehouse_json);
  Json what = Json::object().set("state_rows", rows).set("warehouse", measured.ok() ? *measured : Json::object());
  return Json::object()
      .set("certificate_id", erasure.certificate_id)
      .set("tenant_id", erasure.display_id)
      .set("requested_at", format_time(erasure.requested_ms))
      .set("erased_at", format_time(erased.erased_ms))
      .set("what", what)
      .set("export_file", erasure.export_file.empty() ? Json() : Json("exports/" + erasure.export_file))
      .set("audit_chain_hash", erased.audit_chain_hash)
      .dump();
}

}  // namespace

Result<Json> Offboarding::erase(const std::string& tenant_id, bool with_export, const AuditEntry& audit) {
  {
    MutexLock lock(mutex_);
    if (!under_way_.insert(tenant_id).second)
      return Status(Code::conflict, fmt::format("The tenant '{}' is being erased", tenant_id)).with_retryable(false);
  }
  const Result<Json> answer = erase_now(tenant_id, with_export, audit);
  MutexLock lock(mutex_);
  under_way_.erase(tenant_id);
  return answer;
}

// Who asked for it stands in the row that its beginning wrote.
Status Offboarding::recover() {
  CVG_ASSIGN(const std::vector<std::string> open, parts_.erasures.open());
  for (const std::string& tenant_id : open) {
    parts_.log.warning("An erasure was interrupted; it goes on", {{"tenant_id", tenant_id}});
    AuditEntry audit;
    audit.actor = "server";
    const Status ended = erase(tenant_id, false, audit).status();
    if (!ended.ok()) parts_.log.error("An erasure that was interrupted is still open", {{"tenant_id", tenant_id}, {"error", ended.log_text()}});
  }
  return {};
}

Result<Json> Offboarding::erase_now(const std::string& tenant_id, bool with_export, const AuditEntry& audit) {
  AuditEntry entry = audit;
  entry.tenant_id = entry.target = tenant_id;
  entry.action = "tenant.erase";
  Erasure wanted;
  wanted.tenant_id = tenant_id;
  wanted.certificate_id = random_uuid();
  if (with_export) wanted.export_file = fmt::format("{}-{}.tar", tenant_id, wanted.certificate_id);
  Result<Erasure> begun = parts_.erasures.begin(wanted, entry);
  if (begun.status().code() == Code::not_found) {
    CVG_ASSIGN(const std::optional<std::string> earlier, parts_.erasures.last_certificate(tenant_id));
    if (earlier) {
      CVG_RETURN_IF_ERROR(parts_.erasures.empty_log());
      return parse_json(*earlier);
    }
  }
  if (!begun.ok()) return begun.status();
  CVG_RETURN_IF_ERROR(stop_runs(tenant_id));
  CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.tenants.get(tenant_id));
  const std::string& file = begun->export_file;
  if (tenant && !file.empty() && !path_exists(parts_.exports.path_of(file))) CVG_RETURN_IF_ERROR(parts_.exports.write(*tenant, file));
  CVG_RETURN_IF_ERROR(measure(*begun));
  CVG_RETURN_IF_ERROR(drop(*begun));
  entry.action = "tenant.erased";
  CVG_ASSIGN(const std::string certificate, parts_.erasures.finish(*begun, entry, certify));
  CVG_RETURN_IF_ERROR(parts_.erasures.empty_log());
  parts_.log.info("A tenant was erased", {{"tenant_id", tenant_id}, {"certificate_id", begun->certificate_id}});
  return parse_json(certificate);
}

// Waits in short looks: a run that another worker takes back meanwhile is seen, too.
Status Offboarding::stop_runs(const std::string& tenant_id) {
  const std::int64_t end = parts_.clock.monotonic_ms() + parts_.stop_ms_max;
  for (;;) {
    CVG_ASSIGN(const std::vector<std::string> running, parts_.erasures.end_waiting(tenant_id));
    if (running.empty()) return {};
    for (const std::string& run : running) parts_.workers.cancel(run, "Cancelled: the tenant is being erased");
    if (parts_.clock.monotonic_ms() >= end)
      return Status(Code::unavailable, fmt::format("{} runs of the tenant have not ended yet; call again", running.size())).with_retry_after_ms(5000);
    std::this_thread::sleep_for(std::chrono::milliseconds(look_again_ms));
  }
}

Status Offboarding::measure(Erasure& erasure) {
  if (!erasure.warehouse_json.empty()) return {};
  Call call(call_options(erasure, parts_.clock));
  const Result<Json> size = parts_.warehouse.measure_dataset(call.raw());
  const bool none = size.status().code() == Code::unsupported || size.status().code() == Code::not_found;
  if (!size.ok() && !none) return size.status();
  Json tables = Json::object();
  if (size.ok())
    for (const Json& table : (*size)["tables"].items()) tables.set(table["name"].text(), table["rows"].integer());
  Json measured = Json::object().set("tables", tables);
  measured.set("files", size.ok() ? (*size)["files"].integer() : 0).set("bytes", size.ok() ? (*size)["bytes"].integer() : 0);
  erasure.warehouse_json = measured.dump();
  return parts_.erasures.set_measured(erasure);
}

Status Offboarding::drop(const Erasure& erasure) {
  Call call(call_options(erasure, parts_.clock));
  CVG_RETURN_IF_ERROR(parts_.warehouse.drop_dataset(call.raw()));
  parts_.sessions.forget(erasure.tenant_id);
  return {};
}

Result<Json> Offboarding::certificate(const std::string& certificate_id) {
  CVG_ASSIGN(const std::optional<std::string> found, parts_.erasures.certificate(certificate_id));
  if (!found) return Status(Code::not_found, fmt::format("There is no certificate {}", certificate_id));
  return parse_json(*found);
}

}  // namespace cvg
