#include "host/routes/event_stream.h"

#include <algorithm>

#include "core/base/text.h"
#include "host/routes/run_fields.h"

namespace cvg {
namespace {

constexpr int lines_at_once = 500;
constexpr std::int64_t look_ms = 1000;  // a drain, and what another process wrote, is seen that late

void append_event(std::string& out, std::string_view id, std::string_view event, const Json& data) {
  if (!id.empty()) fmt::format_to(std::back_inserter(out), "id: {}\n", id);
  fmt::format_to(std::back_inserter(out), "event: {}\ndata: {}\n\n", event, data.dump());
}

Json progress_json(const Run& run, const std::vector<StepRun>& steps) {
  std::int64_t rows = 0, bytes = 0;
  for (const StepRun& step : steps) {
    rows += step.rows_processed;
    bytes += step.bytes_processed;
  }
  return Json::object()
      .set("status", std::string(to_text(run.state)))
      .set("progress", Json::number(fmt::format("{:.4f}", run.progress)))
      .set("steps_complete", run.steps_complete)
      .set("steps_total", run.steps_total)
      .set("rows_processed", rows)
      .set("bytes_processed", bytes);
}

}  // namespace

// The run is read before its lines: what ended it is among the lines then.
bool EventStream::send_new(StreamWriter& writer, std::string& last_progress, bool& wrote) {
  wrote = false;
  const Result<std::optional<Run>> run = store.get(tenant_id, run_id);
  const Result<std::vector<StepRun>> steps = store.steps(run_id);
  const Result<std::vector<RunLogLine>> lines = store.log_lines(run_id, after, lines_at_once);
  if (!run.ok() || !*run || !steps.ok() || !lines.ok()) return false;
  std::string out;
  for (const RunLogLine& line : *lines) {
    append_event(out, std::to_string(line.seq), line.kind, log_line_json(line));
    after = line.seq;
  }
  const Json progress = progress_json(**run, *steps);
  if (const std::string text = progress.dump(); text != last_progress) {
    append_event(out, "", "progress", progress);
    last_progress = text;
  }
  const bool more = lines->size() == lines_at_once;
  const bool ended = is_terminal((*run)->state) && !more;
  if (ended) append_event(out, last_event_id, "end", run_json(**run, display_id));
  wrote = !out.empty();
  return (out.empty() || writer.write(out)) && !ended;
}

void EventStream::send(StreamWriter& writer) {
  const std::int64_t end = clock.monotonic_ms() + limits.stream_ms_max;
  std::int64_t last_write = clock.monotonic_ms();
  std::string last_progress;
  while (true) {
    const std::int64_t version = watch->version();
    bool wrote = false;
    if (!send_new(writer, last_progress, wrote)) return;
    const std::int64_t now = clock.monotonic_ms();
    if (wrote) last_write = now;
    if (now >= end || writer.stopping()) {
      static_cast<void>(writer.write(": come back with Last-Event-ID\n\n"));
      return;
    }
    if (now - last_write >= limits.heartbeat_ms) {
      if (!writer.write(": heartbeat\n\n")) return;
      last_write = now;
    }
    watch->wait(version, std::min(look_ms, std::max<std::int64_t>(1, limits.heartbeat_ms - (now - last_write))));
  }
}

}  // namespace cvg
