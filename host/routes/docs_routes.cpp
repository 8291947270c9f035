#include "host/routes/docs_routes.h"

#include <algorithm>
#include <array>

#include "core/base/files.h"
#include "core/base/text.h"
#include "host/routes/dashboard_page.h"
#include "host/routes/openapi.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::string_view docs_page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Convergence API</title>
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="icon" href="/docs/favicon-32x32.png">
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
)html";

constexpr std::string_view start_script =
    "SwaggerUIBundle({url: '/openapi.json', dom_id: '#swagger-ui', deepLinking: true, validatorUrl: null});\n";

constexpr std::string_view dashboard_script = R"js('use strict';
const get = id => document.getElementById(id);
fetch('/health/ready').then(r => r.json()).then(h => { get('ready').textContent = h.status; })
  .catch(() => { get('ready').textContent = 'unreachable'; });
get('form').addEventListener('submit', async event => {
  event.preventDefault();
  const answer = await fetch('/api/v1/pipelines/runs?limit=50', {headers: {'X-API-Key': get('key').value}});
  const runs = await answer.json();
  get('runs').hidden = !answer.ok;
  get('message').textContent = answer.ok ? (runs.length ? '' : 'No runs yet.') : runs.message;
  if (!answer.ok) return;
  const body = get('runs').tBodies[0];
  body.replaceChildren(...runs.map(run => {
    const row = document.createElement('tr');
    for (const text of [run.pipeline_id, run.run_date, run.status, run.steps_complete + '/' + run.steps_total,
                        run.rows_processed, run.start_time, run.error_message]) {
      const cell = row.insertCell();
      cell.textContent = text ?? '';
      if (text === run.status) cell.className = text;
    }
    return row;
  }));
});
)js";

struct DocsFile {
  std::string_view name, content_type;
  std::string_view text;  // empty: a file of swagger_dir
};
constexpr std::array<DocsFile, 5> docs_files{{{"swagger-ui.css", "text/css; charset=utf-8", ""},
                                              {"swagger-ui-bundle.js", "text/javascript; charset=utf-8", ""},
                                              {"favicon-32x32.png", "image/png", ""},
                                              {"start.js", "text/javascript; charset=utf-8", start_script},
                                              {"dashboard.js", "text/javascript; charset=utf-8", dashboard_script}}};

}  // namespace

Result<Response> get_docs(RouteContext&) { return page_response(std::string(docs_page)); }

Result<Response> get_docs_file(RouteContext& context) {
  const std::string& name = context.parameter("file");
  const auto file = std::find_if(docs_files.begin(), docs_files.end(), [&](const DocsFile& f) { return f.name == name; });
  if (file == docs_files.end()) return Status(Code::not_found, "There is no such file");
  Response response;
  response.content_type = file->content_type;
  response.body = file->text;
  if (file->text.empty()) {
    Result<std::string> content = read_file(fmt::format("{}/{}", context.services.settings.swagger_dir, file->name));
    if (!content.ok()) return Status(Code::not_found, "There is no such file", content.status().log_text());
    response.body = std::move(*content);
    response.with("Cache-Control", "max-age=3600");
  }
  return response;
}

Result<Response> get_openapi(RouteContext& context) {
  Response response;
  response.body = openapi_text(context.services.settings.version);
  return response;
}

}  // namespace cvg
