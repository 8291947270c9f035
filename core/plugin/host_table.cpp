#include "core/plugin/host_table.h"

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <thread>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/host_answer.h"
#include "core/plugin/stage.h"

namespace cvg {
namespace {

// A cancel flag cannot wake anybody, so a sleep asks it this often.
constexpr std::int64_t sleep_slice_ms = 20;
constexpr std::int64_t stage_read_bytes_max = 64 << 20;

Status no_service(std::string_view service) {
  return Status(Code::state, fmt::format("the service {} is not available in this call", service));
}

Status malformed(std::string_view what) {
  return Status(Code::plugin, fmt::format("the plugin handed in no {}, or one that is smaller than ABI 1.0 has it", what));
}

Status write_json(cvg_out* out, const Result<Json>& json) {
  return json.ok() ? write_out(out, json->dump()) : json.status();
}

// A JSON argument; absent: null.
Result<Json> read_json(const cvg_str* text, std::string_view what) {
  if (view(text).empty()) return Json();
  Result<Json> json = parse_json(view(text));
  if (!json.ok()) return Status(Code::plugin, fmt::format("{} is no JSON: {}", what, json.status().text()));
  return json;
}

void host_log(cvg_call* call, int32_t level, const cvg_str* message, const cvg_str* fields) {
  host_answer(call, nullptr, [&](const Call::Options& c) {
    if (!c.services) return Status();
    const Result<Json> json = read_json(fields, "the log's fields");
    c.services->log(std::clamp(level, 0, 3), view(message), json.ok() ? *json : Json());
    return Status();
  });
}

int32_t host_cancelled(cvg_call* call) {
  const CallPin pin(call);
  return pin && check_running(pin.options()).ok() ? 0 : 1;
}

int64_t host_remaining_ms(cvg_call* call) {
  const CallPin pin(call);
  if (!pin) return 0;
  if (pin.options().deadline_monotonic_ms == 0) return std::numeric_limits<std::int64_t>::max();
  return std::max<std::int64_t>(0, pin.options().deadline_monotonic_ms - pin.options().clock->monotonic_ms());
}

cvg_status host_sleep(cvg_call* call, int64_t ms) {
  return host_answer(call, nullptr, [&](const Call::Options& c) {
    const std::int64_t begin = c.clock->monotonic_ms();
    for (;;) {
      CVG_RETURN_IF_ERROR(check_running(c));
      const std::int64_t now = c.clock->monotonic_ms();
      std::int64_t slice = std::min(sleep_slice_ms, ms - (now - begin));
      if (slice <= 0) return Status();
      if (c.deadline_monotonic_ms != 0) slice = std::min(slice, std::max<std::int64_t>(1, c.deadline_monotonic_ms - now));
      std::this_thread::sleep_for(std::chrono::milliseconds(slice));
    }
  });
}

void host_progress(cvg_call* call, double fraction, uint64_t rows, uint64_t bytes, const cvg_str*) {
  host_answer(call, nullptr, [&](const Call::Options& c) {
    const bool known = std::isfinite(fraction) && fraction >= 0;
    if (c.services) c.services->progress(known ? std::min(fraction, 1.0) : -1.0, rows, bytes);
    return Status();
  });
}

cvg_status host_call_info(cvg_call* call, cvg_out* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    Json json = Json::object();
    json.set("tenant", c.info.tenant_id).set("display_id", c.info.display_id).set("run", c.info.run_id);
    json.set("step", c.info.step_id).set("step_type", c.info.step_type).set("attempt", c.info.attempt);
    json.set("pipeline", c.info.pipeline_id).set("run_date", c.info.run_date).set("trace", c.info.trace_id);
    return write_out(out, json.dump());
  });
}

cvg_status host_secret(cvg_call* call, const cvg_str* name, cvg_out*, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options&) {
    return Status(Code::unsupported, fmt::format("this version of the host lends plugins no secrets ({} was asked for)", view(name)));
  });
}

cvg_status host_run_provider(cvg_call* call, const cvg_str* provider, const cvg_extract_req* request,
                             const cvg_str* destination, cvg_out* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    cvg_extract_req ours;
    if (!c.services) return no_service("run_provider");
    if (!read_struct(request, sizeof ours, ours)) return malformed("cvg_extract_req");
    CVG_ASSIGN(const Json json, read_json(destination, "the destination"));
    return write_json(out, c.services->run_provider(call, std::string(view(provider)), ours, json));
  });
}

cvg_status host_run_units(cvg_call* call, const cvg_str* table, cvg_out* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.services) return no_service("run_units");
    return write_json(out, c.services->run_units(std::string(view(table))));
  });
}

cvg_status host_wh_query(cvg_call* call, const cvg_sql* sql, ArrowArrayStream* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    cvg_sql ours;
    if (!c.services) return no_service("wh_query");
    if (!read_struct(sql, sizeof ours, ours) || !out) return malformed("cvg_sql with a stream for its answer");
    return c.services->query(call, ours, out);
  });
}

