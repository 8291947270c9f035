// The plugin's entry: the warehouse's table of functions, and the session extension for tenants' SQL.
#include <convergence/plugin.hpp>
#include <convergence/upkeep.h>
#include <cstring>

#include "session.h"
#include "warehouse.h"

namespace {

using convergence::append;
using convergence::Call;
using convergence::guarded;
using convergence::host;
using convergence::Json;
using convergence::text;
using ducklake::Warehouse;

struct WarehouseThunks : convergence::Thunks<Warehouse> {
  static cvg_status check(cvg_instance *i, cvg_call *c, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); self(i)->check(call); });
  }
  static cvg_status query(cvg_instance *i, cvg_call *c, const cvg_sql *sql, ArrowArrayStream *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); self(i)->query(call, *sql, out); });
  }
  static cvg_status begin(cvg_instance *i, cvg_call *c, const cvg_publication *p, cvg_handle *txn, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); *txn = self(i)->begin(call, text(p->marker)); });
  }
  static cvg_status ingest(cvg_instance *i, cvg_call *c, const cvg_ingest *request, int64_t *rows, cvg_error *e) noexcept {
    const cvg_status status = guarded(e, [&] { Call call(host(), c); *rows = self(i)->ingest(call, *request); });
    // A stream is moved in also when the request is refused before it was looked at.
    if (request->stream && request->stream->release) request->stream->release(request->stream);
    return status;
  }
  static cvg_status end(cvg_instance *i, cvg_call *c, cvg_handle txn, int32_t commit, const cvg_str *cursors, cvg_out *out,
                        cvg_error *e) noexcept {
    return guarded(e, [&] {
      Call call(host(), c);
      const std::string given = text(cursors);
      append(out, self(i)->end(call, txn, commit != 0, given.empty() ? Json::object() : Json::parse(given)).dump());
    });
  }
  static cvg_status published(cvg_instance *i, cvg_call *c, const cvg_str *marker, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->published(call, text(marker)).dump()); });
  }
  static cvg_status cursor(cvg_instance *i, cvg_call *c, const cvg_str *key, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->cursor(call, text(key)).dump()); });
  }
  static cvg_status create_dataset(cvg_instance *i, cvg_call *c, const cvg_str *spec, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] {
      Call call(host(), c);
      const std::string given = text(spec);
      append(out, self(i)->create_dataset(call, given.empty() ? Json::object() : Json::parse(given)).dump());
    });
  }
  static cvg_status drop_dataset(cvg_instance *i, cvg_call *c, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); self(i)->drop_dataset(call); });
  }
  static cvg_status describe_dataset(cvg_instance *i, cvg_call *c, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->describe_dataset(call).dump()); });
  }
  static cvg_status measure_dataset(cvg_instance *i, cvg_call *c, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->measure_dataset(call).dump()); });
  }
  static cvg_status export_dataset(cvg_instance *i, cvg_call *c, const cvg_str *spec, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->export_dataset(call, Json::parse(text(spec))).dump()); });
  }
  static cvg_status mirror(cvg_instance *i, cvg_call *c, const cvg_str *batch, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); self(i)->mirror(call, Json::parse(text(batch))); });
  }
  static cvg_status upkeep(cvg_instance *i, cvg_call *c, const cvg_str *options, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, self(i)->upkeep(call, Json::parse(text(options))).dump()); });
  }
  static cvg_status discard(cvg_instance *i, cvg_call *c, cvg_handle txn, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); self(i)->discard(call, txn); });
  }
};

const cvg_warehouse warehouse_table = {sizeof(cvg_warehouse),
                                       0,
                                       &WarehouseThunks::query,
                                       &WarehouseThunks::begin,
                                       &WarehouseThunks::ingest,
                                       &WarehouseThunks::end,
                                       &WarehouseThunks::published,
                                       &WarehouseThunks::cursor,
                                       &WarehouseThunks::create_dataset,
                                       &WarehouseThunks::drop_dataset,
                                       &WarehouseThunks::describe_dataset,
                                       &WarehouseThunks::mirror,
                                       &WarehouseThunks::discard,
                                       &WarehouseThunks::measure_dataset,
                                       &WarehouseThunks::export_dataset};

const cvg_component warehouse = {sizeof(cvg_component),
                                 CVG_REENTRANT | CVG_SINGLETON,
                                 CVG_KIND_WAREHOUSE,
                                 "ducklake",
                                 &warehouse_table,
                                 &WarehouseThunks::describe,
                                 &WarehouseThunks::create,
                                 &WarehouseThunks::check,
                                 &WarehouseThunks::interrupt,
                                 &WarehouseThunks::destroy};

const cvg_component *component(uint32_t index) { return index == 0 ? &warehouse : nullptr; }

constexpr cvg_upkeep upkeep_table = {sizeof(cvg_upkeep), 0, &WarehouseThunks::upkeep};

const void *extension(const char *id) {
  if (std::strcmp(id, CVG_EXT_UPKEEP) == 0) return &upkeep_table;
  return std::strcmp(id, CVG_EXT_SESSION) == 0 ? ducklake::session_extension() : nullptr;
}

void shutdown() {}

}  // namespace

CVG_PLUGIN_EXT("convergence.ducklake", "1.0.0",
               R"({"id":"convergence.ducklake","version":"1.0.0","abi":"1.0",)"
               R"("components":[{"kind":"cvg.warehouse/1","name":"ducklake"}]})",
               &component, &extension, &shutdown)
