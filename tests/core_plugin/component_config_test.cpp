#include "core/plugin/component_config.h"

#include <cstring>

namespace cvg {
namespace {

Json json(const char* text) { return *parse_json(text); }

cvg_status describe_much(cvg_call*, cvg_out* out, cvg_error*) {
  const std::string block(1 << 16, ' ');
  for (int i = 0; i < 17; ++i)
    if (const cvg_status status = out->write(out->ctx, block.data(), block.size()); status != CVG_OK) return status;
  return CVG_OK;
}
cvg_status describe_little(cvg_call*, cvg_out* out, cvg_error*) { return out->write(out->ctx, "{}", 2); }

cvg_component component(cvg_status (*describe)(cvg_call*, cvg_out*, cvg_error*)) {
  cvg_component made{};
  made.describe = describe;
  return made;
}

TEST(ComponentConfig, DescriptionIsBounded) {
  EXPECT_TRUE(describe_component(component(&describe_little), "step x").ok());
  const Status status = describe_component(component(&describe_much), "step x").status();
  EXPECT_NE(status.text().find("its step x cannot describe itself"), std::string::npos);
}

TEST(ComponentConfig, UnknownKeyIsRefusedUnlessTheSchemaAllowsIt) {
  const Json closed = json(R"({"config_schema":{"properties":{"region":{"type":"string"}}}})");
  EXPECT_TRUE(check_config(closed, json(R"({"region":"eu"})"), "provider x").ok());
  const Status status = check_config(closed, json(R"({"regoin":"eu"})"), "provider x");
  EXPECT_EQ(status.code(), Code::config);
  EXPECT_NE(status.text().find("regoin"), std::string::npos) << status.text();
  EXPECT_NE(status.text().find("did you mean region"), std::string::npos) << status.text();
  const Json open = json(R"({"config_schema":{"properties":{},"additionalProperties":{"type":"string"}}})");
  EXPECT_TRUE(check_config(open, json(R"({"regoin":"eu"})"), "provider x").ok());
}

TEST(ComponentConfig, WithoutSchemaThereIsNothingToConfigure) {
  EXPECT_TRUE(check_config(json("{}"), json("{}"), "step x").ok());
  EXPECT_FALSE(check_config(json("{}"), json(R"({"a":1})"), "step x").ok());
}

TEST(ComponentConfig, RequiredKeyIsDemanded) {
  const Json description = json(R"({"config_schema":{"type":"object","required":["key_file"],"properties":{"key_file":{"type":"string"}}}})");
  const Status status = check_config(description, config_of(Json(), "local"), "key manager local");
  EXPECT_NE(status.text().find("key_file"), std::string::npos) << status.text();
}

TEST(ComponentConfig, ConfigIsForAllOrByName) {
  EXPECT_EQ(config_of(json(R"({"a":1})"), "x").dump(), R"({"a":1})");
  EXPECT_EQ(config_of(json(R"({"components":{"x":{"a":1}}})"), "x").dump(), R"({"a":1})");
  EXPECT_EQ(config_of(json(R"({"components":{"x":{"a":1}}})"), "y").dump(), "{}");
  EXPECT_EQ(config_of(Json(), "y").dump(), "{}");
}

TEST(ComponentConfig, NamesMustBeOffered) {
  PluginManifest manifest;
  manifest.offers = {{"cvg.step/1", "query"}};
  EXPECT_TRUE(check_config_names(json(R"({"components":{"query":{}}})"), manifest).ok());
  EXPECT_NE(check_config_names(json(R"({"components":{"qury":{}}})"), manifest).text().find("did you mean query?"), std::string::npos);
  EXPECT_FALSE(check_config_names(json(R"({"components":{},"a":1})"), manifest).ok());
  EXPECT_FALSE(check_config_names(json("[]"), manifest).ok());
}

}  // namespace
}  // namespace cvg