// Exactly one of stream, files and sql may be set.
Status read_ingest(const cvg_ingest* request, cvg_ingest& ours) {
  if (!read_struct(request, sizeof ours, ours)) return malformed("cvg_ingest");
  const int kinds = (ours.stream ? 1 : 0) + (ours.n_files > 0 ? 1 : 0) + (ours.sql.n > 0 ? 1 : 0);
  if (kinds > 1) return Status(Code::plugin, "the plugin set more than one of stream, files and sql");
  for (std::uint64_t i = 0; i < ours.n_files; ++i)
    if (!ours.files || !ours.files[i] || ours.files[i]->struct_size < sizeof(cvg_file)) return malformed("cvg_file");
  return Status();
}

Status write_count(const Result<std::int64_t>& count, int64_t* out) {
  if (!count.ok()) return count.status();
  if (out) *out = *count;
  return Status();
}

cvg_status host_wh_ingest(cvg_call* call, const cvg_ingest* request, int64_t* rows, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    cvg_ingest ours;
    if (!c.services) return no_service("wh_ingest");
    CVG_RETURN_IF_ERROR(read_ingest(request, ours));
    return write_count(c.services->ingest(call, ours), rows);
  });
}

cvg_status host_stage_open(cvg_call* call, const cvg_str* name, cvg_handle* handle, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.stage) return no_service("stage");
    if (!handle) return malformed("place for the handle");
    CVG_ASSIGN(*handle, c.stage->open(view(name)));
    return Status();
  });
}

cvg_status host_stage_write(cvg_call* call, cvg_handle handle, const void* bytes, uint64_t n, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.stage) return no_service("stage");
    if (!bytes && n > 0) return malformed("bytes");
    return c.stage->write(handle, std::string_view(static_cast<const char*>(bytes), static_cast<std::size_t>(n)));
  });
}

cvg_status host_stage_close(cvg_call* call, cvg_handle handle, cvg_out* uri, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.stage) return no_service("stage");
    CVG_ASSIGN(const std::string text, c.stage->close(handle));
    return write_out(uri, text);
  });
}

cvg_status host_stage_read(cvg_call* call, const cvg_str* uri, uint64_t offset, uint64_t n, cvg_out* out, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    if (!c.stage) return no_service("stage");
    if (n > stage_read_bytes_max)
      return Status(Code::limit, fmt::format("a read takes at most {} bytes (stage_read_bytes_max)", stage_read_bytes_max));
    CVG_ASSIGN(const std::string text, c.stage->read(view(uri), offset, n));
    return write_out(out, text);
  });
}

cvg_status host_sink_unit(cvg_call* call, cvg_sink* sink, const cvg_unit* unit, int32_t* decision, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    cvg_unit ours;
    if (!c.services) return no_service("sink_unit");
    if (!read_struct(unit, sizeof ours, ours) || !decision) return malformed("cvg_unit with a place for the decision");
    CVG_ASSIGN(*decision, c.services->sink_unit(call, sink, ours));
    return Status();
  });
}

cvg_status host_sink_put(cvg_call* call, cvg_sink* sink, const cvg_ingest* request, int64_t* rows, cvg_error* error) {
  return host_answer(call, error, [&](const Call::Options& c) {
    cvg_ingest ours;
    if (!c.services) return no_service("sink_put");
    CVG_RETURN_IF_ERROR(read_ingest(request, ours));
    return write_count(c.services->sink_put(call, sink, ours), rows);
  });
}

void host_sink_warn(cvg_call* call, cvg_sink* sink, const cvg_str* message) {
  host_answer(call, nullptr, [&](const Call::Options& c) {
    if (c.services) c.services->sink_warn(sink, view(message));
    return Status();
  });
}

const void* host_get_ext(const char* id) {
  return id && std::strcmp(id, CVG_EXT_OBJECTS) == 0 ? &host_objects_table() : nullptr;
}

const void* host_get_warehouse_ext(const char* id) {
  if (id && std::strcmp(id, CVG_EXT_STAGE_PATH) == 0) return &host_stage_path_table();
  return host_get_ext(id);
}

constexpr cvg_host make_table(const void* (*get_ext)(const char*)) {
  return {
      .struct_size = sizeof(cvg_host),
      .abi_major = CVG_ABI_MAJOR,
      .abi_minor = CVG_ABI_MINOR,
      .run_mode = 0,
      .name_version = "convergence/1.0.0",
      .log = &host_log,
      .cancelled = &host_cancelled,
      .remaining_ms = &host_remaining_ms,
      .sleep = &host_sleep,
      .progress = &host_progress,
      .call_info = &host_call_info,
      .http = &host_http,
      .secret = &host_secret,
      .run_provider = &host_run_provider,
      .run_units = &host_run_units,
      .wh_query = &host_wh_query,
      .wh_ingest = &host_wh_ingest,
      .stage_open = &host_stage_open,
      .stage_write = &host_stage_write,
      .stage_close = &host_stage_close,
      .stage_read = &host_stage_read,
      .sink_unit = &host_sink_unit,
      .sink_put = &host_sink_put,
      .sink_warn = &host_sink_warn,
      .get_ext = get_ext,
  };
}

}  // namespace

const cvg_host& host_table(HostGrants grants) {
  static constexpr cvg_host base = make_table(&host_get_ext);
  static constexpr cvg_host warehouse = make_table(&host_get_warehouse_ext);
  return grants == HostGrants::warehouse ? warehouse : base;
}

}  // namespace cvg
