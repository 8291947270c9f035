// The fifteen checks of an onboarding's dry run.  They create nothing that stays.  Any thread.
#pragma once

#include "core/tenancy/onboarding.h"

namespace cvg {

// {check_name, status, message} of every check, in their order.
Json run_onboarding_checks(const OnboardingParts& parts, const OnboardRequest& request);

}  // namespace cvg
