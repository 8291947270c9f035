// Onboarding: OnboardService: a tenant comes into being as a whole or not at all.  The dry run asks the same questions and
// leaves nothing behind.  Any thread.
#pragma once

#include <set>
#include <string>

#include "core/access/key_manager.h"
#include "core/base/mutex.h"
#include "core/config/plans.h"
#include "core/run/mirror.h"
#include "core/run/run_context.h"
#include "core/run/run_service.h"
#include "core/run/worker_pool.h"
#include "core/tenancy/onboard_order.h"
#include "core/tenancy/onboard_service.h"

namespace cvg {

struct OnboardingParts {  // all outlive the service
  RunEnvironment& environment;
  RunService& runs;
  WorkerPool& workers;
  Mirror& mirror;
  KeyManager& keys;
  const Plans& plans;
  bool require_dryrun = false;
};

// The template that a new tenant's first run executes.
inline constexpr std::string_view validation_provider = "gcp", validation_domain = "example", validation_template = "dryrun";

class Onboarding final : public OnboardService {
 public:
  explicit Onboarding(OnboardingParts parts) : parts_(parts) {}
  Result<Json> dryrun(const OnboardRequest& request) override;
  Result<Json> onboard(const OnboardRequest& request) override;
  // Takes away what an earlier server was killed in the middle of, and mends the datasets that it was making anew; before
  // any worker begins.
  Status recover();

 private:
  Result<Json> build(const OnboardRequest& request, const Tenant& tenant);
  Result<Json> rebuild(const OnboardRequest& request, const Tenant& tenant);
  struct NewKey {
    ApiKey row;
    std::string text;
  };
  Result<NewKey> make_key(const Tenant& tenant);
  Result<Triggered> begin_validation(const Tenant& tenant, const OnboardRequest& request);
  Result<std::string> run_validation(const Tenant& tenant, const OnboardRequest& request);
  Result<std::pair<Json, std::string>> fill(const Tenant& tenant, const OnboardRequest& request);
  void undo(const std::string& tenant_id);
  void mend(const Tenant& tenant);

  const OnboardingParts parts_;
  Mutex mutex_;
  std::set<std::string> under_way_ CVG_GUARDED_BY(mutex_);  // tenants that are being onboarded
};

}  // namespace cvg
