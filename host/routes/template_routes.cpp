#include "host/routes/template_routes.h"

#include "host/routes/services.h"

namespace cvg {

Result<Response> list_templates(RouteContext& context) { return json_response(context.services.templates.list()); }

Result<Response> get_template(RouteContext& context) {
  const TemplateGuide& guide = context.services.templates;
  CVG_ASSIGN(const Json found, guide.describe(context.parameter("provider"), context.parameter("domain"), context.parameter("template")));
  return json_response(found);
}

Result<Response> post_validate(RouteContext& context) {
  const Json& text = context.body["template"];
  if (text.is_string()) return json_response(context.services.templates.validate(text.text()));
  const std::string issue = "must be the YAML text of a template";
  return Status(Code::invalid, "template " + issue)
      .with_detail_json(Json::object().set("field", "template").set("issue", issue).dump());
}

}  // namespace cvg
