#include "core/model/tenant.h"

#include <gtest/gtest.h>

#include "core/base/json.h"

namespace cvg {
namespace {

TEST(TenantId, LettersDigitsAndUnderscoresBetweenThreeAndFifty) {
  for (const std::string id : {"abc", "acmeinc_23xv2", "ACME", "123", "1_a"}) EXPECT_TRUE(check_tenant_id_format(id).ok()) << id;
  EXPECT_TRUE(check_tenant_id_format(std::string(50, 'a')).ok());
  for (const std::string id : {"", "ab", "a-b", "a b", "a.b", "../x", "a;b", "acm\xc3\xa9", "a\"b", "abc\n"})
    EXPECT_EQ(check_tenant_id_format(id).code(), Code::invalid) << id;
  EXPECT_FALSE(check_tenant_id_format(std::string(51, 'a')).ok());
  EXPECT_FALSE(check_tenant_id_format(std::string("ab\0c", 4)).ok());
}

TEST(TenantId, ReservedNamesAreRefusedWhateverTheirCase) {
  for (const std::string id : {"tenants", "Customers", "ADMIN", "system", "information_schema", "main", "memory", "temp", "pg_toast",
                               "PG_x", "__hidden", "select", "Table", "union", "order"})
    EXPECT_EQ(check_tenant_id_reserved(id).code(), Code::invalid) << id;
  for (const std::string id : {"acme", "selects", "_acme", "pgx", "tenant", "my_table"})
    EXPECT_TRUE(check_tenant_id_reserved(id).ok()) << id;
}

TEST(TenantId, TheRefusalNamesFieldAndIssue) {
  const Json detail = *parse_json(check_tenant_id_format("a").detail_json());
  EXPECT_EQ(detail["field"].text(), "tenant_id");
  EXPECT_EQ(detail["issue"].text(), "must have 3 to 50 characters");
  EXPECT_EQ(lower_tenant_id("AcmeInc_1"), "acmeinc_1");
}

}  // namespace
}  // namespace cvg
