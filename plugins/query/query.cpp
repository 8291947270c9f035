// Step `query`: one SELECT in the tenant's dataset, into a table, for each unit of another table, or into the step's
// outputs.  No row passes through here on its way to a table: the warehouse runs and stages the SELECT by itself.
#include <convergence/arrow_read.hpp>
#include <convergence/derive_units.h>
#include <convergence/sql.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <string>

namespace {

using convergence::Call;
using convergence::Error;
using convergence::Json;

struct Mode {
  const char *name;
  uint32_t code;
};
constexpr Mode kModes[] = {{"append", CVG_APPEND},
                           {"replace", CVG_REPLACE_TABLE},
                           {"replace_unit", CVG_REPLACE_UNIT},
                           {"replace_partition", CVG_REPLACE_PARTITION},
                           {"merge", CVG_MERGE}};

// What the engine and its reports read from a step's outputs.
constexpr const char *kEngineOutputs[] = {"rows", "bytes", "table", "units", "dq_results", "reused_from", "responsible_for", "resumed", "error", "gate_refused", "inputs"};

uint32_t mode_of(const std::string &name) {
  for (const Mode &m : kModes)
    if (name == m.name) return m.code;
  throw Error(CVG_E_CONFIG, "destination.write_mode '" + name + "' is not known");
}

const char kDescription[] = R"json({
 "summary": "Runs one SELECT in the tenant's dataset: into a table, or its first row into the step's outputs",
 "config_schema": {"type": "object", "properties": {}, "additionalProperties": false},
 "spec_schema": {
  "type": "object", "required": ["sql"], "additionalProperties": false,
  "properties": {
   "sql": {"type": "string", "description": "One SELECT or WITH"},
   "input": {"type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_-]{0,127}$",
             "description": "A table that the SQL reads under the name input, narrowed to the run's units"},
   "destination": {
    "type": "object", "required": ["table"], "additionalProperties": false,
    "properties": {
     "table": {"type": "string"},
     "write_mode": {"type": "string", "enum": ["append", "replace", "replace_unit", "replace_partition", "merge"]},
     "keys": {"type": "array", "items": {"type": "string"}, "description": "merge: the columns that name a row"},
     "partition": {"type": "object", "required": ["column", "value"], "additionalProperties": false,
                   "properties": {"column": {"type": "string"}, "value": {}},
                   "description": "replace_partition: what is replaced"},
     "schema": {"type": "string", "enum": ["evolve", "freeze"]},
     "source": {"type": "string", "description": "replace_unit without input: the unit's origin (default: pipeline/step)"},
     "unit": {"type": "string", "description": "replace_unit without input: the unit's name (default: the run's date)"}
    }
   }
  }
 }
})json";

std::string select_all(const std::string &table, const std::string &condition) {
  return "SELECT * FROM " + convergence::sql_identifier(table) + (condition.empty() ? "" : " WHERE " + condition);
}

// The step's SQL, reading `input` as that table's rows under the condition.
std::string over_input(const std::string &sql, const std::string &table, const std::string &condition) {
  return "WITH input AS (" + select_all(table, condition) + ")\nSELECT * FROM " + convergence::sql_subquery(sql);
}

class Query : public convergence::Step {
 public:
  explicit Query(const Json &) {}
  static Json describe() { return Json::parse(kDescription); }

  Json plan(Call &, const Json &spec) override {
    Json errors = Json::array();
    const auto wrong = [&errors](const char *field, const std::string &message) {
      errors.push(Json::object().set("field", field).set("message", message));
    };
    const Json &to = spec["destination"];
    const std::string mode = to["write_mode"].text_or(spec.find("input") ? "replace_unit" : "append");
    try {
      convergence::sql_subquery(spec["sql"].text());
    } catch (const Error &e) {
      wrong("sql", e.what());
    }
    if (spec.find("input") && to.is_object() && mode != "replace_unit")
      wrong("destination.write_mode", "with input the table is written once per unit: write_mode must be replace_unit");
    if (mode == "merge" && to["keys"].size() == 0) wrong("destination.keys", "merge needs the keys that name a row");
    if (mode == "replace_partition" && !to["partition"].is_object())
      wrong("destination.partition", "replace_partition needs the column and the value that it replaces");
    if (mode != "merge" && to["keys"].size() > 0) wrong("destination.keys", "keys are for write_mode merge only");
    if (mode != "replace_partition" && to.find("partition"))
      wrong("destination.partition", "partition is for write_mode replace_partition only");
    return errors;
  }

