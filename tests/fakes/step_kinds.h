// Step kinds of tests: `query`, `wait` and `ingest` with small schemas, as plugins would describe them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/config/step_kinds.h"

namespace cvg {

class FakeStepKinds final : public StepKinds {
 public:
  FakeStepKinds() {
    add("email", R"({"type":"object","properties":{"to":{"type":"array"}}})");
    add("webhook", R"({"type":"object","properties":{"url":{"type":"string"}}})");
    add("wait", R"({"type":"object","additionalProperties":false,"properties":{"seconds":{"type":"integer","minimum":0},"until_sql":{"type":"string"}}})");
    add("query", R"({"type":"object","required":["sql"],"additionalProperties":false,"properties":{"sql":{"type":"string"},
      "input":{"type":"string"},"destination":{"type":"object","required":["table"],"properties":{"table":{"type":"string"},
      "write_mode":{"enum":["append","replace","replace_unit"]}}}}})");
    add("ingest", R"({"type":"object","required":["source","destination"],"additionalProperties":false,"properties":{
      "source":{"type":"object","properties":{"provider":{"type":"string"},"dataset":{"type":"string"},"uri":{"type":"string"},
      "options":{"type":"object"}},"additionalProperties":false},"destination":{"type":"object"}}})");
    add("dq_check", R"({"type":"object","properties":{"table":{"type":"string"},"where":{"type":"string"},"expectations":{"type":"array"}},
      "additionalProperties":false})");
  }
  void add(const std::string& type, const std::string& schema) { schemas_[type] = Json::parse(schema); }

  const Json* spec_schema(std::string_view type) const override {
    const auto found = schemas_.find(type);
    return found == schemas_.end() ? nullptr : &found->second;
  }
  std::vector<std::string> names() const override {
    std::vector<std::string> out;
    for (const auto& [name, schema] : schemas_) out.push_back(name);
    return out;
  }
  Json plan(std::string_view, const Json& spec) const override {
    Json errors = Json::array();
    if (spec["seconds"].text() == "13") errors.push(Json::object().set("field", "seconds").set("message", "13 brings bad luck"));
    return errors;
  }

 private:
  std::map<std::string, Json, std::less<>> schemas_;
};

}  // namespace cvg
