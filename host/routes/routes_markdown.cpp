#include "host/routes/routes_markdown.h"

#include "core/base/text.h"
#include "host/routes/routes.h"

namespace cvg {
namespace {

std::string caller_of(const Route& route) {
  switch (route.auth) {
    case Auth::tenant: return fmt::format("tenant, `{}`", to_text(route.scope));
    case Auth::admin: return "operator";
    case Auth::tenant_or_admin: return fmt::format("operator, or tenant, `{}`", to_text(route.scope));
    case Auth::optional_key: return "anybody; a key gives more";
    case Auth::none: break;
  }
  return "anybody";
}

std::string_view window_of(const Route& route) {
  switch (route.limit) {
    case LimitClass::exempt: return "none";
    case LimitClass::dryrun: return "address, dry runs";
    case LimitClass::onboard: return "address, onboardings";
    case LimitClass::tenant: return "tenant";
    case LimitClass::run: return "tenant, runs";
    case LimitClass::admin: break;
  }
  return "all together";
}

}  // namespace

std::string routes_markdown() {
  std::string out = "| method | path | who | limit | what |\n|---|---|---|---|---|\n";
  for (const Route& route : routes())
    out += fmt::format("| {} | `{}` | {} | {} | {} |\n", to_text(route.method), route.path, caller_of(route), window_of(route), route.summary);
  return out;
}

}  // namespace cvg
