#include "core/state/audit_log.h"

#include <algorithm>

#include "core/base/digest.h"
#include "core/base/json.h"
#include "core/base/secret_text.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr int page_rows_max = 1000;
constexpr std::string_view audit_columns =
    "audit_id, row_hash, at_ms, tenant_id, action, actor, user_id, target, request_id, client_address, detail_json";

AuditRow read_audit(const Statement& row) {
  AuditRow audit;
  audit.id = row.integer(0);
  audit.hash = row.text(1);
  audit.entry.at_ms = row.integer(2);
  audit.entry.tenant_id = row.text(3);
  audit.entry.action = row.text(4);
  audit.entry.actor = row.text(5);
  audit.entry.user_id = row.text(6);
  audit.entry.target = row.text(7);
  audit.entry.request_id = row.text(8);
  audit.entry.client_address = row.text(9);
  audit.entry.detail_json = row.text(10);
  return audit;
}

std::string last_hash(Connection& c) {
  Statement& row = c.prepare("SELECT row_hash FROM audit_log ORDER BY audit_id DESC LIMIT 1");
  const std::string hash = row.step() ? row.text(0) : std::string();
  return hash.empty() ? std::string(audit_chain_begin) : hash;
}

std::string list_sql(const AuditFilter& filter) {
  std::string sql = fmt::format("SELECT {} FROM audit_log WHERE audit_id < ?1", audit_columns);
  if (!filter.tenant_id.empty()) sql += " AND tenant_id = ?2";
  if (!filter.action.empty()) sql += " AND action = ?3";
  if (filter.from_ms != 0) sql += " AND at_ms >= ?4";
  if (filter.to_ms != 0) sql += " AND at_ms <= ?5";
  return sql + " ORDER BY audit_id DESC LIMIT ?6";
}

void bind_filter(Statement& row, const AuditFilter& filter, std::int64_t before, int limit) {
  row.bind(1, before).bind(6, limit);
  if (!filter.tenant_id.empty()) row.bind(2, filter.tenant_id);
  if (!filter.action.empty()) row.bind(3, filter.action);
  if (filter.from_ms != 0) row.bind(4, filter.from_ms);
  if (filter.to_ms != 0) row.bind(5, filter.to_ms);
}

// Whether the row continues the chain; a row without a hash may only stand before it.
bool continues(const AuditChain& chain, const AuditRow& row) {
  if (chain.rows > 0 && row.id != chain.last_id + 1) return false;
  if (row.hash.empty()) return chain.last_hash.empty();
  return row.hash == audit_hash(chain.last_hash.empty() ? audit_chain_begin : std::string_view(chain.last_hash), row.entry);
}

// A row of the chain can never be mended: no detail holds a secret, whoever wrote it.
std::string without_secrets(const std::string& detail_json) {
  if (!shows_secret(detail_json)) return detail_json;
  const Result<Json> detail = parse_json(detail_json);
  return detail.ok() ? with_texts(*detail, redact_shapes).dump() : redact_shapes(detail_json);
}

}  // namespace

// Every field with its length before it, so that no two rows have the same text.
std::string audit_hash(std::string_view previous, const AuditEntry& entry) {
  const std::string at = std::to_string(entry.at_ms);
  Sha256 digest;
  for (const std::string_view field : {previous, std::string_view(at), std::string_view(entry.tenant_id), std::string_view(entry.action),
                                       std::string_view(entry.actor), std::string_view(entry.user_id), std::string_view(entry.target),
                                       std::string_view(entry.request_id), std::string_view(entry.client_address),
                                       std::string_view(entry.detail_json)}) {
    digest.add(fmt::format("{}:", field.size()));
    digest.add(field);
  }
  return digest.finish_hex();
}

void insert_audit(Connection& connection, const AuditEntry& asked, const Clock& clock) {
  AuditEntry entry = asked;
  if (entry.at_ms == 0) entry.at_ms = clock.now_ms();
  entry.detail_json = without_secrets(entry.detail_json);
  const std::string hash = audit_hash(last_hash(connection), entry);
  connection
      .prepare("INSERT INTO audit_log (row_hash, at_ms, tenant_id, action, actor, user_id, target, request_id, client_address, "
               "detail_json) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
      .bind(1, hash).bind(2, entry.at_ms).bind(3, entry.tenant_id).bind(4, entry.action).bind(5, entry.actor)
      .bind(6, entry.user_id).bind(7, entry.target).bind(8, entry.request_id).bind(9, entry.client_address)
      .bind(10, entry.detail_json)
      .step();
}

Status AuditLog::add(const AuditEntry& entry, const Clock& clock) {
  return database_.write([&](Connection& c) {
    insert_audit(c, entry, clock);
    return Status();
  });
}

Result<AuditPage> AuditLog::list(const AuditFilter& filter) {
  std::int64_t before = INT64_MAX;
  if (!filter.cursor.empty() && (!parse_integer(filter.cursor, before) || before <= 0))
    return Status(Code::invalid, "cursor is not one that this server gave out")
        .with_detail_json(Json::object().set("field", "cursor").set("issue", "is not one that this server gave out").dump());
  const int limit = std::clamp(filter.limit, 1, page_rows_max);
  const std::string sql = list_sql(filter);
  AuditPage page;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    bind_filter(row, filter, before, limit + 1);
    while (row.step()) {
      if (static_cast<int>(page.rows.size()) == limit) {
        page.next_cursor = std::to_string(page.rows.back().id);
        return Status();
      }
      page.rows.push_back(read_audit(row));
    }
    return row.status();
  }));
  return page;
}

// The number that the next row would get tells whether rows are missing at the end.
Result<AuditChain> AuditLog::verify() {
  static const std::string sql = fmt::format("SELECT {} FROM audit_log ORDER BY audit_id", audit_columns);
  AuditChain chain;
  CVG_RETURN_IF_ERROR(database_.read([&](Connection& c) {
    Statement& row = c.prepare(sql);
    while (row.step()) {
      const AuditRow audit = read_audit(row);
      if (chain.broken_id == 0 && !continues(chain, audit)) chain.broken_id = audit.id;
      ++chain.rows;
      chain.rows_unchained += audit.hash.empty() ? 1 : 0;
      chain.last_id = audit.id;
      chain.last_hash = audit.hash;
    }
    CVG_RETURN_IF_ERROR(row.status());
    Statement& numbers = c.prepare("SELECT seq FROM sqlite_sequence WHERE name = 'audit_log'");
    if (numbers.step() && numbers.integer(0) > chain.last_id && chain.broken_id == 0) chain.broken_id = chain.last_id + 1;
    return numbers.status();
  }));
  return chain;
}

}  // namespace cvg
