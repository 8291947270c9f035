// OnboardService: the port that the routes call to bring a tenant into being, all or nothing.  Any thread.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/base/status.h"

namespace cvg {

struct OnboardRequest {
  Json body;
  bool customers_alias = false;  // company_name may be missing
  std::string request_id, client_address;
  std::string actor = "public";  // who asks, as the audit log names it
  std::string user_id;           // of X-User-ID, without secrets
  std::string trace_id;          // of traceparent
  bool may_recreate = false;     // the caller showed the admin key or the tenant's own key
};
class OnboardService {
 public:
  virtual ~OnboardService() = default;
  virtual Result<Json> dryrun(const OnboardRequest& request) = 0;   // the reply's body
  virtual Result<Json> onboard(const OnboardRequest& request) = 0;  // the reply's body, with api_key
};

}  // namespace cvg