  void run(Call &call, const Json &spec, Json &outputs) override {
    const std::string sql = spec["sql"].text(), input = spec["input"].text();
    if (!spec["destination"].is_object()) return answer(call, sql, input, outputs);
    outputs.set("table", spec["destination"]["table"].text());
    if (input.empty()) return write(call, sql, spec["destination"], outputs);
    write_units(call, sql, input, spec["destination"], outputs);
  }

 private:
  // The first row becomes the outputs, beside what the engine reads of a step: no column may pass for that.
  static void answer(Call &call, const std::string &sql, const std::string &input, Json &outputs) {
    const std::string text = input.empty() ? "SELECT * FROM " + convergence::sql_subquery(sql)
                                           : over_input(sql, input, convergence::sql_units(call.run_units(input)));
    const convergence::ArrowRows result = convergence::query_rows(call, text, 1);
    for (const std::string &column : result.columns)
      if (std::find(std::begin(kEngineOutputs), std::end(kEngineOutputs), column) != std::end(kEngineOutputs))
        throw Error(CVG_E_CONFIG, "the SQL answers a column '" + column + "': a step's output of this name is the engine's own; give the column another name with AS");
    outputs.set("rows", static_cast<int64_t>(result.rows.size()));
    if (result.rows.empty()) return;
    for (std::size_t i = 0; i < result.columns.size(); ++i) outputs.set(result.columns[i], result.rows[0][i]);
  }

  static int64_t ingest(Call &call, const Json &to, uint32_t mode, const std::string &sql, const std::string &source,
                        const std::string &unit, const std::string &units = "") {
    call.stop_if_cancelled();
    const std::string table = to["table"].text(), schema = to["schema"].text_or("evolve");
    const std::string keys = to["keys"].is_array() ? to["keys"].dump() : units;
    const std::string partition = to["partition"].is_object() ? to["partition"].dump() : "";
    cvg_ingest request;
    std::memset(&request, 0, sizeof request);
    request.struct_size = sizeof request;
    request.mode = mode;
    request.table = convergence::str(table);
    request.keys_json = convergence::str(keys);
    request.partition_json = convergence::str(partition);
    request.source = convergence::str(source);
    request.unit = convergence::str(unit);
    request.schema_policy = convergence::str(schema);
    request.sql = convergence::str(sql);
    return call.ingest(request);
  }

  static void write(Call &call, const std::string &sql, const Json &to, Json &outputs) {
    const uint32_t mode = mode_of(to["write_mode"].text_or("append"));
    std::string source = to["source"].text(), unit = to["unit"].text();
    if (mode == CVG_REPLACE_UNIT && (source.empty() || unit.empty())) {
      const Json info = call.info();
      if (source.empty()) source = info["pipeline"].text() + "/" + info["step"].text();
      if (unit.empty()) unit = info["run_date"].text();
    }
    outputs.set("rows", ingest(call, to, mode, "SELECT * FROM " + convergence::sql_subquery(sql), source, unit));
  }

  static void write_units(Call &call, const std::string &sql, const std::string &input, const Json &to, Json &outputs) {
    if (mode_of(to["write_mode"].text_or("replace_unit")) != CVG_REPLACE_UNIT)
      throw Error(CVG_E_CONFIG, "with input the write_mode must be replace_unit");
    const Json units = call.run_units(input);
    outputs.set("rows", int64_t{0}).set("units", Json::array());
    if (units.size() == 0) return call.log(1, "the run is responsible for no unit of " + input + ": nothing to write");
    const std::string text = "SELECT * FROM " + convergence::sql_subquery(sql);
    outputs.set("rows", ingest(call, to, CVG_DERIVE_UNITS, text, input, "", units.dump())).set("units", units);
  }
};

const cvg_component *component(uint32_t index) {
  return index == 0 ? convergence::StepThunks<Query>::component("query") : nullptr;
}

}  // namespace

CVG_PLUGIN("convergence.query", "1.0.0",
           R"({"id":"convergence.query","version":"1.0.0","abi":"1.0","components":[{"kind":"cvg.step/1","name":"query"}]})",
           &component)
