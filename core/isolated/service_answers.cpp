#include "core/isolated/service_answers.h"

#include <convergence/plugin.hpp>

#include "core/base/text.h"
#include "core/isolated/channel.h"
#include "core/plugin/call.h"
#include "core/plugin/host_table.h"

namespace cvg {
namespace {

// A plugin whose stream asks for rows of another one, and so on, stands still at this depth.
constexpr int depth_max = 8;
constexpr std::size_t answer_bytes_max = message_bytes_max - (std::size_t{1} << 20);

Status no_request() { return Status(Code::peer_died, "sent something that is no request"); }

}  // namespace

// What a service gave, as it travels back.
struct ServiceAnswers::Served {
  cvg_error error = empty_abi_error();
  std::int64_t value = 0;
  convergence::StringOut text{answer_bytes_max}, more{answer_bytes_max};
  std::string bytes;  // in place of text, without a copy

  cvg_status fail(const Status& status) { return fill_abi_error(status, &error); }
  std::string written(cvg_status status) {
    FlatWriter out;
    out.number(status);
    write_error(error, out);
    out.number(value).text(bytes.empty() ? std::string_view(text.text()) : std::string_view(bytes)).text(std::string_view(more.text()));
    return out.take();
  }
};

Result<std::string> ServiceAnswers::answer(std::string_view request) {
  FlatReader in(request);
  const auto service = static_cast<Service>(in.number<std::uint8_t>());
  Served out;
  if (depth_ >= depth_max) return out.written(out.fail(Status(Code::limit, "services of the host call each other too deep")));
  ++depth_;
  const cvg_status status = serve(service, in, out);
  --depth_;
  if (!in.at_end()) return no_request();
  return out.written(status);
}

cvg_status ServiceAnswers::serve(Service service, FlatReader& in, Served& out) {
  const cvg_host& host = host_table();
  switch (service) {
    case Service::call_info: return host.call_info(call_, out.text.out(), &out.error);
    case Service::http: return http(in, out);
    case Service::secret: {
      const cvg_str name = in.abi_text();
      return in.at_end() ? host.secret(call_, &name, out.text.out(), &out.error) : CVG_E_STATE;
    }
    case Service::run_provider: {
      const cvg_str provider = in.abi_text();
      const cvg_extract_req request = read_extract(in);
      const cvg_str destination = in.abi_text();
      return in.at_end() ? host.run_provider(call_, &provider, &request, &destination, out.text.out(), &out.error) : CVG_E_STATE;
    }
    case Service::run_units: {
      const cvg_str table = in.abi_text();
      return in.at_end() ? host.run_units(call_, &table, out.text.out(), &out.error) : CVG_E_STATE;
    }
    case Service::stage_open:
    case Service::stage_write:
    case Service::stage_close:
    case Service::stage_read: return serve_stage(service, in, out);
    case Service::objects_list:
    case Service::objects_stat:
    case Service::objects_read_range:
    case Service::objects_to_stage: return serve_objects(service, in, out);
    default: return serve_rows(service, in, out);
  }
}

cvg_status ServiceAnswers::serve_stage(Service service, FlatReader& in, Served& out) {
  const cvg_host& host = host_table();
  if (service == Service::stage_open) {
    const cvg_str name = in.abi_text();
    cvg_handle handle = 0;
    const cvg_status status = in.at_end() ? host.stage_open(call_, &name, &handle, &out.error) : CVG_E_STATE;
    out.value = static_cast<std::int64_t>(handle);
    return status;
  }
  if (service == Service::stage_read) {
    const cvg_str uri = in.abi_text();
    const auto offset = in.number<std::uint64_t>(), n = in.number<std::uint64_t>();
    return in.at_end() ? host.stage_read(call_, &uri, offset, n, out.text.out(), &out.error) : CVG_E_STATE;
  }
  const auto handle = in.number<cvg_handle>();
  if (service == Service::stage_close) return in.at_end() ? host.stage_close(call_, handle, out.text.out(), &out.error) : CVG_E_STATE;
  const std::string_view bytes = in.text();
  return in.at_end() ? host.stage_write(call_, handle, bytes.data(), bytes.size(), &out.error) : CVG_E_STATE;
}

cvg_status ServiceAnswers::serve_objects(Service service, FlatReader& in, Served& out) {
  const cvg_objects& objects = host_objects_table();
  const cvg_str first = in.abi_text();
  if (service == Service::objects_stat) return in.at_end() ? objects.stat(call_, &first, out.text.out(), &out.error) : CVG_E_STATE;
  if (service == Service::objects_read_range) {
    const auto offset = in.number<std::uint64_t>(), n = in.number<std::uint64_t>();
    return in.at_end() ? objects.read_range(call_, &first, offset, n, out.text.out(), &out.error) : CVG_E_STATE;
  }
  const cvg_str second = in.abi_text();
  if (!in.at_end()) return CVG_E_STATE;
  if (service == Service::objects_list) return objects.list(call_, &first, &second, out.text.out(), &out.error);
  return objects.to_stage(call_, &first, &second, out.text.out(), &out.error);
}

cvg_status ServiceAnswers::serve_rows(Service service, FlatReader& in, Served& out) {
  switch (service) {
    case Service::wh_query: return query(in, out);
    case Service::wh_ingest: return ingest(false, in, out);
    case Service::sink_put: return ingest(true, in, out);
    case Service::stream_pull: return pull_stream(in, out);
    case Service::stream_release: streams_.erase(in.number<std::uint64_t>()); return CVG_OK;
    case Service::sink_unit: {
      const cvg_unit unit = read_unit(in);
      std::int32_t decision = CVG_UNIT_LOAD;
      const cvg_status status = in.at_end() ? host_table().sink_unit(call_, sink_, &unit, &decision, &out.error) : CVG_E_STATE;
      out.value = decision;
      return status;
    }
    default: in.refuse(); return CVG_E_STATE;
  }
}

cvg_status ServiceAnswers::http(FlatReader& in, Served& out) {
  cvg_http_req request{};
  request.struct_size = sizeof request;
  request.flags = in.number<std::uint32_t>();
  for (cvg_str* field : {&request.method, &request.url, &request.headers_json, &request.body, &request.auth_ref}) *field = in.abi_text();
  request.timeout_ms = in.number<std::int64_t>();
  request.max_bytes = in.number<std::uint64_t>();
  cvg_http_res response{};
  response.struct_size = sizeof response;
  response.headers_json = out.text.out();
  response.body = out.more.out();
  response.body_to_stage = in.number<cvg_handle>();
  const cvg_status status = in.at_end() ? host_table().http(call_, &request, &response, &out.error) : CVG_E_STATE;
  out.value = response.status;
  return status;
}

cvg_status ServiceAnswers::query(FlatReader& in, Served& out) {
  cvg_sql sql{};
  sql.struct_size = sizeof sql;
  sql.flags = in.number<std::uint32_t>();
  sql.text = in.abi_text();
  sql.txn = in.number<cvg_handle>();
  sql.max_rows = in.number<std::uint64_t>();
  if (!in.at_end()) return CVG_E_STATE;
  ArrowArrayStream stream{};
  const cvg_status status = host_table().wh_query(call_, &sql, &stream, &out.error);
  if (status != CVG_OK) return status;
  out.value = static_cast<std::int64_t>(++last_stream_);
  streams_.try_emplace(last_stream_, &stream);
  return CVG_OK;
}

cvg_status ServiceAnswers::ingest(bool into_sink, FlatReader& in, Served& out) {
  IngestRequest request(in);
  if (!in.at_end()) return CVG_E_STATE;
  ArrowArrayStream stream{};
  if (request.has_stream()) {
    make_pulled_stream(pull_, {}, &stream);
    request.ingest.stream = &stream;
  }
  const cvg_host& host = host_table();
  const cvg_status status = into_sink ? host.sink_put(call_, sink_, &request.ingest, &out.value, &out.error)
                                      : host.wh_ingest(call_, &request.ingest, &out.value, &out.error);
  if (stream.release) stream.release(&stream);
  return status;
}

cvg_status ServiceAnswers::pull_stream(FlatReader& in, Served& out) {
  const auto id = in.number<std::uint64_t>();
  const auto pull = static_cast<Pull>(in.number<std::uint8_t>());
  const auto found = streams_.find(id);
  if (!in.at_end() || found == streams_.end()) return out.fail(Status(Code::state, "this stream was released already, or was never opened"));
  Result<std::string> bytes = found->second.answer(pull);
  if (!bytes.ok()) return out.fail(bytes.status());
  out.bytes = std::move(*bytes);
  return CVG_OK;
}

Status ServiceAnswers::note(std::string_view body) {
  FlatReader in(body);
  const auto note = static_cast<Note>(in.number<std::uint8_t>());
  const cvg_host& host = host_table();
  if (note == Note::log) {
    const auto level = in.number<std::int32_t>();
    const cvg_str message = in.abi_text(), fields = in.abi_text();
    if (in.at_end()) host.log(call_, level, &message, &fields);
  } else if (note == Note::progress) {
    const auto fraction = in.number<double>();
    const auto rows = in.number<std::uint64_t>(), bytes = in.number<std::uint64_t>();
    if (in.at_end()) host.progress(call_, fraction, rows, bytes, nullptr);
  } else if (note == Note::sink_warn) {
    const cvg_str message = in.abi_text();
    if (in.at_end()) host.sink_warn(call_, sink_, &message);
  } else {
    return no_request();
  }
  return in.at_end() ? Status() : no_request();
}

}  // namespace cvg
