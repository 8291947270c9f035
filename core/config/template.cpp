#include "core/config/template.h"

#include <set>

#include "core/base/digest.h"
#include "core/base/files.h"
#include "core/base/text.h"
#include "core/config/placeholder.h"
#include "core/config/spec_resolver.h"
#include "core/config/template_problems.h"
#include "core/config/template_step.h"

namespace cvg {
namespace {

constexpr std::string_view implied_step_type = "query";  // the short form

class Reader {
 public:
  Reader(const YamlDocument& document, const TemplateSource& source, const StepKinds& kinds)
      : root_(document.value), source_(source), kinds_(kinds), problems_(document), warnings_(document) {}

  TemplateReading read() {
    for (const SchemaError& error : validate_schema(template_schema(), root_)) problems_.add(pointer_of_path(error.path), error.message);
    if (problems_.empty()) {
      read_head();
      read_steps();
      check_placeholders();
      if (problems_.empty()) warn_of_unused();
    }
    return {std::move(out_), problems_.take(), warnings_.take()};
  }

 private:
  void read_head() {
    out_.file = source_.file;
    out_.description = root_["description"].text();
    out_.version = root_["version"].text();
    out_.timeout_ms = duration_ms(root_["timeout_minutes"], 60000, out_.timeout_ms);
    out_.gate = root_["gate"].boolean();
    out_.declares_variables = root_.find("variables") != nullptr;
    out_.variables = read_variables(root_["variables"], [&](const std::string& pointer, const std::string& message) {
      problems_.add("/variables" + pointer, message);
    });
    const bool has_date = std::any_of(out_.variables.begin(), out_.variables.end(), [](const VariableSpec& v) { return v.name == "date"; });
    if (has_date) return;
    VariableSpec date;
    date.name = "date";
    date.type = VariableType::date;
    date.initial = "yesterday";
    date.description = "Day of the run, UTC";
    out_.variables.push_back(std::move(date));
  }

  // The seeds' form: a query and where its rows go.
  Json implied_step() const {
    Json step = Json::object();
    step.set("step_id", std::string(implied_step_type)).set("type", std::string(implied_step_type)).set("sql", root_["source"]["query"]);
    const Json* to = root_.find("destination");
    if (!to) return step;
    Json destination = Json::object();
    for (const auto& [name, value] : to->members()) {
      if (name != "project_id" && name != "dataset" && name != "dataset_type") destination.set(name, value);
    }
    if (!destination.find("write_mode")) destination.set("write_mode", "replace");
    return step.set("destination", destination);
  }

  void read_steps() {
    if (root_.find("steps") && root_.find("source")) return problems_.add("/source", "steps and the short form (source) are both given");
    if (root_.find("steps") && root_.find("destination")) return problems_.add("/destination", "belongs to the short form, without steps");
    if (!root_.find("steps") && !root_.find("source")) return problems_.add("", "steps are missing");
    if (!root_.find("steps")) {
      const Json step = implied_step();
      problems_.tell_as(implied_pointer_ + "/destination", "/destination");
      problems_.tell_as(implied_pointer_ + "/sql", "/source/query");
      out_.steps.push_back(read_step(step, implied_pointer_, source_, kinds_, out_.named_files, problems_));
      return;
    }
    const std::vector<Json>& rows = root_["steps"].items();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      out_.steps.push_back(read_step(rows[i], fmt::format("/steps/{}", i), source_, kinds_, out_.named_files, problems_));
      warn_of_unread(rows[i], fmt::format("/steps/{}", i));
    }
    check_ids();
    for (std::size_t i = 0; i < rows.size(); ++i) read_dependencies(rows[i], i);
    if (problems_.empty()) check_cycles();
  }

  void check_ids() {
    std::set<std::string> ids;
    for (std::size_t i = 0; i < out_.steps.size(); ++i) {
      const std::string& id = out_.steps[i].step.id;
      if (!ids.insert(lower_ascii(id)).second) problems_.add(fmt::format("/steps/{}/step_id", i), fmt::format("'{}' stands there twice", id));
    }
  }

  const TemplateStep* find_step(std::string_view id) const {
    for (const TemplateStep& step : out_.steps) {
      if (step.step.id == id) return &step;
    }
    return nullptr;
  }
  static bool is_final(const TemplateStep& step) { return step.step.trigger != Trigger::on_success; }

  void read_dependencies(const Json& row, std::size_t index) {
    TemplateStep& step = out_.steps[index];
    const Json* given = row.find("depends_on");
    if (!given) {
      if (is_final(step)) return;
      // The step before, of those that run on success.
      for (std::size_t i = index; i-- > 0;) {
        if (is_final(out_.steps[i])) continue;
        step.step.depends_on = {out_.steps[i].step.id};
        return;
      }
      return;
    }
    for (std::size_t k = 0; k < given->size(); ++k) {
      const std::string id = given->items()[k].text();
      const std::string at = fmt::format("/steps/{}/depends_on/{}", index, k);
      const TemplateStep* other = find_step(id);
      if (!other) problems_.add(at, fmt::format("there is no step '{}'{}", id, meant(id)));
      else if (other == &step) problems_.add(at, "a step cannot depend on itself");
      else if (is_final(*other) && !is_final(step)) problems_.add(at, fmt::format("the step '{}' runs after the outcome ({})", id, "trigger"));
      else step.step.depends_on.push_back(id);
    }
  }
  std::string meant(const std::string& id) const {
    std::vector<std::string> ids;
    for (const TemplateStep& step : out_.steps) ids.push_back(step.step.id);
    const std::string nearest = nearest_name(id, ids);
    return nearest.empty() ? "" : fmt::format("; did you mean '{}'?", nearest);
  }

