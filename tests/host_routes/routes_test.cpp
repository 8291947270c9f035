#include "host/routes/routes.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/text.h"
#include "host/routes/metrics_registry.h"
#include "host/routes/schemas.h"

namespace cvg {
namespace {

TEST(Routes, AreCompleteAndNameTheSchemasThatExist) {
  for (const Route& route : routes()) {
    EXPECT_NE(route.handler, nullptr) << route.operation_id;
    std::string_view reply = route.response_schema;
    if (reply.starts_with('[')) reply.remove_prefix(1);
    EXPECT_TRUE(reply.empty() || reply == "object" || find_schema(reply) != nullptr) << route.operation_id;
    EXPECT_TRUE(route.request_schema.empty() || find_schema(route.request_schema) != nullptr) << route.operation_id;
    EXPECT_EQ(route.body == BodyRule::none, route.request_schema.empty()) << route.operation_id;
  }
}

TEST(Routes, EveryTenantInAPathIsGuardedByAKey) {
  for (const Route& route : routes())
    EXPECT_TRUE(route.path.find("{tenant_id}") == std::string_view::npos || route.auth == Auth::tenant ||
                route.auth == Auth::admin)
        << route.operation_id;
}

TEST(Routes, OnlyServiceRoutesAreExemptFromLimits) {
  for (const Route& route : routes())
    EXPECT_EQ(route.limit == LimitClass::exempt, route.tag == "service") << route.operation_id;
}

TEST(Routes, FitTheMetrics) { EXPECT_LT(routes().size(), MetricsRegistry::slots_max - 1); }

}  // namespace
}  // namespace cvg
