#include "host/routes/request_audit.h"

#include "host/routes/services.h"

namespace cvg {

AuditEntry request_audit(const RouteContext& context) {
  AuditEntry who;
  who.actor = "public";
  if (context.principal) {
    who.actor = "key:" + context.principal->key_id;
    who.tenant_id = context.principal->tenant.id;
  }
  if (context.is_admin) who.actor = "admin";
  who.user_id = context.services.log.redactor().redact(context.request.header("x-user-id"));
  who.request_id = context.request_id;
  who.client_address = context.request.client_address;
  return who;
}

}  // namespace cvg
