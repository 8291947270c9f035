#include "host/routes/dashboard_page.h"

#include <utility>

namespace cvg {
namespace {

constexpr std::string_view page = R"html(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Convergence</title>
<style>
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 62rem; padding: 0 1rem; color: #1b2733; }
  table { border-collapse: collapse; width: 100%; margin-top: 1rem; }
  th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #d8dee6; }
  input, button { font: inherit; padding: .3rem .6rem; }
  .COMPLETE { color: #18733b; } .FAILED { color: #b3261e; }
  footer { margin-top: 2rem; color: #5d6b7a; }
</style>
</head>
<body>
<h1>Convergence</h1>
<p>From a cloud's bill to a tenant's table. Server: <b id="ready">asking</b>.
<a href="/docs">API</a> &middot; <a href="/openapi.json">OpenAPI</a> &middot; <a href="/metrics">Metrics</a></p>
<form id="form"><label>API key <input id="key" type="password" autocomplete="off" size="40"></label>
<button>Show recent runs</button></form>
<p id="message"></p>
<table id="runs" hidden><thead><tr><th>Pipeline</th><th>Date</th><th>Status</th><th>Steps</th><th>Rows</th><th>Started</th>
<th>Error</th></tr></thead><tbody></tbody></table>
<footer>Version VERSION</footer>
<script src="/docs/dashboard.js"></script>
</body>
</html>
)html";

}  // namespace

std::string dashboard_page(std::string_view version) {
  std::string html(page);
  constexpr std::string_view mark = "VERSION</footer>";
  html.replace(html.find(mark), std::string_view("VERSION").size(), version);
  return html;
}

Response page_response(std::string html) {
  Response response;
  response.content_type = "text/html; charset=utf-8";
  response.body = std::move(html);
  response.with("Content-Security-Policy",
                "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'");
  return response;
}

}  // namespace cvg
