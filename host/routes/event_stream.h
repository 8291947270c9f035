// EventStream: the events of one run as Server-Sent Events until it has ended: its log lines with their numbers as ids, its
// progress, and at last `end` with the run.  A reader that comes back with Last-Event-ID goes on where it was.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/run/run_events.h"
#include "core/state/run_store.h"
#include "host/http/response.h"

namespace cvg {

struct EventStream {
  RunStore& store;  // outlives the stream
  const Clock& clock;
  std::shared_ptr<RunEvents::Watch> watch;
  RunEvents::Limits limits;
  std::string tenant_id, display_id, run_id;
  std::int64_t after = 0;  // the number of the last line that the reader has

  // Ends with the run, with the reader, when the server drains, and after stream_ms_max.
  void send(StreamWriter& writer);

 private:
  // false: there is nothing more to send.
  bool send_new(StreamWriter& writer, std::string& last_progress, bool& wrote);
};

// The event behind which a reader need not come back.
inline constexpr std::string_view last_event_id = "end";

}  // namespace cvg
