#include "host/routes/openapi.h"

#include <gtest/gtest.h>

#include <set>

#include "core/base/text.h"
#include "host/routes/routes.h"
#include "host/routes/schemas.h"

namespace cvg {
namespace {

void collect_references(const Json& json, std::set<std::string>& out) {
  if (const Json* reference = json.find("$ref")) out.insert(reference->text());
  for (const auto& [name, member] : json.members()) collect_references(member, out);
  for (const Json& item : json.items()) collect_references(item, out);
}

TEST(OpenApi, HoldsEveryRouteOfTheTableAndNothingElse) {
  const Json document = openapi_document("1.2.3");
  EXPECT_EQ(document["openapi"].text(), "3.1.0");
  EXPECT_EQ(document["info"]["version"].text(), "1.2.3");
  std::size_t operations = 0;
  for (const auto& [path, item] : document["paths"].members()) operations += item.size();
  EXPECT_EQ(operations, routes().size());
  for (const Route& route : routes()) {
    const Json& operation = document["paths"][std::string(route.path)][lower_ascii(to_text(route.method))];
    EXPECT_EQ(operation["operationId"].text(), route.operation_id);
    EXPECT_TRUE(operation["responses"]["200"].is_object()) << route.operation_id;
    EXPECT_GT(operation["responses"]["200"]["content"].size(), 0u) << route.operation_id;
    EXPECT_TRUE(operation["responses"]["500"].is_object()) << route.operation_id;
    EXPECT_EQ(operation["security"].size() > 0, route.auth != Auth::none) << route.operation_id;
    EXPECT_EQ(operation.find("requestBody") != nullptr, route.body != BodyRule::none) << route.operation_id;
  }
}

TEST(OpenApi, TheExportIsATarArchive) {
  const Json document = openapi_document("1.2.3");
  EXPECT_NE(document["paths"]["/api/v1/tenants/{tenant_id}/export"]["get"]["responses"]["200"]["content"].find("application/x-tar"), nullptr);
}

TEST(OpenApi, WhatIsAnsweredBeforeARouteIsKnownIsInEveryOperation) {
  const Json document = openapi_document("1");
  for (const char* status : {"408", "414", "417", "501", "505"}) {
    const std::string name = std::string("Error") + status;
    EXPECT_EQ(document["components"]["responses"][name]["content"]["application/json"]["schema"]["$ref"].text(), "#/components/schemas/Error") << status;
    for (const auto& [path, item] : document["paths"].members())
      for (const auto& [method, operation] : item.members())
        EXPECT_EQ(operation["responses"][status]["$ref"].text(), "#/components/responses/" + name) << path;
  }
}

TEST(OpenApi, EveryReferenceLeadsToSomething) {
  const Json document = openapi_document("1");
  std::set<std::string> references;
  collect_references(document, references);
  EXPECT_GT(references.size(), 8u);
  for (const std::string& reference : references) {
    const Json& there = document["components"][reference.find("/responses/") == std::string::npos ? "schemas" : "responses"];
    EXPECT_NE(there.find(reference.substr(reference.rfind('/') + 1)), nullptr) << reference;
  }
}

TEST(OpenApi, EveryPathParameterIsDeclared) {
  const Json document = openapi_document("1");
  for (const auto& [path, item] : document["paths"].members())
    for (const auto& [method, operation] : item.members()) {
      std::size_t declared = 0, wanted = 0;
      for (const Json& parameter : operation["parameters"].items()) declared += parameter["in"].text() == "path" ? 1u : 0u;
      for (const char c : path) wanted += c == '{' ? 1u : 0u;
      EXPECT_EQ(declared, wanted) << path;
    }
}

}  // namespace
}  // namespace cvg
