#include "host/routes/tenancy_schemas.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

TEST(TenancySchemas, EachIsFoundAmongAllSchemas) {
  for (const Schema& schema : tenancy_schemas()) EXPECT_NE(find_schema(schema.name), nullptr) << schema.name;
}

TEST(TenancySchemas, NoReplyHasAFieldForACredentialsContent) {
  for (const Schema& schema : tenancy_schemas())
    for (const FieldDoc& field : schema.fields) EXPECT_TRUE(field.name != "credentials" || schema.name == "CredentialRequest");
}

}  // namespace
}  // namespace cvg
