#include "host/routes/health_routes.h"

#include "core/base/text.h"
#include "host/routes/dashboard_page.h"
#include "host/routes/services.h"

namespace cvg {

Result<Response> get_health(RouteContext& context) {
  const RouteSettings& settings = context.services.settings;
  return json_response(Json::object()
                           .set("status", "healthy")
                           .set("service", "convergence-data-pipeline")
                           .set("version", settings.version)
                           .set("environment", settings.environment));
}

Result<Response> get_liveness(RouteContext& context) {
  return json_response(Json::object().set("status", context.services.stopping.load() ? "shutting_down" : "alive"));
}

Result<Response> get_readiness(RouteContext& context) {
  bool ready = !context.services.stopping.load();
  Json checks = Json::object();
  for (const ReadinessCheck& check : context.services.readiness) {
    const bool passes = check.passes();
    checks.set(check.name, passes ? "ok" : "failed");
    ready = ready && passes;
  }
  return json_response(Json::object().set("status", ready ? "ready" : "not_ready").set("checks", checks), ready ? 200 : 503);
}

Result<Response> get_metrics(RouteContext& context) {
  Response response;
  response.content_type = MetricsRegistry::content_type;
  response.body = context.services.metrics.text();
  return response;
}

Result<Response> get_dashboard(RouteContext& context) {
  const std::string accept = lower_ascii(context.request.header("accept"));
  if (accept.find("json") != std::string::npos && accept.find("html") == std::string::npos)
    return json_response(Json::object()
                             .set("message", "Convergence: a cost pipeline for many tenants and clouds")
                             .set("version", context.services.settings.version)
                             .set("docs", "/docs"));
  return page_response(dashboard_page(context.services.settings.version));
}

}  // namespace cvg
