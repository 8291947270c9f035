#include "core/isolated/worker_services.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call.h"
#include "core/plugin/host_answer.h"

namespace cvg {
namespace {

constexpr std::int64_t sleep_slice_ms = 20;

WorkerLink* the_link = nullptr;

FlatWriter request(Service service) {
  FlatWriter out;
  out.number(static_cast<std::uint8_t>(service));
  return out;
}
std::string_view text_of(const cvg_str* text) { return view(text); }

cvg_status malformed(cvg_error* error, std::string_view what) {
  return fill_abi_error(Status(Code::plugin, fmt::format("the plugin handed in no {}, or one that is smaller than ABI 1.0 has it", what)), error);
}

cvg_status give(cvg_out* out, const ServedAnswer& answer, cvg_error* error) {
  if (answer.status != CVG_OK) return answer.tell(error);
  return fill_abi_error(write_out(out, answer.text), error);
}

void log(cvg_call* call, int32_t level, const cvg_str* message, const cvg_str* fields) {
  answered(nullptr, [&] {
    FlatWriter out;
    out.number(static_cast<std::uint8_t>(Note::log)).number(level).text(text_of(message)).text(text_of(fields));
    the_link->note(call, out.take());
    return CVG_OK;
  });
}
int32_t cancelled(cvg_call* call) { return the_link->is_current(call) && the_link->stop_reason() == CVG_OK ? 0 : 1; }
int64_t remaining_ms(cvg_call* call) { return the_link->is_current(call) ? the_link->remaining_ms() : 0; }

cvg_status sleep(cvg_call* call, int64_t ms) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(std::clamp<std::int64_t>(ms, 0, std::int64_t{1} << 40));
  for (;;) {
    if (!the_link->is_current(call)) return CVG_E_STATE;
    if (const cvg_status reason = the_link->stop_reason(); reason != CVG_OK) return reason;
    const auto left = end - std::chrono::steady_clock::now();
    if (left <= std::chrono::nanoseconds(0)) return CVG_OK;
    std::this_thread::sleep_for(std::min<std::chrono::nanoseconds>(left, std::chrono::milliseconds(sleep_slice_ms)));
  }
}

void progress(cvg_call* call, double fraction, uint64_t rows, uint64_t bytes, const cvg_str*) {
  answered(nullptr, [&] {
    FlatWriter out;
    out.number(static_cast<std::uint8_t>(Note::progress)).number(fraction).number(rows).number(bytes);
    the_link->note(call, out.take());
    return CVG_OK;
  });
}

cvg_status call_info(cvg_call* call, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return give(out, the_link->ask(call, request(Service::call_info).take()), error); });
}

cvg_status http(cvg_call* call, const cvg_http_req* asked, cvg_http_res* response, cvg_error* error) {
  return answered(error, [&] {
    cvg_http_req r;
    if (!read_struct(asked, sizeof r, r) || !response || response->struct_size < sizeof(cvg_http_res)) return malformed(error, "cvg_http_req and cvg_http_res");
    FlatWriter out = request(Service::http);
    out.number(r.flags).text(r.method).text(r.url).text(r.headers_json).text(r.body).text(r.auth_ref);
    out.number(r.timeout_ms).number(r.max_bytes).number(response->body_to_stage);
    const ServedAnswer answer = the_link->ask(call, out.take());
    response->status = static_cast<std::int32_t>(answer.value);
    if (answer.status != CVG_OK) return answer.tell(error);
    if (response->headers_json)
      if (const Status written = write_out(response->headers_json, answer.text); !written.ok()) return fill_abi_error(written, error);
    const bool to_body = response->body && response->body_to_stage == 0;
    return to_body ? fill_abi_error(write_out(response->body, answer.more), error) : cvg_status{CVG_OK};
  });
}

cvg_status secret(cvg_call* call, const cvg_str* name, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return give(out, the_link->ask(call, request(Service::secret).text(text_of(name)).take()), error); });
}

