#include "host/routes/run_routes.h"

#include "core/base/field_problems.h"
#include "core/base/text.h"
#include "core/base/time_text.h"
#include "host/http/trace.h"
#include "host/routes/query_parameters.h"
#include "host/routes/event_stream.h"
#include "host/routes/request_audit.h"
#include "host/routes/run_fields.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr int page_runs_default = 20, page_runs_max = 100;
constexpr std::int64_t page_lines_default = 100, page_lines_max = 1000;

Result<RunFilter> read_filter(const RouteContext& context) {
  const Request& request = context.request;
  RunFilter filter;
  FieldProblems problems;
  filter.tenant_id = context.principal->tenant.id;
  filter.pipeline_id = lower_ascii(request.parameter("pipeline_id").value_or(""));
  filter.cursor = request.parameter("cursor").value_or("");
  if (const auto text = request.parameter("status")) {
    RunState state{};
    if (!run_state_from_text(*text, state)) problems.add("status", "must be PENDING, RUNNING, COMPLETE or FAILED");
    filter.state = state;
  }
  problems.add(read_time_parameter(request, "from", filter.from_ms));
  problems.add(read_time_parameter(request, "to", filter.to_ms));
  filter.limit = problems.value_of(read_limit_parameter(request, page_runs_default, page_runs_max));
  CVG_RETURN_IF_ERROR(problems.status());
  return filter;
}

Status read_log_page(const Request& request, std::int64_t& limit, std::int64_t& after) {
  limit = page_lines_default;
  const auto text = request.parameter("limit");
  if ((text && !parse_integer(*text, limit)) || limit < 1 || limit > page_lines_max)
    return parameter_error("limit", fmt::format("must be between 1 and {}", page_lines_max));
  const auto cursor = request.parameter("cursor");
  if (cursor && (!parse_integer(*cursor, after) || after < 0)) return parameter_error("cursor", "is not one that this server gave out");
  return {};
}

// Unknown and foreign ids answer alike.
Result<Run> find_run(const RouteContext& context) {
  const std::string& id = context.parameter("pipeline_logging_id");
  CVG_ASSIGN(std::optional<Run> run, context.services.run_store.get(context.principal->tenant.id, id));
  if (!run) return Status(Code::not_found, fmt::format("There is no pipeline run {}", id));
  return std::move(*run);
}

template <class T>
Response array_response(const std::vector<T>& rows, Json (*to_json)(const T&)) {
  Json array = Json::array();
  for (const T& row : rows) array.push(to_json(row));
  return json_response(array);
}

RunOrder run_order(const RouteContext& context) {
  RunOrder order;
  order.tenant = context.principal->tenant;
  order.run_id = context.parameter("pipeline_logging_id");
  order.user_id = user_of(context);
  order.request_id = context.request_id;
  order.trace_id = trace_id_from(context.request.header("traceparent"));
  order.client_address = context.request.client_address;
  order.actor = "key:" + context.principal->key_id;
  return order;
}

TriggerRequest trigger_request(const RouteContext& context) {
  TriggerRequest request;
  request.tenant = context.principal->tenant;
  request.provider = context.parameter("provider");
  request.domain = context.parameter("domain");
  request.template_name = context.parameter("template");
  request.body = context.body;
  request.user_id = user_of(context);
  request.request_id = context.request_id;
  request.trace_id = trace_id_from(context.request.header("traceparent"));
  request.client_address = context.request.client_address;
  request.actor = "key:" + context.principal->key_id;
  return request;
}

Response accepted_response(const RouteContext& context, const Triggered& run) {
  const bool dry_run = run.run_id.empty();
  Json body = Json::object();
  if (!dry_run) body.set("pipeline_logging_id", run.run_id);
  body.set("pipeline_id", run.pipeline_id).set("tenant_id", context.principal->tenant.display_id);
  body.set("status", dry_run ? "DRY_RUN" : std::string(to_text(run.state)));
  if (run.duplicate) body.set("duplicate", true);
  body.set("message", dry_run         ? "Nothing was stored: this is what would run"
                      : run.duplicate ? "This pipeline is already under way"
                                      : "The pipeline run was accepted");
  body.set("parameters", run.parameters.is_object() ? run.parameters : Json::object());
  if (dry_run) body.set("plan", run.preview);
  return json_response(body);
}

