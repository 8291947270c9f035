// convergence docs: prints the texts that the repository holds as files, so that nobody writes them by hand.
#include <array>
#include <ostream>

#include "core/base/text.h"
#include "core/config/server_config.h"
#include "host/app/commands.h"
#include "host/app/version.h"
#include "host/routes/openapi.h"
#include "host/routes/routes_markdown.h"

namespace cvg {
namespace {

struct Printed {
  std::string_view topic;
  std::string (*text)();
};
constexpr std::array<Printed, 3> printed{{
    {"routes", routes_markdown},
    {"openapi", +[] { return openapi_text(version) + "\n"; }},
    {"config", +[] { return std::string(server_config_doc()); }},
}};

}  // namespace

Status print_docs(const CommandLine& line, std::ostream& out) {
  for (const Printed& row : printed) {
    if (row.topic != line.argument) continue;
    out << row.text();
    return {};
  }
  return Status(Code::invalid, fmt::format("There is no topic '{}': routes, openapi or config", line.argument));
}

}  // namespace cvg
