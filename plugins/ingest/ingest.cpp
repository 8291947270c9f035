// Step `ingest`: a provider's dataset into a table of the tenant.  The host runs the provider and owns lineage, units and
// publication; this step says what to read and where it goes.
#include <convergence/plugin.hpp>

#include <cstring>
#include <string>

namespace {

using convergence::Call;
using convergence::Json;

const char kDescription[] = R"json({
 "summary": "Reads a provider's dataset into a table of the tenant",
 "config_schema": {"type": "object", "properties": {}, "additionalProperties": false},
 "spec_schema": {
  "type": "object", "required": ["source", "destination"], "additionalProperties": false,
  "properties": {
   "source": {
    "type": "object", "required": ["provider", "dataset", "uri"], "additionalProperties": false,
    "properties": {
     "provider": {"type": "string", "description": "A provider that a loaded plugin offers"},
     "dataset": {"type": "string"},
     "uri": {"type": "string", "description": "Root of the delivery"},
     "options": {"type": "object", "description": "The provider's own options for the dataset"}
    }
   },
   "destination": {
    "type": "object", "required": ["table"], "additionalProperties": false,
    "properties": {
     "table": {"type": "string"},
     "write_mode": {"type": "string", "enum": ["append", "replace", "replace_unit", "replace_partition", "merge"]},
     "keys": {"type": "array", "items": {"type": "string"}},
     "partition": {"type": "object", "required": ["column", "value"], "additionalProperties": false,
                   "properties": {"column": {"type": "string"}, "value": {}}},
     "schema": {"type": "string", "enum": ["evolve", "freeze"]}
    }
   },
   "reload": {"type": "boolean", "description": "Read also what the cursor knows to be unchanged"}
  }
 }
})json";

class Ingest : public convergence::Step {
 public:
  explicit Ingest(const Json &) {}
  static Json describe() { return Json::parse(kDescription); }

  Json plan(Call &, const Json &spec) override {
    Json errors = Json::array();
    const auto wrong = [&errors](const char *field, const std::string &message) {
      errors.push(Json::object().set("field", field).set("message", message));
    };
    const Json &to = spec["destination"];
    const std::string mode = to["write_mode"].text_or("replace_unit");
    if (mode == "merge" && to["keys"].size() == 0) wrong("destination.keys", "merge needs the keys that name a row");
    if (mode == "replace_partition" && !to["partition"].is_object())
      wrong("destination.partition", "replace_partition needs the column and the value that it replaces");
    return errors;
  }

  void run(Call &call, const Json &spec, Json &outputs) override {
    const Json &from = spec["source"];
    Json to = spec["destination"];
    if (!to.find("write_mode")) to.set("write_mode", "replace_unit");
    if (!to.find("schema")) to.set("schema", "evolve");
    const std::string dataset = from["dataset"].text(), uri = from["uri"].text();
    const std::string options = from["options"].is_object() ? from["options"].dump() : "{}";
    cvg_extract_req request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.flags = reload(spec["reload"]) ? CVG_EXTRACT_RELOAD : 0;
    request.dataset = convergence::str(dataset);
    request.uri = convergence::str(uri);
    request.options_json = convergence::str(options);

    outputs.set("table", to["table"].text());
    const Json result = call.run_provider(from["provider"].text(), request, to);
    for (const char *name : {"rows", "bytes", "files"}) outputs.set(name, result.find(name) ? result[name] : Json(0));
    outputs.set("unchanged", result["unchanged"].boolean());
    for (const char *name : {"units", "warnings"}) outputs.set(name, result[name].is_array() ? result[name] : Json::array());
  }

 private:
  // A template's placeholder leaves a text where the schema wants a boolean.
  static bool reload(const Json &value) { return value.boolean() || value.text() == "true"; }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<Ingest>::component("ingest") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.ingest", "1.0.0",
           R"({"id":"convergence.ingest","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"ingest"}]})",
           &component)