BesideRun keep_reply_of(const RouteContext& context) {
  if (!context.keep_reply) return {};
  return [&context](Connection& c, const Triggered& run) { return context.keep_reply(c, accepted_response(context, run)); };
}

}  // namespace

Result<Response> post_run(RouteContext& context) {
  TriggerRequest request = trigger_request(context);
  const std::string dry_run = lower_ascii(context.request.parameter("dry_run").value_or("false"));
  if (dry_run != "true" && dry_run != "false") return parameter_error("dry_run", "must be true or false");
  request.dry_run = dry_run == "true";
  request.beside = keep_reply_of(context);
  CVG_ASSIGN(const Triggered run, context.services.runs.trigger(request));
  return accepted_response(context, run);
}

Result<Response> retry_run(RouteContext& context) {
  RunOrder order = run_order(context);
  order.beside = keep_reply_of(context);
  CVG_ASSIGN(const Triggered run, context.services.runs.retry(order));
  return accepted_response(context, run);
}

Result<Response> list_runs(RouteContext& context) {
  CVG_ASSIGN(const RunFilter filter, read_filter(context));
  CVG_ASSIGN(const RunPage page, context.services.run_store.list(filter));
  Json array = Json::array();
  for (const Run& run : page.runs) array.push(run_json(run, context.principal->tenant.display_id));
  Response response = json_response(array);
  if (!page.next_cursor.empty()) response.with("X-Next-Cursor", page.next_cursor);
  return response;
}

Result<Response> get_run(RouteContext& context) {
  CVG_ASSIGN(const Run run, find_run(context));
  return json_response(run_json(run, context.principal->tenant.display_id));
}

Result<Response> delete_run(RouteContext& context) {
  CVG_ASSIGN(const Run run, context.services.runs.cancel(run_order(context)));
  return json_response(run_json(run, context.principal->tenant.display_id));
}

Result<Response> get_run_steps(RouteContext& context) {
  CVG_ASSIGN(const Run run, find_run(context));
  CVG_ASSIGN(const std::vector<StepRun> steps, context.services.run_store.steps(run.id));
  return array_response(steps, step_json);
}

Result<Response> get_run_dq(RouteContext& context) {
  CVG_ASSIGN(const Run run, find_run(context));
  CVG_ASSIGN(const std::vector<DqResult> results, context.services.run_store.dq_results(run.id));
  return array_response(results, dq_json);
}

Result<Response> get_run_logs(RouteContext& context) {
  CVG_ASSIGN(const Run run, find_run(context));
  std::int64_t limit = 0, after = 0;
  CVG_RETURN_IF_ERROR(read_log_page(context.request, limit, after));
  CVG_ASSIGN(const std::vector<RunLogLine> lines, context.services.run_store.log_lines(run.id, after, static_cast<int>(limit)));
  Response response = array_response(lines, log_line_json);
  if (static_cast<std::int64_t>(lines.size()) == limit) response.with("X-Next-Cursor", std::to_string(lines.back().seq));
  return response;
}

Result<Response> get_run_events(RouteContext& context) {
  CVG_ASSIGN(const Run run, find_run(context));
  const std::string last_id(context.request.header("last-event-id"));
  Response response;
  response.content_type = "text/event-stream; charset=utf-8";
  response.with("Cache-Control", "no-store");
  if (last_id == last_event_id) response.status = 204;
  if (response.status == 204 || context.services.events == nullptr) return response;
  RunEvents& events = *context.services.events;
  CVG_ASSIGN(std::shared_ptr<RunEvents::Watch> watch, events.watch(run.tenant_id, run.id));
  EventStream stream{context.services.run_store, context.services.clock, std::move(watch), events.limits(),
                     run.tenant_id, context.principal->tenant.display_id, run.id};
  if (!last_id.empty() && (!parse_integer(last_id, stream.after) || stream.after < 0)) stream.after = 0;
  response.stream = [stream](StreamWriter& writer) mutable { stream.send(writer); };
  return response;
}

}  // namespace cvg
