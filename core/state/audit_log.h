// The audit log: who changed what, when and from where.  Rows are only ever added, each inside the transaction of the change
// that it tells of.  A row's hash covers the hash of the row before it: whoever keeps one hash can prove that nothing before
// it was changed or taken out.  Any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/clock.h"
#include "core/base/status.h"
#include "core/model/tenant.h"
#include "core/state/database.h"

namespace cvg {

// From inside Database::write, beside the change itself.  Secrets that the detail shows by their shape are redacted.
void insert_audit(Connection& connection, const AuditEntry& entry, const Clock& clock);

// Of a row behind one with the hash `previous`: SHA-256, hex, over both.  The first row follows audit_chain_begin.
std::string audit_hash(std::string_view previous, const AuditEntry& entry);
inline constexpr std::string_view audit_chain_begin = "0000000000000000000000000000000000000000000000000000000000000000";

struct AuditRow {
  std::int64_t id = 0;
  AuditEntry entry;
  std::string hash;  // empty: written before the chain began
};
struct AuditFilter {
  std::string tenant_id = {}, action = {};
  std::int64_t from_ms = 0, to_ms = 0;  // 0: open; both inclusive
  int limit = 100;
  std::string cursor = {};  // of the previous page
};
struct AuditPage {
  std::vector<AuditRow> rows;  // newest first
  std::string next_cursor;     // empty: the end
};

// What a walk along the whole chain found.
struct AuditChain {
  std::int64_t rows = 0, rows_unchained = 0;  // all; those of before the chain began
  std::int64_t last_id = 0;
  std::string last_hash;       // of the row last_id
  std::int64_t broken_id = 0;  // the first row that was changed, or that follows a gap, or that is missing at the end; 0: none
  bool is_whole() const { return broken_id == 0; }
};

class AuditLog {
 public:
  explicit AuditLog(Database& database) : database_(database) {}
  // What was done beside the store; a change of the store has its row in its own transaction.
  Status add(const AuditEntry& entry, const Clock& clock);
  // Code::invalid with {"field","issue"} for a cursor that is none.
  Result<AuditPage> list(const AuditFilter& filter);
  // Reads every row: seconds for millions.
  Result<AuditChain> verify();

 private:
  Database& database_;
};

}  // namespace cvg
