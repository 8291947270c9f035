#include "host/app/command_line.h"

#include <CLI/CLI.hpp>
#include <sstream>

#include "core/base/text.h"
#include "host/app/version.h"

namespace cvg {
namespace {

constexpr std::string_view examples[] = {
    "serve --data ./data --listen 127.0.0.1:8080",
    "sample ./data/samples --days 61",
    "query --data ./data --tenant acme \"SELECT cloud, cost_type, currency, sum(cost) FROM cost_daily GROUP BY ALL\"",
    "plugins list",
    "plugins inspect aws",
    "plugins inspect build/release/lib/convergence/plugins/aws.so",
    "template lint configs/aws/cost/cost_usage.yml",
    "docs openapi > openapi.json"};

// The examples of one command; of all of them when its name is empty.
std::string examples_of(std::string_view command) {
  std::string out;
  for (const std::string_view example : examples) {
    if (example.starts_with(command)) out += fmt::format("{}  convergence {}\n", out.empty() ? "Examples:\n" : "", example);
  }
  return out;
}

constexpr const char* on_keys =
    "\nEvery key of server.yml can be set as CONVERGENCE_SECTION_KEY; flags beat the environment, the environment beats the file.";

using Command = CommandLine::Command;

// One subcommand: which command it means, and the flags that become keys of server.yml.
class Parser {
 public:
  explicit Parser(CommandLine& line) : line_(line) {
    app_.description("Convergence: from a cloud's bill to a tenant's table.");
    app_.set_version_flag("--version", std::string("convergence ") + version);
    app_.footer(examples_of("") + on_keys);
    app_.require_subcommand(1);
    add_serve();
    add_sample();
    add_query();
    add_plugins();
    add_template();
    add_docs();
    CLI::App* parent = add(app_, "session-parent", "", Command::session_parent);
    parent->group("");  // the server starts it: not for people
    parent->add_option("argument", line_.argument)->required();
    add(app_, "plugin-worker", "", Command::plugin_worker)->group("");  // likewise
  }

  void parse(int argc, const char* const* argv) {
    if (!knows_command(argc, argv)) return;
    try {
      app_.parse(argc, argv);
      for (const auto& [key, text] : std::vector<std::pair<std::string, std::string>>{{"data_dir", data_}, {"listen", listen_}})
        if (!text.empty()) line_.flags.emplace_back(key, text);
    } catch (const CLI::ParseError& error) {
      std::ostringstream out, err;
      const int code = app_.exit(error, out, err);
      line_.command = Command::none;
      line_.exit_code = code == 0 ? 0 : 2;
      line_.text = out.str() + err.str();
    }
  }

 private:
  // A word in a command's place that names none is told, with the nearest one.
  bool knows_command(int argc, const char* const* argv) {
    const CLI::App* app = &app_;
    for (int i = 1; i < argc && argv[i][0] != '-'; ++i) {
      std::vector<std::string> names;
      const CLI::App* found = nullptr;
      for (const CLI::App* command : app->get_subcommands([](const CLI::App*) { return true; })) {
        if (command->get_name() == argv[i]) found = command;
        if (!command->get_group().empty()) names.push_back(command->get_name());
      }
      if (found == nullptr && !names.empty()) {
        const std::string nearest = nearest_name(argv[i], names);
        line_.exit_code = 2;
        line_.text = fmt::format("There is no command '{}'{}\nRun with --help for more information.\n", argv[i],
                                 nearest.empty() ? fmt::format(": {}", join(names, ", ")) : fmt::format("; did you mean '{}'?", nearest));
        return false;
      }
      if (found == nullptr) return true;
      app = found;
    }
    return true;
  }
  CLI::App* subcommand(CLI::App& parent, const char* name, const char* about) {
    CLI::App* app = parent.add_subcommand(name, about);
    app->footer(examples_of(parent.get_name().empty() ? name : parent.get_name() + ' ' + name));
    return app;
  }
  CLI::App* add(CLI::App& parent, const char* name, const char* about, Command command) {
    CLI::App* app = subcommand(parent, name, about);
    app->callback([this, command] { line_.command = command; });
    return app;
  }
  void add_places(CLI::App* app) {
    app->add_option("--config", line_.config_file, "server.yml (default: configs/server.yml here or beside the program)");
    app->add_option("--data", data_, "The data folder (data_dir)");
  }
  void add_serve() {
    CLI::App* app = add(app_, "serve", "Answers requests until SIGTERM, which drains", Command::serve);
    add_places(app);
    app->add_option("--listen", listen_, "HOST:PORT; port 0 takes a free one");
  }
  void add_sample() {
    SampleOptions& sample = line_.sample;
    CLI::App* app = add(app_, "sample", "Writes three clouds' made-up bills in their delivery layouts", Command::sample);
    app->add_option("folder", sample.folder, "Where they are written")->required();
    app->add_option("--seed", sample.seed, "The same seed gives the same bytes")->capture_default_str();
    app->add_option("--start", sample.start, "The first usage day")->capture_default_str();
    app->add_option("--days", sample.days, "How many days")->capture_default_str();
    app->add_option("--rows", sample.rows, "Cost rows of each cloud, about")->capture_default_str();
    app->add_option("--format", sample.format, "csv or parquet")->capture_default_str();
    app->add_flag("!--no-correction", sample.correction, "Without the second, corrected delivery");
  }
  void add_query() {
    CLI::App* app = add(app_, "query", "Runs one SELECT over a tenant's dataset, confined like the API's", Command::query);
    add_places(app);
    app->add_option("--tenant", line_.tenant, "The tenant's id")->required();
    app->add_option("--format", line_.format, "table, json or csv")->capture_default_str()->check(CLI::IsMember({"table", "json", "csv"}));
    app->add_option("--max-rows", line_.rows_max, "Rows at most")->capture_default_str();
    app->add_option("sql", line_.argument, "The SELECT")->required();
  }
  void add_plugins() {
    CLI::App* app = subcommand(app_, "plugins", "What the plugins offer");
    app->require_subcommand(1);
    add_places(add(*app, "list", "Loads the configured plugins and lists their components", Command::plugins_list));
    CLI::App* inspect = add(*app, "inspect", "Prints a plugin's manifest without loading it", Command::plugins_inspect);
    add_places(inspect);
    inspect->add_option("plugin", line_.argument, "The name of a configured plugin, or a .so")->required();
  }
  void add_template() {
    CLI::App* app = subcommand(app_, "template", "Templates of pipelines");
    app->require_subcommand(1);
    CLI::App* lint = add(*app, "lint", "Checks a template; every problem with its line", Command::template_lint);
    add_places(lint);
    lint->add_option("file", line_.argument, "The .yml")->required();
  }

  void add_docs() {
    CLI::App* app = add(app_, "docs", "Prints what the documentation is made of", Command::docs);
    app->add_option("topic", line_.argument, "routes (Markdown), openapi (JSON) or config (server.yml with every option)")
        ->required()
        ->check(CLI::IsMember({"routes", "openapi", "config"}));
  }

  CommandLine& line_;
  CLI::App app_;
  std::string data_, listen_;
};

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
  CommandLine line;
  Parser(line).parse(argc, argv);
  return line;
}

}  // namespace cvg
