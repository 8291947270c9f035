#include "host/routes/request_audit.h"

#include "core/base/utf8_text.h"
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
  who.user_id = user_of(context);
  who.request_id = context.request_id;
  who.client_address = context.request.client_address;
  return who;
}

std::string user_of(const RouteContext& context) {
  return context.services.log.redactor().redact(mended_utf8(context.request.header("x-user-id")));
}

}  // namespace cvg
