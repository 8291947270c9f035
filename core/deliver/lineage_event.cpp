#include "core/deliver/lineage_event.h"

#include <array>
#include <set>

#include "core/base/digest.h"
#include "core/base/text.h"
#include "core/base/time_text.h"

namespace cvg {
namespace {

constexpr std::string_view event_schema = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";

// Where the definition of each facet stands.
std::string facet_schema(std::string_view file, std::string_view name) {
  return fmt::format("https://openlineage.io/spec/facets/{}.json#/$defs/{}", file, name);
}
Json facet(const LineageNames& names, std::string_view file, std::string_view name) {
  return Json::object().set("_producer", names.producer).set("_schemaURL", facet_schema(file, name));
}

std::string_view to_text(LineageType type) {
  constexpr std::array<std::string_view, 4> names{"START", "COMPLETE", "FAIL", "ABORT"};
  return names[static_cast<std::size_t>(type)];
}

std::string namespace_of(const LineageNames& names, const Tenant& tenant) { return fmt::format("{}://{}", names.job_namespace, tenant.id); }
std::string job_name(const Run& run) { return fmt::format("{}.{}.{}", run.provider, run.domain, run.template_name); }

Json nominal_time(const LineageNames& names, const Run& run) {
  const std::optional<std::int64_t> day = parse_date(run.run_date);
  if (!day) return {};
  Json json = facet(names, "1-0-1/NominalTimeRunFacet", "NominalTimeRunFacet");
  return json.set("nominalStartTime", format_time(midnight_ms(*day))).set("nominalEndTime", format_time(midnight_ms(*day + 1)));
}

Json error_facet(const LineageNames& names, const std::string& message) {
  return facet(names, "1-0-1/ErrorMessageRunFacet", "ErrorMessageRunFacet").set("message", message).set("programmingLanguage", "C++");
}

Json parent_facet(const LineageNames& names, const Tenant& tenant, const Run& run) {
  Json json = facet(names, "1-1-0/ParentRunFacet", "ParentRunFacet");
  json.set("run", Json::object().set("runId", run.id));
  return json.set("job", Json::object().set("namespace", namespace_of(names, tenant)).set("name", job_name(run)));
}

Json job_type(const LineageNames& names, std::string_view kind) {
  Json json = facet(names, "2-0-3/JobTypeJobFacet", "JobTypeJobFacet");
  return json.set("processingType", "BATCH").set("integration", "CONVERGENCE").set("jobType", std::string(kind));
}

Json metadata_of(const StepRun& step) {
  const Result<Json> parsed = parse_json(step.metadata_json);
  return parsed.ok() && parsed->is_object() ? *parsed : Json::object();
}

// Tables of a step that moved rows into one; what a gated run did not publish is in none.
std::string table_of(const StepRun& step) {
  if (step.state != StepState::complete) return "";
  const Json metadata = metadata_of(step);
  return metadata["gate_refused"].boolean() ? "" : metadata["table"].text_or("");
}

Json dataset(const LineageNames& names, const Tenant& tenant, const std::string& table) {
  return Json::object().set("namespace", fmt::format("{}://{}", names.dataset_namespace, tenant.id)).set("name", fmt::format("{}.{}", tenant.id, table));
}

Json schema_facet(const LineageNames& names, const Json& columns) {
  Json fields = Json::array();
  for (const Json& column : columns.items()) fields.push(Json::object().set("name", column["name"].text()).set("type", column["type"].text()));
  return facet(names, "1-1-1/SchemaDatasetFacet", "SchemaDatasetFacet").set("fields", fields);
}

Json output_of(const LineageSource& source, const LineageNames& names, const StepRun& step) {
  const std::string table = table_of(step);
  Json output = dataset(names, source.tenant, table);
  if (const auto schema = source.schemas.find(table); schema != source.schemas.end())
    output.set("facets", Json::object().set("schema", schema_facet(names, schema->second)));
  Json statistics = facet(names, "1-0-2/OutputStatisticsOutputDatasetFacet", "OutputStatisticsOutputDatasetFacet");
  statistics.set("rowCount", step.rows_processed);
  if (step.bytes_processed > 0) statistics.set("size", step.bytes_processed);  // of what a query wrote it is not known
  return output.set("outputFacets", Json::object().set("outputStatistics", statistics));
}

// What was checked is an input of the check, with a verdict for each expectation.
Json checked_input(const LineageSource& source, const LineageNames& names, const StepRun& step) {
  Json assertions = Json::array();
  std::int64_t rows = 0;
  for (const DqResult& check : source.checks) {
    if (check.step_id != step.step_id) continue;
    Json assertion = Json::object().set("assertion", check.expectation_type).set("success", check.success);
    if (!check.column_name.empty()) assertion.set("column", check.column_name);
    if (!check.severity.empty()) assertion.set("severity", check.severity == "critical" ? "error" : "warn");
    assertions.push(std::move(assertion));
    rows = std::max(rows, check.element_count);
  }
  const std::string table = metadata_of(step)["table"].text_or("");
  if (assertions.size() == 0 || table.empty()) return {};
  Json facets = Json::object();
  facets.set("dataQualityAssertions", facet(names, "1-0-1/DataQualityAssertionsDatasetFacet", "DataQualityAssertionsDatasetFacet").set("assertions", assertions));
  facets.set("dataQualityMetrics", facet(names, "1-0-2/DataQualityMetricsInputDatasetFacet", "DataQualityMetricsInputDatasetFacet")
                                       .set("rowCount", rows).set("columnMetrics", Json::object()));
  return dataset(names, source.tenant, table).set("inputFacets", facets);
}

// Where a delivery lies, by the names of OpenLineage: s3://{bucket} and the key, file and the path.
Json delivery(const std::string& uri) {
  const std::size_t scheme = uri.find("://");
  if (scheme == std::string::npos) return {};
  const std::size_t host_end = std::min(uri.find('/', scheme + 3), uri.size());
  const bool is_file = uri.starts_with("file://");
  std::string name = uri.substr(is_file ? host_end : std::min(host_end + 1, uri.size()));
  while (name.size() > 1 && name.ends_with('/')) name.pop_back();
  return Json::object().set("namespace", is_file ? "file" : uri.substr(0, host_end)).set("name", name.empty() ? "/" : name);
}

// What steps read: a check's table with its verdicts, deliveries, and of the tables that a step names those that there are.
class Inputs {
 public:
  Inputs(const LineageSource& source, const LineageNames& names) : source_(source), names_(names) {}