cvg_status run_provider(cvg_call* call, const cvg_str* provider, const cvg_extract_req* asked, const cvg_str* destination, cvg_out* out,
                        cvg_error* error) {
  return answered(error, [&] {
    cvg_extract_req r;
    if (!read_struct(asked, sizeof r, r)) return malformed(error, "cvg_extract_req");
    FlatWriter body = request(Service::run_provider);
    body.text(text_of(provider));
    write_extract(r, body);
    return give(out, the_link->ask(call, body.text(text_of(destination)).take()), error);
  });
}

cvg_status run_units(cvg_call* call, const cvg_str* table, cvg_out* out, cvg_error* error) {
  return answered(error, [&] { return give(out, the_link->ask(call, request(Service::run_units).text(text_of(table)).take()), error); });
}

cvg_status wh_query(cvg_call* call, const cvg_sql* sql, ArrowArrayStream* stream, cvg_error* error) {
  return answered(error, [&] {
    cvg_sql r;
    if (!read_struct(sql, sizeof r, r) || !stream) return malformed(error, "cvg_sql with a stream for its answer");
    FlatWriter out = request(Service::wh_query);
    const ServedAnswer answer = the_link->ask(call, out.number(r.flags).text(r.text).number(r.txn).number(r.max_rows).take());
    if (answer.status != CVG_OK) return answer.tell(error);
    const std::int64_t id = answer.value;
    const auto pull = [call, id](Pull what) -> Result<std::string> {
      FlatWriter question = request(Service::stream_pull);
      ServedAnswer batch = the_link->ask(call, question.number(id).number(static_cast<std::uint8_t>(what)).take());
      if (batch.status != CVG_OK) return Status(code_from_abi(batch.status), batch.error.message);
      return std::move(batch.text);
    };
    make_pulled_stream(pull, [call, id] { static_cast<void>(the_link->ask(call, request(Service::stream_release).number(id).take())); }, stream);
    return cvg_status{CVG_OK};
  });
}

cvg_status put_rows(Service service, cvg_call* call, const cvg_ingest* asked, int64_t* rows, cvg_error* error) {
  return answered(error, [&] {
    cvg_ingest r;
    if (!read_struct(asked, sizeof r, r)) return malformed(error, "cvg_ingest");
    for (std::uint64_t i = 0; i < r.n_files; ++i)
      if (!r.files || !r.files[i] || r.files[i]->struct_size < sizeof(cvg_file)) return malformed(error, "cvg_file");
    FlatWriter out = request(service);
    write_ingest(r, out);
    std::unique_ptr<PulledFrom> given;
    if (r.stream) given = std::make_unique<PulledFrom>(r.stream);
    const ServedAnswer answer = the_link->ask(call, out.take(), given.get());
    if (answer.status == CVG_OK && rows) *rows = answer.value;
    return answer.tell(error);
  });
}
cvg_status wh_ingest(cvg_call* call, const cvg_ingest* asked, int64_t* rows, cvg_error* error) { return put_rows(Service::wh_ingest, call, asked, rows, error); }
cvg_status sink_put(cvg_call* call, cvg_sink*, const cvg_ingest* asked, int64_t* rows, cvg_error* error) {
  return put_rows(Service::sink_put, call, asked, rows, error);
}

cvg_status stage_open(cvg_call* call, const cvg_str* name, cvg_handle* handle, cvg_error* error) {
  return answered(error, [&] {
    if (!handle) return malformed(error, "place for the handle");
    const ServedAnswer answer = the_link->ask(call, request(Service::stage_open).text(text_of(name)).take());
    *handle = static_cast<cvg_handle>(answer.value);
    return answer.tell(error);
  });
}
cvg_status stage_write(cvg_call* call, cvg_handle handle, const void* bytes, uint64_t n, cvg_error* error) {
  return answered(error, [&] {
    if (!bytes && n > 0) return malformed(error, "bytes");
    const cvg_str text{static_cast<const char*>(bytes), n};
    return the_link->ask(call, request(Service::stage_write).number(handle).text(text).take()).tell(error);
  });
}
cvg_status stage_close(cvg_call* call, cvg_handle handle, cvg_out* uri, cvg_error* error) {
  return answered(error, [&] { return give(uri, the_link->ask(call, request(Service::stage_close).number(handle).take()), error); });
}
cvg_status stage_read(cvg_call* call, const cvg_str* uri, uint64_t offset, uint64_t n, cvg_out* out, cvg_error* error) {
  return answered(error, [&] {
    return give(out, the_link->ask(call, request(Service::stage_read).text(text_of(uri)).number(offset).number(n).take()), error);
  });
}

