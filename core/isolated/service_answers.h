// ServiceAnswers: what a worker asks of the host, answered by the same functions that a plugin in the server's process
// calls.  One object for each call of a plugin; its thread.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include <convergence/plugin.h>

#include "core/isolated/protocol.h"
#include "core/isolated/pulled_stream.h"

namespace cvg {

class ServiceAnswers {
 public:
  // pull asks the worker for a stream that it hands in.  sink: of an extract, else null.
  ServiceAnswers(cvg_call* call, cvg_sink* sink, PullFunction pull) : call_(call), sink_(sink), pull_(std::move(pull)) {}

  // The body of a service message to the body of its answer.  Code::peer_died: it was no request.
  Result<std::string> answer(std::string_view request);
  Status note(std::string_view body);

 private:
  struct Served;
  cvg_status serve(Service service, FlatReader& in, Served& out);
  cvg_status serve_stage(Service service, FlatReader& in, Served& out);
  cvg_status serve_objects(Service service, FlatReader& in, Served& out);
  cvg_status serve_rows(Service service, FlatReader& in, Served& out);
  cvg_status http(FlatReader& in, Served& out);
  cvg_status query(FlatReader& in, Served& out);
  cvg_status ingest(bool into_sink, FlatReader& in, Served& out);
  cvg_status pull_stream(FlatReader& in, Served& out);

  cvg_call* const call_;
  cvg_sink* const sink_;
  const PullFunction pull_;
  int depth_ = 0;
  std::map<std::uint64_t, PulledFrom> streams_;  // that the worker reads
  std::uint64_t last_stream_ = 0;
};

}  // namespace cvg
