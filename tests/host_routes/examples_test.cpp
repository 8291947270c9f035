#include "host/routes/examples.h"

#include <gtest/gtest.h>

#include "core/base/text.h"
#include "host/routes/openapi.h"
#include "host/routes/routes.h"
#include "host/routes/schemas.h"

namespace cvg {
namespace {

TEST(Examples, FitTheirSchemas) {
  for (const Schema& schema : schemas()) EXPECT_EQ(misfit(schema.name, example_of_type(schema.name)), "") << schema.name;
}

TEST(Examples, EveryTextHasOneOfItsOwn) {
  for (const Schema& schema : schemas())
    for (const FieldDoc& field : schema.fields)
      if (field.type == "string" || field.type == "[string]") {
        EXPECT_NE(example_of_field(schema.name, field).dump(), example_of_type(field.type).dump()) << schema.name << "." << field.name;
      }
}

TEST(Examples, OfErrorsHaveTheOneShapeAndTheirCode) {
  for (const int status : {400, 401, 403, 404, 408, 409, 413, 414, 415, 417, 429, 431, 500, 501, 503, 504, 505}) {
    const std::vector<ErrorExample> examples = error_examples(status);
    ASSERT_FALSE(examples.empty()) << status;
    for (const ErrorExample& example : examples) {
      EXPECT_EQ(misfit("Error", example.body), "") << example.body.dump();
      EXPECT_EQ(example.body["code"].text(), example.code);
      EXPECT_EQ(example.body["retry_after"].is_number(), status == 429 || status == 503) << example.code;
    }
  }
}

TEST(Examples, StandAtEveryJsonBodyOfTheDocument) {
  const Json document = openapi_document("1");
  std::size_t bodies = 0;
  for (const Route& route : routes()) {
    const Json& operation = document["paths"][std::string(route.path)][lower_ascii(to_text(route.method))];
    for (const auto& [status, response] : operation["responses"].members()) {
      const Json* content = response["content"].find("application/json");
      if (content == nullptr) continue;
      ++bodies;
      const bool shown = content->find("example") != nullptr || (*content)["examples"].size() > 0;
      EXPECT_TRUE(shown) << route.operation_id << " " << status;
    }
    if (const Json* request = operation.find("requestBody")) {
      EXPECT_NE((*request)["content"]["application/json"].find("example"), nullptr) << route.operation_id;
    }
  }
  EXPECT_GT(bodies, 100u);
}

}  // namespace
}  // namespace cvg
