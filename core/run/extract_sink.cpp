#include "core/run/extract_sink.h"

#include <cstring>

#include "core/base/text.h"
#include "core/config/table_name.h"
#include "core/plugin/abi_view.h"
#include "core/run/step_services.h"

namespace cvg {
namespace {

constexpr std::size_t warnings_max = 100;

struct ModeName {
  std::string_view name;
  std::uint32_t mode;
};
constexpr ModeName modes[] = {{"append", CVG_APPEND},
                              {"replace", CVG_REPLACE_TABLE},
                              {"replace_unit", CVG_REPLACE_UNIT},
                              {"replace_partition", CVG_REPLACE_PARTITION},
                              {"merge", CVG_MERGE}};

}  // namespace

Result<Destination> Destination::read(const Json& json) {
  Destination out;
  out.table = json["table"].text();
  const Status fits = check_destination_table(out.table);
  if (!fits.ok()) return Status(Code::config, "destination.table: " + fits.text());
  const std::string name = json["write_mode"].text_or("replace_unit");
  for (const ModeName& mode : modes) {
    if (mode.name == name) out.mode = mode.mode;
  }
  if (out.mode == 0) return Status(Code::config, fmt::format("destination.write_mode: '{}' is not known", name));
  out.schema_policy = json["schema"].text_or("evolve");
  if (json["keys"].size() > 0) out.keys_json = json["keys"].dump();
  if (json["partition"].size() > 0) out.partition_json = json["partition"].dump();
  return out;
}

bool is_newer_version(std::string_view stored, std::string_view given) {
  const std::size_t colon = stored.find(':');
  if (colon == std::string_view::npos || given.substr(0, colon + 1) != stored.substr(0, colon + 1)) return false;
  return stored.substr(colon + 1) > given.substr(colon + 1);
}

ExtractSink::ExtractSink(RunContext& run, std::string step_id, CallServices& outer, Publication& publication, Destination destination,
                         bool reload, StepProgress* progress)
    : run_(run),
      step_id_(std::move(step_id)),
      outer_(outer),
      publication_(publication),
      destination_(std::move(destination)),
      reload_(reload),
      progress_(progress),
      lineage_(lineage_json(run, run.environment.clock.now_ms())) {}

Result<std::int32_t> ExtractSink::sink_unit(cvg_call* call, cvg_sink*, const cvg_unit& unit) {
  CVG_RETURN_IF_ERROR(close_unit(call));
  const RunUnit name{std::string(view(unit.source)), std::string(view(unit.unit))};
  const std::string key = cursor_key(destination_.table, name);
  Json given = Json::object();
  given.set("version", std::string(view(unit.version))).set("fingerprint", std::string(view(unit.fingerprint)));
  given.set("layout", std::string(view(unit.layout))).set("template", run_.pipeline.version_digest);
  // Which load it was: what is derived from the unit knows by it whether it is still the same.
  given.set("run", run_.run.id);

  CVG_ASSIGN(const std::string rewritten, publication_.rewritten_by(call, destination_.table));
  if (destination_.mode == CVG_REPLACE_UNIT && !rewritten.empty()) given.set("rewritten", rewritten);

  std::int32_t decision = CVG_UNIT_LOAD;
  Result<Json> stored = run_.environment.warehouse.cursor(call, key);
  if (!stored.ok() && stored.status().code() != Code::not_found) return stored.status();
  if (stored.ok() && !reload_) {
    // A table that is replaced whole would lose the units that stay away.
    const bool same = destination_.mode != CVG_REPLACE_TABLE && (*stored)["fingerprint"].text() == given["fingerprint"].text() && (*stored)["layout"].text() == given["layout"].text() &&
                      (*stored)["template"].text() == given["template"].text() &&
                      (*stored)["rewritten"].text() == given["rewritten"].text();
    if (is_newer_version((*stored)["version"].text(), given["version"].text())) decision = CVG_UNIT_OLDER;
    else if (same && !given["fingerprint"].text().empty()) decision = CVG_UNIT_UNCHANGED;
  }
  add_unit(units_, destination_.table, name);
  if (decision == CVG_UNIT_LOAD) {
    // The publication looks again for a newer delivery; a reload may go back to an earlier one.
    if (reload_) given.set("reload", true);
    open_ = OpenUnit{name, std::move(given)};
    return decision;
  }
  // Stored again with the others, so that a run which is resumed knows all its units from the marker.
  publication_.set_cursor(step_id_, key, *stored);
  decisions_.push(Json::object().set("source", name.source).set("unit", name.unit)
                      .set("decision", decision == CVG_UNIT_OLDER ? "older" : "unchanged").set("rows", 0));
  return decision;
}

Result<std::int64_t> ExtractSink::put(cvg_call* call, cvg_ingest request) {
  request.table = abi_text(destination_.table);
  request.mode = destination_.mode;
  request.keys_json = abi_text(destination_.keys_json);
  request.partition_json = abi_text(destination_.partition_json);
  request.schema_policy = abi_text(destination_.schema_policy);
  request.constants_json = abi_text(lineage_);
  request.source = abi_text(open_->name.source);
  request.unit = abi_text(open_->name.unit);
  CVG_ASSIGN(request.txn, publication_.open(call));
  publication_.mark_rewritten(step_id_, destination_.table, destination_.mode, run_.run.id);
  std::optional<StepProgress::Statement> statement;
  if (progress_) statement.emplace(*progress_);
  return run_.environment.warehouse.ingest(call, request);
}

Result<std::int64_t> ExtractSink::sink_put(cvg_call* call, cvg_sink*, const cvg_ingest& request) {
  if (!open_) return Status(Code::state, "sink_put is legal only after sink_unit answered CVG_UNIT_LOAD");
  CVG_ASSIGN(const std::int64_t rows, put(call, request));
  ++open_->puts;
  open_->rows += rows;
  files_ += static_cast<std::int64_t>(request.n_files);
  for (std::uint64_t i = 0; i < request.n_files; ++i) bytes_ += static_cast<std::int64_t>(request.files[i]->bytes);
  return rows;
}

void ExtractSink::sink_warn(cvg_sink*, std::string_view message) {
  if (warnings_.size() < warnings_max) warnings_.push(std::string(message));
}

Status ExtractSink::close_unit(cvg_call* call) {
  if (!open_) return {};
  if (open_->puts == 0) {
    // Zero rows replace, too.
    cvg_ingest nothing;
    std::memset(&nothing, 0, sizeof nothing);
    nothing.struct_size = sizeof nothing;
    const Result<std::int64_t> put_nothing = put(call, nothing);
    if (!put_nothing.ok()) return put_nothing.status();
  }
  publication_.set_cursor(step_id_, cursor_key(destination_.table, open_->name), open_->cursor.set("rows", open_->rows));
  decisions_.push(Json::object().set("source", open_->name.source).set("unit", open_->name.unit).set("decision", "load").set("rows", open_->rows));
  rows_ += open_->rows;
  ++loaded_;
  open_.reset();
  return {};
}

Status ExtractSink::close(cvg_call* call) { return close_unit(call); }

Json ExtractSink::result() const {
  Json out = Json::object();
  out.set("rows", rows_).set("bytes", bytes_).set("files", files_);
  out.set("unchanged", loaded_ == 0 && decisions_.size() > 0);
  return out.set("units", decisions_).set("warnings", warnings_);
}

}  // namespace cvg
