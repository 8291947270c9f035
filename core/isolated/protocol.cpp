#include "core/isolated/protocol.h"

#include <algorithm>

#include "core/plugin/call.h"

namespace cvg {
namespace {

template <std::size_t N>
std::string_view fixed_text(const char (&field)[N]) {
  return std::string_view(field, strnlen(field, N));
}
template <std::size_t N>
void read_fixed(FlatReader& in, char (&field)[N]) {
  const std::string_view text = in.text().substr(0, N - 1);
  std::copy(text.begin(), text.end(), field);
  field[text.size()] = 0;
}

}  // namespace

void write_error(const cvg_error& error, FlatWriter& out) {
  out.number(error.code).number(error.flags).number(error.http_status).number(error.retry_after_ms);
  out.text(fixed_text(error.message)).text(fixed_text(error.detail_json));
}

cvg_error read_error(FlatReader& in) {
  cvg_error error = empty_abi_error();
  error.code = in.number<cvg_status>();
  error.flags = in.number<std::uint32_t>();
  error.http_status = in.number<std::int32_t>();
  error.retry_after_ms = in.number<std::int64_t>();
  read_fixed(in, error.message);
  read_fixed(in, error.detail_json);
  return error;
}

void write_extract(const cvg_extract_req& request, FlatWriter& out) {
  out.number(request.flags).text(request.dataset).text(request.uri).text(request.options_json);
}

cvg_extract_req read_extract(FlatReader& in) {
  cvg_extract_req request{};
  request.struct_size = sizeof request;
  request.flags = in.number<std::uint32_t>();
  request.dataset = in.abi_text();
  request.uri = in.abi_text();
  request.options_json = in.abi_text();
  return request;
}

void write_unit(const cvg_unit& unit, FlatWriter& out) {
  out.number(unit.flags).text(unit.source).text(unit.unit).text(unit.version).text(unit.fingerprint).text(unit.layout);
}

cvg_unit read_unit(FlatReader& in) {
  cvg_unit unit{};
  unit.struct_size = sizeof unit;
  unit.flags = in.number<std::uint32_t>();
  for (cvg_str* field : {&unit.source, &unit.unit, &unit.version, &unit.fingerprint, &unit.layout}) *field = in.abi_text();
  return unit;
}

void write_ingest(const cvg_ingest& r, FlatWriter& out) {
  out.number(r.mode).number(r.txn);
  for (const cvg_str* field : {&r.table, &r.keys_json, &r.partition_json, &r.schema_json, &r.source, &r.unit, &r.constants_json, &r.schema_policy, &r.sql})
    out.text(*field);
  out.number<std::uint8_t>(r.stream ? 1 : 0).number(r.n_files);
  for (std::uint64_t i = 0; i < r.n_files; ++i) {
    const cvg_file& f = *r.files[i];
    out.number(f.format).number(f.flags).number(f.bytes).text(f.uri).text(f.name).text(f.dialect_json);
  }
}

IngestRequest::IngestRequest(FlatReader& in) {
  ingest.struct_size = sizeof ingest;
  ingest.mode = in.number<std::uint32_t>();
  ingest.txn = in.number<cvg_handle>();
  for (cvg_str* field : {&ingest.table, &ingest.keys_json, &ingest.partition_json, &ingest.schema_json, &ingest.source, &ingest.unit,
                         &ingest.constants_json, &ingest.schema_policy, &ingest.sql})
    *field = in.abi_text();
  has_stream_ = in.number<std::uint8_t>() != 0;
  const auto files = in.number<std::uint64_t>();
  constexpr std::size_t file_bytes_min = 40;
  if (files > in.left() / file_bytes_min) in.refuse();
  for (std::uint64_t i = 0; in.ok() && i < files; ++i) {
    cvg_file f{};
    f.struct_size = sizeof f;
    f.format = in.number<std::uint32_t>();
    f.flags = in.number<std::uint32_t>();
    f.bytes = in.number<std::uint64_t>();
    f.uri = in.abi_text();
    f.name = in.abi_text();
    f.dialect_json = in.abi_text();
    files_.push_back(f);
  }
  for (const cvg_file& file : files_) pointers_.push_back(&file);
  ingest.files = pointers_.empty() ? nullptr : pointers_.data();
  ingest.n_files = pointers_.size();
}

}  // namespace cvg
