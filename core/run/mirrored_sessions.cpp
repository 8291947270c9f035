#include "core/run/mirrored_sessions.h"

namespace cvg {

Result<SessionAnswer> MirroredSessions::query(const SessionQuery& query) {
  const Status status = mirror_.bring_up_to_date(query.tenant_id);
  if (!status.ok()) log_.warning("A query is answered although the tenant's mirror is behind", {{"tenant_id", query.tenant_id}, {"error", status.log_text()}});
  return sessions_.query(query);
}

}  // namespace cvg
