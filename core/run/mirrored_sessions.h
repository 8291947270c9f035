// MirroredSessions: Sessions whose reader never sees lag: the tenant's mirror is brought up to date before each query.  Any
// thread.
#pragma once

#include "core/base/log.h"
#include "core/run/mirror.h"
#include "core/warehouse/sessions.h"

namespace cvg {

class MirroredSessions final : public Sessions {
 public:
  // All outlive this object.
  MirroredSessions(Sessions& sessions, Mirror& mirror, Log& log) : sessions_(sessions), mirror_(mirror), log_(log) {}

  // A mirror that cannot be written is told to the operator; the tenant's own data is answered all the same.
  Result<SessionAnswer> query(const SessionQuery& query) override;
  void published(const std::string& tenant_id) override { sessions_.published(tenant_id); }
  void stop() override { sessions_.stop(); }

 private:
  Sessions& sessions_;
  Mirror& mirror_;
  Log& log_;
};

}  // namespace cvg
