#include <cstring>

#include <convergence/plugin.hpp>

#include "core/plugin/abi_view.h"
#include "core/plugin/plugin_call.h"
#include "core/warehouse/warehouse.h"

namespace cvg {
namespace {

// Of one answer; the description of a dataset with thousands of tables stays far below it.
constexpr std::size_t warehouse_answer_bytes_max = std::size_t{16} << 20;

class PluginWarehouse final : public Warehouse {
 public:
  PluginWarehouse(const cvg_warehouse& table, const cvg_upkeep* upkeep, cvg_instance* instance, const std::string& name)
      : table_(table), upkeep_(upkeep), instance_(instance), who_("warehouse " + name) {}

  Status query(cvg_call* call, const cvg_sql& sql, ArrowArrayStream* out) override {
    std::memset(out, 0, sizeof *out);
    const Status status = call_plugin(who_, [&](cvg_error* e) { return table_.query(instance_, call, &sql, out, e); });
    if (!status.ok() && out->release) out->release(out);
    if (status.ok() && !out->release) return Status(Code::plugin, who_ + " failed", who_ + " answered a query without a stream");
    return status;
  }

  Result<cvg_handle> begin(cvg_call* call, std::string_view marker) override {
    cvg_publication publication{};
    publication.struct_size = sizeof publication;
    publication.marker = abi_text(marker);
    cvg_handle txn = 0;
    CVG_RETURN_IF_ERROR(call_plugin(who_, [&](cvg_error* e) { return table_.begin(instance_, call, &publication, &txn, e); }));
    if (txn == 0) return Status(Code::plugin, who_ + " failed", who_ + " opened a publication without a handle");
    return txn;
  }

  Result<std::int64_t> ingest(cvg_call* call, const cvg_ingest& request) override {
    std::int64_t rows = 0;
    CVG_RETURN_IF_ERROR(call_plugin(who_, [&](cvg_error* e) { return table_.ingest(instance_, call, &request, &rows, e); }));
    return rows;
  }

  Result<Json> end(cvg_call* call, cvg_handle txn, bool commit, const Json& cursors) override {
    const std::string text = cursors.is_object() ? cursors.dump() : "{}";
    const cvg_str json = abi_text(text);
    return ask([&](cvg_out* out, cvg_error* e) { return table_.end(instance_, call, txn, commit ? 1 : 0, &json, out, e); });
  }

  Result<Json> published(cvg_call* call, std::string_view marker) override {
    const cvg_str text = abi_text(marker);
    return ask([&](cvg_out* out, cvg_error* e) { return table_.published(instance_, call, &text, out, e); });
  }

  Result<Json> cursor(cvg_call* call, std::string_view key) override {
    const cvg_str text = abi_text(key);
    return ask([&](cvg_out* out, cvg_error* e) { return table_.cursor(instance_, call, &text, out, e); });
  }

  Result<Json> create_dataset(cvg_call* call, bool recreate) override {
    const std::string text = Json::object().set("recreate", recreate).dump();
    const cvg_str spec = abi_text(text);
    return ask([&](cvg_out* out, cvg_error* e) { return table_.create_dataset(instance_, call, &spec, out, e); });
  }

  Status drop_dataset(cvg_call* call) override {
    return call_plugin(who_, [&](cvg_error* e) { return table_.drop_dataset(instance_, call, e); });
  }

  Result<Json> describe_dataset(cvg_call* call) override {
    return ask([&](cvg_out* out, cvg_error* e) { return table_.describe_dataset(instance_, call, out, e); });
  }

  Status mirror(cvg_call* call, const Json& batch) override {
    const std::string text = batch.dump();
    const cvg_str json = abi_text(text);
    return call_plugin(who_, [&](cvg_error* e) { return table_.mirror(instance_, call, &json, e); });
  }

  Status discard(cvg_call* call, cvg_handle txn) override {
    return call_plugin(who_, [&](cvg_error* e) { return table_.discard(instance_, call, txn, e); });
  }

  Result<Json> upkeep(cvg_call* call, const Json& options) override {
    if (!upkeep_ || !CVG_HAS(upkeep_, cvg_upkeep, run)) return Status(Code::unsupported, who_ + " offers no upkeep");
    const std::string text = options.dump();
    const cvg_str json = abi_text(text);
    return ask([&](cvg_out* out, cvg_error* e) { return upkeep_->run(instance_, call, &json, out, e); });
  }

  Result<Json> measure_dataset(cvg_call* call) override {
    if (!CVG_HAS(&table_, cvg_warehouse, measure_dataset)) return Status(Code::unsupported, who_ + " cannot measure a dataset");
    return ask([&](cvg_out* out, cvg_error* e) { return table_.measure_dataset(instance_, call, out, e); });
  }

  Result<Json> export_dataset(cvg_call* call, const std::string& folder, std::int64_t bytes_max) override {
    if (!CVG_HAS(&table_, cvg_warehouse, export_dataset)) return Status(Code::unsupported, who_ + " cannot export a dataset");
    const std::string text = Json::object().set("folder", folder).set("bytes_max", bytes_max).dump();
    const cvg_str spec = abi_text(text);
    return ask([&](cvg_out* out, cvg_error* e) { return table_.export_dataset(instance_, call, &spec, out, e); });
  }

 private:
  // function: cvg_status(cvg_out*, cvg_error*).  An answer that is empty is an empty object.
  template <class Function>
  Result<Json> ask(Function function) {
    convergence::StringOut out(warehouse_answer_bytes_max);
    CVG_RETURN_IF_ERROR(call_plugin(who_, [&](cvg_error* e) { return function(out.out(), e); }));
    if (out.text().empty()) return Json::object();
    Result<Json> json = parse_json(out.text());
    if (!json.ok()) return Status(Code::plugin, who_ + " failed", who_ + " answered no JSON: " + json.status().text());
    return json;
  }

  const cvg_warehouse& table_;
  const cvg_upkeep* upkeep_;
  cvg_instance* instance_;
  std::string who_;
};

}  // namespace

std::unique_ptr<Warehouse> make_plugin_warehouse(const cvg_warehouse& table, const cvg_upkeep* upkeep, cvg_instance* instance,
                                                 std::string name) {
  return std::make_unique<PluginWarehouse>(table, upkeep, instance, name);
}

}  // namespace cvg
