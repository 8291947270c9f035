// OnboardOrder: what an onboarding asks for, checked field by field.  A value; any thread.
#pragma once

#include <string_view>

#include "core/config/plans.h"
#include "core/model/tenant.h"
#include "core/tenancy/onboard_service.h"

namespace cvg {

struct OnboardOrder {
  Tenant tenant;
  bool recreate_dataset = false, recreate_tables = false;
  bool recreate() const { return recreate_dataset || recreate_tables; }
};

// Code::invalid where the body is no object or has a member that nobody reads.
Status check_onboard_members(const Json& body);
// Code::invalid with {"field","issue"} of the first wrong field, and "errors" with all when there are several.
Result<OnboardOrder> read_onboard_order(const OnboardRequest& request, const Plans& plans);
bool is_email(std::string_view text);

}  // namespace cvg
