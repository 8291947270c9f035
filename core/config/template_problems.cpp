#include "core/config/template_problems.h"

#include "core/base/text.h"

namespace cvg {

std::string pointer_of_path(const std::string& path) {
  std::string out;
  bool fresh = true;
  for (const char c : path) {
    if (c == ']') continue;
    if (c == '.' || c == '[') {
      out += '/';
      fresh = false;
      continue;
    }
    if (fresh) out += '/';
    fresh = false;
    out += c == '/' ? std::string("~1") : c == '~' ? std::string("~0") : std::string(1, c);
  }
  return out;
}

std::string path_of_pointer(const std::string& pointer) {
  std::string out;
  if (pointer.empty()) return out;
  for (const std::string_view token : split(std::string_view(pointer).substr(1), '/')) {
    std::int64_t index = 0;
    if (parse_integer(token, index)) out += fmt::format("[{}]", token);
    else out += fmt::format("{}{}", out.empty() ? "" : ".", token);
  }
  return out;
}

const Json* value_at(const Json& root, const std::string& path) {
  const Json* at = &root;
  if (path.empty()) return at;
  for (const std::string_view token : split(std::string_view(path), '.')) {
    const std::vector<std::string_view> parts = split(token, '[');
    if (!parts[0].empty()) at = at->find(std::string(parts[0]));
    for (std::size_t i = 1; at && i < parts.size(); ++i) {
      std::int64_t index = 0;
      const bool fits = parse_integer(parts[i].substr(0, parts[i].size() - 1), index) && at->is_array() &&
                        index < static_cast<std::int64_t>(at->size());
      at = fits ? &at->items()[static_cast<std::size_t>(index)] : nullptr;
    }
    if (!at) return nullptr;
  }
  return at;
}

std::string TemplateProblems::as_written(const std::string& pointer) const {
  for (const auto& [made, written] : told_as_) {
    if (pointer == made || pointer.starts_with(made + '/')) return written + pointer.substr(made.size());
  }
  return pointer;
}

namespace {

// "aws/cost/billing.yml" of any path to it: where the folder lies is not a tenant's to know.
std::string template_name(const std::string& file) {
  std::size_t at = file.size();
  for (int parts = 0; parts < 3 && at != std::string::npos && at > 0; ++parts) at = file.rfind('/', at - 1);
  return at == std::string::npos || at == 0 ? file : file.substr(at + 1);
}

// A misspelt key explains best what else is missing.
const TemplateProblem& telling(const std::vector<TemplateProblem>& problems) {
  for (const TemplateProblem& p : problems)
    if (p.message.find("did you mean") != std::string::npos) return p;
  return problems.front();
}

}  // namespace

Status status_of(const std::string& file, const std::vector<TemplateProblem>& problems) {
  if (problems.empty()) return {};
  const std::string name = template_name(file);
  Json errors = Json::array();
  for (const TemplateProblem& p : problems) {
    errors.push(Json::object().set("line", p.line).set("field", p.field).set("message", p.message));
  }
  const TemplateProblem& first = telling(problems);
  const std::string more = problems.size() > 1 ? fmt::format(" (and {} more)", problems.size() - 1) : "";
  const std::string what = fmt::format(":{}: {}{}{}{}", first.line, first.field, first.field.empty() ? "" : ": ", first.message, more);
  return Status(Code::config, name + what, file + what)
      .with_detail_json(Json::object().set("file", name).set("line", first.line).set("field", first.field)
                            .set("issue", first.message).set("errors", errors).dump());
}

}  // namespace cvg