cvg_status sink_unit(cvg_call* call, cvg_sink*, const cvg_unit* unit, int32_t* decision, cvg_error* error) {
  return answered(error, [&] {
    cvg_unit r;
    if (!read_struct(unit, sizeof r, r) || !decision) return malformed(error, "cvg_unit with a place for the decision");
    FlatWriter out = request(Service::sink_unit);
    write_unit(r, out);
    const ServedAnswer answer = the_link->ask(call, out.take());
    if (answer.status == CVG_OK) *decision = static_cast<std::int32_t>(answer.value);
    return answer.tell(error);
  });
}
void sink_warn(cvg_call* call, cvg_sink*, const cvg_str* message) {
  answered(nullptr, [&] {
    FlatWriter out;
    the_link->note(call, out.number(static_cast<std::uint8_t>(Note::sink_warn)).text(text_of(message)).take());
    return CVG_OK;
  });
}

cvg_status list(cvg_call* call, const cvg_str* prefix, const cvg_str* page, cvg_out* json, cvg_error* error) {
  return answered(error, [&] { return give(json, the_link->ask(call, request(Service::objects_list).text(text_of(prefix)).text(text_of(page)).take()), error); });
}
cvg_status stat(cvg_call* call, const cvg_str* key, cvg_out* json, cvg_error* error) {
  return answered(error, [&] { return give(json, the_link->ask(call, request(Service::objects_stat).text(text_of(key)).take()), error); });
}
cvg_status read_range(cvg_call* call, const cvg_str* key, uint64_t offset, uint64_t n, cvg_out* out, cvg_error* error) {
  return answered(error, [&] {
    return give(out, the_link->ask(call, request(Service::objects_read_range).text(text_of(key)).number(offset).number(n).take()), error);
  });
}
cvg_status to_stage(cvg_call* call, const cvg_str* key, const cvg_str* options, cvg_out* json, cvg_error* error) {
  return answered(error, [&] { return give(json, the_link->ask(call, request(Service::objects_to_stage).text(text_of(key)).text(text_of(options)).take()), error); });
}

const void* get_ext(const char* id) {
  static const cvg_objects objects = {sizeof(cvg_objects), 0, &list, &stat, &read_range, &to_stage};
  return id && std::strcmp(id, CVG_EXT_OBJECTS) == 0 ? &objects : nullptr;
}

}  // namespace

const cvg_host& worker_services(WorkerLink& link) {
  the_link = &link;
  static constexpr cvg_host table = {
      .struct_size = sizeof(cvg_host), .abi_major = CVG_ABI_MAJOR, .abi_minor = CVG_ABI_MINOR, .run_mode = 1, .name_version = "convergence/1.0.0",
      .log = &log, .cancelled = &cancelled, .remaining_ms = &remaining_ms, .sleep = &sleep, .progress = &progress, .call_info = &call_info,
      .http = &http, .secret = &secret, .run_provider = &run_provider, .run_units = &run_units, .wh_query = &wh_query, .wh_ingest = &wh_ingest,
      .stage_open = &stage_open, .stage_write = &stage_write, .stage_close = &stage_close, .stage_read = &stage_read,
      .sink_unit = &sink_unit, .sink_put = &sink_put, .sink_warn = &sink_warn, .get_ext = &get_ext,
  };
  return table;
}

}  // namespace cvg