  void add(const StepRun& step) {
    if (Json checked = checked_input(source_, names_, step); checked.is_object()) {
      seen_.insert(key(checked));
      list_.push(std::move(checked));
    }
    const Json metadata = metadata_of(step);
    for (const Json& input : metadata["inputs"].items()) {
      Json found = input["uri"].text().empty() ? table(input["table"].text()) : delivery(input["uri"].text());
      if (found.is_object() && seen_.insert(key(found)).second) list_.push(std::move(found));
    }
  }
  // What the run itself makes on the way is none of its inputs.
  void leave_out(const std::string& table) { seen_.insert(key(dataset(names_, source_.tenant, table))); }
  Json list() const { return list_; }

 private:
  static std::string key(const Json& dataset) { return dataset["namespace"].text() + "\n" + dataset["name"].text(); }
  Json table(const std::string& name) const {
    for (const auto& [known, columns] : source_.schemas) {
      if (lower_ascii(known) == name) return dataset(names_, source_.tenant, known).set("facets", Json::object().set("schema", schema_facet(names_, columns)));
    }
    return {};
  }
  const LineageSource& source_;
  const LineageNames& names_;
  std::set<std::string> seen_;
  Json list_ = Json::array();
};

Json event(const LineageNames& names, std::string_view type, std::int64_t at_ms, Json run, Json job) {
  Json json = Json::object().set("eventType", std::string(type)).set("eventTime", format_time(at_ms)).set("producer", names.producer);
  json.set("schemaURL", std::string(event_schema)).set("run", std::move(run)).set("job", std::move(job));
  return json.set("inputs", Json::array()).set("outputs", Json::array());
}

Json run_event(LineageType type, const LineageSource& source, const LineageNames& names) {
  Json facets = Json::object();
  if (Json nominal = nominal_time(names, source.run); nominal.is_object()) facets.set("nominalTime", std::move(nominal));
  if (type == LineageType::fail || type == LineageType::abort) facets.set("errorMessage", error_facet(names, source.run.error_message));
  const Json run = Json::object().set("runId", source.run.id).set("facets", facets);
  Json job = Json::object().set("namespace", namespace_of(names, source.tenant)).set("name", job_name(source.run));
  job.set("facets", Json::object().set("jobType", job_type(names, "PIPELINE")));
  Json json = event(names, to_text(type), type == LineageType::start ? source.run.start_ms : source.run.end_ms, run, job);
  if (type == LineageType::start) return json;
  Json outputs = Json::array();
  Inputs inputs(source, names);
  std::set<std::string> seen;
  for (const StepRun& step : source.steps) {
    if (const std::string table = table_of(step); !table.empty() && step.step_type != "dq_check" && seen.insert(table).second) {
      outputs.push(output_of(source, names, step));
      inputs.leave_out(table);
    }
  }
  for (const StepRun& step : source.steps) inputs.add(step);
  return json.set("inputs", inputs.list()).set("outputs", outputs);
}

Json step_event(std::string_view type, std::int64_t at_ms, const StepRun& step, const LineageSource& source, const LineageNames& names) {
  Json facets = Json::object().set("parent", parent_facet(names, source.tenant, source.run));
  if (type == "FAIL") facets.set("errorMessage", error_facet(names, step.error_message));
  const Json run = Json::object().set("runId", step_run_id(source.run.id, step.step_id)).set("facets", facets);
  Json job = Json::object().set("namespace", namespace_of(names, source.tenant));
  job.set("name", fmt::format("{}.{}", job_name(source.run), step.step_id));
  job.set("facets", Json::object().set("jobType", job_type(names, upper_ascii(step.step_type))));
  Json json = event(names, type, at_ms, run, job);
  if (type == "START") return json;
  if (!table_of(step).empty() && step.step_type != "dq_check") json.set("outputs", Json::array().push(output_of(source, names, step)));
  Inputs inputs(source, names);
  inputs.add(step);
  return json.set("inputs", inputs.list());
}

}  // namespace

std::string step_run_id(const std::string& run_id, const std::string& step_id) {
  std::string hex = sha256_hex(run_id + "\n" + step_id).substr(0, 32);
  hex[12] = '8';  // a UUID of version 8: the digest is ours
  hex[16] = "89ab"[(hex[16] >= 'a' ? hex[16] - 'a' + 10 : hex[16] - '0') & 3];
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4), hex.substr(16, 4), hex.substr(20));
}

std::vector<Json> lineage_events(LineageType type, const LineageSource& all, const LineageNames& names) {
  // What a retry took over was done, and told, by the run before.
  std::vector<StepRun> own;
  for (const StepRun& step : all.steps)
    if (!metadata_of(step).find("reused_from")) own.push_back(step);
  const LineageSource source{all.tenant, all.run, own, all.checks, all.schemas};
  std::vector<Json> events;
  if (type != LineageType::start) {
    for (const StepRun& step : source.steps) {
      const bool ended = step.state == StepState::complete || step.state == StepState::failed;
      if (!ended || step.start_ms == 0 || step.end_ms == 0) continue;
      events.push_back(step_event("START", step.start_ms, step, source, names));
      events.push_back(step_event(step.state == StepState::complete ? "COMPLETE" : "FAIL", step.end_ms, step, source, names));
    }
  }
  events.push_back(run_event(type, source, names));
  return events;
}

}  // namespace cvg
