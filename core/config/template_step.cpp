#include "core/config/template_step.h"

#include <cstdlib>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/config/placeholder.h"
#include "core/config/spec_resolver.h"
#include "core/config/sql_guard.h"
#include "core/config/table_name.h"

namespace cvg {
namespace {

constexpr std::int64_t named_file_bytes_max = 4 << 20;

const std::vector<std::string> common_fields = {"step_id", "name", "type", "depends_on", "trigger", "on_failure",
                                                "retry", "timeout_minutes", "timeout_seconds", "enabled"};

class StepReader {
 public:
  StepReader(const Json& row, const std::string& pointer, const TemplateSource& source, const StepKinds& kinds,
             std::vector<std::string>& named_files, TemplateProblems& problems)
      : row_(row), pointer_(pointer), source_(source), kinds_(kinds), named_files_(named_files), problems_(problems) {}

  TemplateStep read() {
    StepSpec& step = out_.step;
    step.id = row_["step_id"].text();
    step.name = row_["name"].text_or(step.id);
    step.type = row_["type"].text();
    const std::string trigger = row_["trigger"].text_or("on_success");
    step.trigger = trigger == "on_failure" ? Trigger::on_failure : trigger == "always" ? Trigger::always : Trigger::on_success;
    step.on_failure = row_["on_failure"].text() == "continue" ? OnFailure::proceed : OnFailure::stop;
    step.retry.max_attempts = static_cast<std::int32_t>(row_["retry"]["max_attempts"].integer(1));
    step.retry.backoff_ms = duration_ms(row_["retry"]["backoff_seconds"], 1000, step.retry.backoff_ms);
    step.retry.backoff_max_ms = duration_ms(row_["retry"]["max_backoff_seconds"], 1000, step.retry.backoff_max_ms);
    step.timeout_ms = duration_ms(row_["timeout_seconds"], 1000, duration_ms(row_["timeout_minutes"], 60000, step.timeout_ms));
    if (row_.find("timeout_seconds") && row_.find("timeout_minutes")) {
      problems_.add(pointer_ + "/timeout_seconds", "timeout_seconds and timeout_minutes are both given");
    }
    read_enabled();
    read_options();
    if (known_kind()) check_options();
    check_table();
    check_sql();
    return std::move(out_);
  }

 private:
  void read_enabled() {
    const Json* enabled = row_.find("enabled");
    if (!enabled) return;
    if (enabled->is_bool()) out_.step.enabled = enabled->boolean();
    else if (whole_placeholder(enabled->text())) out_.enabled_text = enabled->text();
    else problems_.add(pointer_ + "/enabled", "must be true, false or one placeholder of a boolean variable");
  }

  void read_options() {
    Json& spec = out_.step.spec;
    spec = Json::object();
    for (const auto& [name, value] : row_.members()) {
      if (std::find(common_fields.begin(), common_fields.end(), name) != common_fields.end()) continue;
      if (source_.files_unread && (name == "sql_file" || name == "suite_file")) unread_ = name == "sql_file" ? "sql" : "expectations";
      else if (name == "sql_file") read_sql_file(value.text());
      else if (name == "suite_file") read_suite_file(value.text());
      else spec.members().emplace_back(name, value);
    }
    if (suite_.size() > 0) {
      Json all = suite_;
      for (const Json& item : spec["expectations"].items()) all.push(item);
      spec.set("expectations", all);
    }
  }
  void read_sql_file(const std::string& name) {
    if (row_.find("sql")) problems_.add(pointer_ + "/sql_file", "sql and sql_file are both given");
    if (const auto text = named_file("sql_file", name)) {
      out_.step.spec.set("sql", *text);
      sql_pointer_ = pointer_ + "/sql_file";
    }
  }
  void read_suite_file(const std::string& name) {
    const auto text = named_file("suite_file", name);
    if (!text) return;
    const Result<Json> suite = parse_json(*text);
    if (!suite.ok()) return problems_.add(pointer_ + "/suite_file", fmt::format("{}: {}", name, suite.status().text()));
    if (!(*suite)["expectations"].is_array()) {
      return problems_.add(pointer_ + "/suite_file", fmt::format("{} has no list of expectations", name));
    }
    suite_ = (*suite)["expectations"];
  }
  std::optional<std::string> named_file(const std::string& field, const std::string& name) {
    const auto refuse = [&](const std::string& message) {
      problems_.add(pointer_ + '/' + field, message);
      return std::nullopt;
    };
    if (source_.configs_dir.empty()) return refuse("files can be named only by templates that lie in a configs folder");
    Result<Fd> file = open_beneath(source_.configs_dir, name);
    if (!file.ok()) return refuse(fmt::format("{} cannot be read: {}", name, file.status().text()));
    Result<std::string> text = read_fd(file->get(), named_file_bytes_max);
    if (!text.ok()) return refuse(text.status().text());
    if (!is_utf8(*text)) return refuse(fmt::format("{} is not UTF-8", name));
    named_files_.push_back(name);
    return std::move(*text);
  }

