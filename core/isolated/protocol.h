// The requests between server and worker as flat bytes: which functions there are, and how the structs of the ABI that
// they take and answer travel.  A decoded struct borrows the bytes that it was read from.  Plain values; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <convergence/plugin.h>

#include "core/isolated/flat.h"

namespace cvg {

// A function of an instance; of message type call.
enum class Operation : std::uint8_t { check = 1, discover, extract, plan, run };
// A function of the host; of message type service.
enum class Service : std::uint8_t {
  call_info = 1, http, secret, run_provider, run_units, wh_query, wh_ingest, stage_open, stage_write, stage_close,
  stage_read, sink_unit, sink_put, objects_list, objects_stat, objects_read_range, objects_to_stage, stream_pull, stream_release
};
// What a note tells.
enum class Note : std::uint8_t { log = 1, progress, sink_warn };

void write_error(const cvg_error& error, FlatWriter& out);
cvg_error read_error(FlatReader& in);

void write_extract(const cvg_extract_req& request, FlatWriter& out);
cvg_extract_req read_extract(FlatReader& in);
void write_unit(const cvg_unit& unit, FlatWriter& out);
cvg_unit read_unit(FlatReader& in);

// Not the stream itself: only that there is one.
void write_ingest(const cvg_ingest& request, FlatWriter& out);
class IngestRequest {
 public:
  // in.ok() says whether it was one.
  explicit IngestRequest(FlatReader& in);
  IngestRequest(const IngestRequest&) = delete;
  IngestRequest& operator=(const IngestRequest&) = delete;
  bool has_stream() const { return has_stream_; }
  cvg_ingest ingest{};

 private:
  bool has_stream_ = false;
  std::vector<cvg_file> files_;
  std::vector<const cvg_file*> pointers_;
};

}  // namespace cvg
