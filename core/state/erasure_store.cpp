#include "core/state/erasure_store.h"

#include "core/base/json.h"
#include "core/base/text.h"
#include "core/state/audit_log.h"
#include "core/state/sqlite_connection.h"
#include "core/state/tenant_removal.h"

namespace cvg {
namespace {

constexpr std::string_view ended_text = "Cancelled: the tenant is being erased";

std::optional<Erasure> read_erasure(Connection& c, const std::string& tenant_id) {
  Statement& row = c.prepare(
      "SELECT e.tenant_id, p.display_id, e.certificate_id, e.requested_ms, e.export_file, e.warehouse_json FROM tenant_erasures e "
      "JOIN tenant_profiles p USING (tenant_id) WHERE e.tenant_id = ?1");
  if (!row.bind(1, tenant_id).step()) return std::nullopt;
  return Erasure{row.text(0), row.text(1), row.text(2), row.integer(3), row.text(4), row.text(5)};
}

void end_waiting_runs(Connection& c, const std::string& tenant_id, std::int64_t now) {
  c.prepare("UPDATE tenant_pipeline_runs SET status = 'FAILED', error_message = ?2, end_ms = ?3 WHERE tenant_id = ?1 AND status = 'PENDING'")
      .bind(1, tenant_id).bind(2, ended_text).bind(3, now)
      .step();
  c.prepare("DELETE FROM tenant_pipeline_execution_queue WHERE tenant_id = ?1").bind(1, tenant_id).step();
}

void stop_tenant(Connection& c, const std::string& tenant_id, std::int64_t now) {
  c.prepare("UPDATE tenant_profiles SET status = 'SUSPENDED', updated_ms = ?2 WHERE tenant_id = ?1").bind(1, tenant_id).bind(2, now).step();
  c.prepare("UPDATE tenant_pipeline_configs SET is_active = 0 WHERE tenant_id = ?1").bind(1, tenant_id).step();
  end_waiting_runs(c, tenant_id, now);
}

std::optional<std::string> one_text(Connection& c, std::string_view sql, const std::string& key) {
  Statement& row = c.prepare(sql);
  if (!row.bind(1, key).step()) return std::nullopt;
  return row.text(0);
}

Json as_json(const std::vector<std::pair<std::string, std::int64_t>>& rows) {
  Json json = Json::object();
  for (const auto& [table, count] : rows)
    if (count > 0) json.set(table, count);
  return json;
}

}  // namespace

Result<Erasure> ErasureStore::begin(const Erasure& wanted, const AuditEntry& audit) {
  Erasure begun;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    const std::int64_t now = clock_.now_ms();
    if (!c.prepare("SELECT 1 FROM tenant_profiles WHERE tenant_id = ?1").bind(1, wanted.tenant_id).step())
      return Status(Code::not_found, fmt::format("Tenant '{}' does not exist.", wanted.tenant_id));
    const bool is_new = !read_erasure(c, wanted.tenant_id);
    c.prepare("INSERT INTO tenant_erasures (tenant_id, certificate_id, requested_ms, export_file) VALUES (?1, ?2, ?3, ?4) "
              "ON CONFLICT (tenant_id) DO UPDATE SET export_file = CASE WHEN export_file = '' THEN excluded.export_file ELSE export_file END")
        .bind(1, wanted.tenant_id).bind(2, wanted.certificate_id).bind(3, now).bind(4, wanted.export_file)
        .step();
    stop_tenant(c, wanted.tenant_id, now);
    if (is_new) insert_audit(c, audit, clock_);
    begun = read_erasure(c, wanted.tenant_id).value_or(wanted);
    return Status();
  }));
  return begun;
}

Result<std::vector<std::string>> ErasureStore::open() {
  std::vector<std::string> tenants;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT tenant_id FROM tenant_erasures ORDER BY requested_ms, tenant_id");
    while (row.step()) tenants.push_back(row.text(0));
    return row.status();
  }));
  return tenants;
}

Result<std::vector<std::string>> ErasureStore::end_waiting(const std::string& tenant_id) {
  std::vector<std::string> running;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    running.clear();
    end_waiting_runs(c, tenant_id, clock_.now_ms());
    Statement& row = c.prepare("SELECT pipeline_logging_id FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status = 'RUNNING'");
    row.bind(1, tenant_id);
    while (row.step()) running.push_back(row.text(0));
    return row.status();
  }));
  return running;
}

Status ErasureStore::set_measured(const Erasure& erasure) {
  return database_.write([&](Connection& c) {
    c.prepare("UPDATE tenant_erasures SET warehouse_json = ?2 WHERE tenant_id = ?1").bind(1, erasure.tenant_id).bind(2, erasure.warehouse_json).step();
    return Status();
  });
}

Result<std::string> ErasureStore::finish(const Erasure& erasure, const AuditEntry& audit,
                                         const std::function<std::string(const Erased&)>& certify) {
  std::string certificate;
  CVG_RETURN_IF_ERROR(database_.write([&](Connection& c) {
    if (c.prepare("SELECT 1 FROM tenant_pipeline_runs WHERE tenant_id = ?1 AND status = 'RUNNING'").bind(1, erasure.tenant_id).step())
      return Status(Code::conflict, "A run of the tenant is still executed");
    Erased erased{erasure, clock_.now_ms(), remove_tenant_rows(c, erasure.tenant_id), {}};
    AuditEntry entry = audit;
    entry.at_ms = erased.erased_ms;
    entry.detail_json = Json::object().set("certificate_id", erasure.certificate_id).set("rows", as_json(erased.rows)).dump();
    insert_audit(c, entry, clock_);
    Statement& last = c.prepare("SELECT row_hash FROM audit_log ORDER BY audit_id DESC LIMIT 1");
    if (last.step()) erased.audit_chain_hash = last.text(0);
    certificate = certify(erased);
    c.prepare("INSERT INTO erasure_certificates (certificate_id, erased_tenant, erased_ms, certificate_json) VALUES (?1, ?2, ?3, ?4)")
        .bind(1, erasure.certificate_id).bind(2, erasure.tenant_id).bind(3, erased.erased_ms).bind(4, certificate)
        .step();
    return Status();
  }));
  return certificate;
}

// A transaction cannot empty the log, so this takes a connection of its own.
Status ErasureStore::empty_log() {
  std::string path;  // stays empty for a store in memory
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'");
    if (row.step()) path = row.text(0);
    return row.status();
  }));
  if (path.empty()) return {};
  CVG_ASSIGN(const std::unique_ptr<SqliteConnection> connection, SqliteConnection::open(path, SqliteConnection::Mode::read));
  Statement& row = connection->prepare("PRAGMA wal_checkpoint(TRUNCATE)");
  const bool is_done = row.step() && row.integer(0) == 0;
  const Status ended = connection->end_use();
  if (is_done || !ended.ok()) return ended;
  return Status(Code::unavailable, "The state store is busy: what was erased is not overwritten yet; call again").with_retry_after_ms(1000);
}

Result<std::optional<std::string>> ErasureStore::certificate(const std::string& certificate_id) {
  std::optional<std::string> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    found = one_text(c, "SELECT certificate_json FROM erasure_certificates WHERE certificate_id = ?1", certificate_id);
    return Status();
  }));
  return found;
}

Result<std::optional<std::string>> ErasureStore::last_certificate(const std::string& tenant_id) {
  std::optional<std::string> found;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    found = one_text(c, "SELECT certificate_json FROM erasure_certificates WHERE erased_tenant = ?1 ORDER BY erased_ms DESC LIMIT 1", tenant_id);
    return Status();
  }));
  return found;
}

}  // namespace cvg