  // All steps that a step waits for, directly or not.
  std::set<std::string> ancestors(const TemplateStep& step) const {
    std::set<std::string> found;
    std::vector<std::string> waiting = step.step.depends_on;
    while (!waiting.empty()) {
      const std::string id = waiting.back();
      waiting.pop_back();
      if (!found.insert(id).second) continue;
      for (const std::string& next : find_step(id)->step.depends_on) waiting.push_back(next);
    }
    return found;
  }
  void check_cycles() {
    for (std::size_t i = 0; i < out_.steps.size(); ++i) {
      if (ancestors(out_.steps[i]).contains(out_.steps[i].step.id)) {
        return problems_.add(fmt::format("/steps/{}/depends_on", i), fmt::format("the step '{}' depends on itself through others", out_.steps[i].step.id));
      }
    }
  }

  bool is_variable(std::string_view name) const {
    return std::any_of(out_.variables.begin(), out_.variables.end(), [&](const VariableSpec& v) { return v.name == name; });
  }
  void check_name(std::string_view name, const std::string& pointer, const TemplateStep* step) {
    const auto& builtins = builtin_names();
    used_.emplace(name);
    if (is_variable(name)) return;
    if (std::find(builtins.begin(), builtins.end(), name) != builtins.end() && (step || name != "step_id")) return;
    if (name.starts_with("steps.") && step) return check_output(name, pointer, *step);
    std::vector<std::string> names = builtins;
    for (const VariableSpec& variable : out_.variables) names.push_back(variable.name);
    const std::string nearest = nearest_name(name, names);
    problems_.add(pointer, fmt::format("unknown placeholder {{{}}}{}", name, nearest.empty() ? "" : fmt::format("; did you mean {{{}}}?", nearest)));
  }
  void check_output(std::string_view name, const std::string& pointer, const TemplateStep& step) {
    const std::vector<std::string_view> parts = split(name, '.');
    const TemplateStep* other = parts.size() == 3 ? find_step(parts[1]) : nullptr;
    if (parts.size() != 3) return problems_.add(pointer, fmt::format("{{{}}}: an output is named {{steps.STEP.OUTPUT}}", name));
    if (!other) return problems_.add(pointer, fmt::format("{{{}}}: there is no step '{}'", name, parts[1]));
    if (!is_final(step) && problems_.empty() && !ancestors(step).contains(other->step.id)) {
      problems_.add(pointer, fmt::format("{{{}}}: the step does not depend on '{}'", name, parts[1]));
    }
  }

  void check_placeholders() {
    for (const std::string_view name : placeholder_names(out_.description)) check_name(name, "/description", nullptr);
    for (const VariableSpec& variable : out_.variables) {
      if (!variable.initial) continue;
      for (const std::string_view name : placeholder_names(*variable.initial)) {
        check_name(name, "/variables/" + variable.name + "/default", nullptr);
      }
    }
    for (std::size_t i = 0; i < out_.steps.size(); ++i) {
      TemplateStep& step = out_.steps[i];
      const std::string pointer = root_.find("steps") ? fmt::format("/steps/{}", i) : implied_pointer_;
      for (const std::string_view name : placeholder_names(step.enabled_text)) check_name(name, pointer + "/enabled", nullptr);
      visit_texts(step.step.spec, [&](const std::string& at, FieldKind kind, const std::string& text) {
        check_text(kind, text, pointer + at, step);
      });
    }
  }
  void check_text(FieldKind kind, const std::string& text, const std::string& pointer, TemplateStep& step) {
    std::vector<std::string> names;
    if (kind == FieldKind::text) {
      for (const std::string_view name : placeholder_names(text)) names.emplace_back(name);
    } else {
      Result<std::vector<std::string>> found = sql_placeholders(text);
      if (found.ok()) names = std::move(*found);  // otherwise the guard has told it already
    }
    for (const std::string& name : names) {
      check_name(name, pointer, &step);
      if (name.starts_with("steps.")) step.step.deferred = true;
    }
  }

  void warn_of_unread(const Json& row, const std::string& pointer) {
    for (const char* option : {"sql_file", "suite_file"}) {
      if (source_.files_unread && row.find(option)) warnings_.add(pointer + '/' + option, "names a file, which is not read here: what it holds was not checked");
    }
  }

  // `date` says the run's day also where no placeholder names it.
  void warn_of_unused() {
    for (const VariableSpec& variable : out_.variables) {
      if (variable.name == "date" || used_.contains(variable.name)) continue;
      warnings_.add("/variables/" + variable.name, "is declared and used nowhere");
    }
  }

  const Json& root_;
  const TemplateSource& source_;
  const StepKinds& kinds_;
  TemplateProblems problems_, warnings_;
  std::set<std::string, std::less<>> used_;
  Template out_;
  const std::string implied_pointer_ = "/source";
};

}  // namespace

TemplateReading read_template(std::string_view text, const TemplateSource& source, const StepKinds& kinds) {
  Result<YamlDocument> document = parse_yaml(text, source.file);
  if (!document.ok()) {
    const Result<Json> detail = parse_json(document.status().detail_json());
    TemplateProblem problem{0, "", document.status().text()};
    if (detail.ok()) problem = {static_cast<int>((*detail)["line"].integer()), "", (*detail)["message"].text()};
    return {Template(), {problem}, {}};
  }
  TemplateReading reading = Reader(*document, source, kinds).read();
  Sha256 digest;
  digest.add(text);
  for (const std::string& name : reading.content.named_files) {
    Result<Fd> file = open_beneath(source.configs_dir, name);
    Result<std::string> bytes = file.ok() ? read_fd(file->get()) : Result<std::string>(file.status());
    digest.add(bytes.ok() ? *bytes : bytes.status().text());
  }
  reading.content.digest = digest.finish_hex();
  return reading;
}

}  // namespace cvg