  bool known_kind() {
    if (!kinds_.known()) return false;
    if (kinds_.spec_schema(out_.step.type)) return true;
    if (kinds_.names().empty()) {
      problems_.add(pointer_ + "/type", fmt::format("the step kind '{}' is offered by no plugin: none with steps is configured", out_.step.type));
      return false;
    }
    const std::string nearest = nearest_name(out_.step.type, kinds_.names());
    problems_.add(pointer_ + "/type", fmt::format("no loaded plugin offers the step kind '{}'{}", out_.step.type,
                                                  nearest.empty() ? "; there are: " + join(kinds_.names(), ", ")
                                                                  : fmt::format("; did you mean '{}'?", nearest)));
    return false;
  }

  // Options whose value is still a placeholder are checked when the value is known.
  static bool holds_placeholder(const Json* value) {
    if (!value) return false;
    bool found = false;
    visit_texts(*value, [&](const std::string&, FieldKind, const std::string& text) { found = found || !placeholder_names(text).empty(); });
    return found;
  }
  void check_options() {
    const Json& spec = out_.step.spec;
    for (const SchemaError& error : validate_schema(*kinds_.spec_schema(out_.step.type), spec)) {
      if (!unread_.empty() && error.path.starts_with(unread_)) continue;
      if (holds_placeholder(value_at(spec, error.path)) && !error.path.empty()) out_.check_late = true;
      else problems_.add(pointer_ + pointer_of_path(error.path), error.message);
    }
    const Json found = kinds_.plan(out_.step.type, spec);
    for (const Json& error : found.items()) {
      const std::string field = error["field"].text();
      if (!unread_.empty() && field.starts_with(unread_)) continue;
      problems_.add(pointer_ + pointer_of_path(field), error["message"].text());
    }
  }

  // A name that needs no value of a run can be refused now; the others are, when the run resolves them.
  void check_table() {
    const Json* table = out_.step.spec["destination"].find("table");
    if (!table || !table->is_string() || holds_placeholder(table)) return;
    const Status status = check_destination_table(table->text());
    if (!status.ok()) problems_.add(pointer_ + "/destination/table", status.text());
  }

  void check_sql() {
    visit_texts(out_.step.spec, [&](const std::string& at, FieldKind kind, const std::string& text) {
      if (kind == FieldKind::text) return;
      const Status status = kind == FieldKind::statement ? check_select(text) : check_condition(text);
      if (!status.ok()) problems_.add(at == "/sql" && !sql_pointer_.empty() ? sql_pointer_ : pointer_ + at, status.text());
    });
  }

  const Json& row_;
  const std::string& pointer_;
  const TemplateSource& source_;
  const StepKinds& kinds_;
  std::vector<std::string>& named_files_;
  TemplateProblems& problems_;
  TemplateStep out_;
  Json suite_;
  std::string sql_pointer_;
  std::string unread_;  // the option that an unread file would have given
};

}  // namespace

std::int64_t duration_ms(const Json& value, std::int64_t unit_ms, std::int64_t otherwise) {
  if (!value.is_number()) return otherwise;
  return static_cast<std::int64_t>(std::strtod(value.text().c_str(), nullptr) * static_cast<double>(unit_ms) + 0.5);
}

TemplateStep read_step(const Json& row, const std::string& pointer, const TemplateSource& source, const StepKinds& kinds,
                       std::vector<std::string>& named_files, TemplateProblems& problems) {
  return StepReader(row, pointer, source, kinds, named_files, problems).read();
}

}  // namespace cvg
