#include "host/routes/request_audit.h"

#include "host/routes/routes.h"
#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class RequestAuditTest : public RouteFixture {
 protected:
  RouteContext context() { return RouteContext{routes()[0], request, *services, "req-9", {}, {}, false, {}, {}}; }
  Request request;
};

TEST_F(RequestAuditTest, TellsWhoAsksAndWhereFrom) {
  request.client_address = "192.0.2.9";
  request.headers = {{"X-User-ID", "jane"}};
  RouteContext asked = context();
  EXPECT_EQ(request_audit(asked).actor, "public");
  asked.principal.emplace(*authenticator->authenticate(acme_key));
  const AuditEntry who = request_audit(asked);
  EXPECT_EQ(who.actor, "key:key_acme");
  EXPECT_EQ(who.tenant_id, "acme");
  EXPECT_EQ(who.user_id, "jane");
  EXPECT_EQ(who.request_id, "req-9");
  EXPECT_EQ(who.client_address, "192.0.2.9");
  request.headers = {{"X-User-ID", "Acme_Corp_api_0123456789abcdeF"}};
  EXPECT_EQ(request_audit(asked).user_id, "[redacted]");
  asked.is_admin = true;
  EXPECT_EQ(request_audit(asked).actor, "admin");
}

TEST_F(RequestAuditTest, AUserThatIsNoUtf8IsStoredAsTextThatEveryReaderTakes) {
  request.headers = {{"X-User-ID", "\xff\xfe jane"}};
  EXPECT_EQ(request_audit(context()).user_id, "\xef\xbf\xbd\xef\xbf\xbd jane");
}

}  // namespace
}  // namespace cvg
