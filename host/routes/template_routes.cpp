#include "host/routes/template_routes.h"

#include "core/base/field_problems.h"
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
  FieldProblems problems;
  problems.add_unknown(context.body, {"template"});
  if (!text.is_string()) problems.add("template", "must be the YAML text of a template");
  CVG_RETURN_IF_ERROR(problems.status());
  return json_response(context.services.templates.validate(text.text()));
}

}  // namespace cvg
