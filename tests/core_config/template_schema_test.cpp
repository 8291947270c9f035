#include <gtest/gtest.h>

#include "core/base/files.h"
#include "core/base/json_schema.h"
#include "core/config/template.h"

namespace cvg {
namespace {

TEST(TemplateSchema, PublishedFileIsTheOneThatIsEnforced) {
  const auto file = read_file(CVG_SOURCE_DIR "/configs/schema/template.schema.json");
  ASSERT_TRUE(file.ok());
  EXPECT_EQ(*file, template_schema_text());
}

TEST(TemplateSchema, UnknownKeysAreNamedWithTheNearest) {
  const auto errors = validate_schema(template_schema(), Json::parse(R"({"stepz":[]})"));
  ASSERT_FALSE(errors.empty());
  EXPECT_EQ(errors[0].path, "stepz");
  EXPECT_EQ(errors[0].message, "is not known; did you mean steps?");
}

}  // namespace
}  // namespace cvg
