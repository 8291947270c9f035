#include "core/config/template_catalog.h"

#include <sys/stat.h>

#include <filesystem>

#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::int64_t template_bytes_max = 1 << 20;

bool is_segment(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

Status check_segment(const char* field, std::string_view text) {
  if (is_segment(text)) return {};
  const std::string issue = "must be 1 to 64 letters, digits, _ or -";
  return Status(Code::invalid, fmt::format("{}: {}", field, issue))
      .with_detail_json(Json::object().set("field", field).set("issue", issue).dump());
}

std::int64_t nanoseconds(const timespec& t) { return static_cast<std::int64_t>(t.tv_sec) * 1'000'000'000 + t.tv_nsec; }

}  // namespace

bool TemplateCatalog::read_state(const std::string& path, FileState& out) {
  struct stat s {};
  if (::lstat(path.c_str(), &s) != 0 || !S_ISREG(s.st_mode)) return false;
  out = {path, nanoseconds(s.st_mtim), nanoseconds(s.st_ctim), static_cast<std::int64_t>(s.st_size), s.st_ino};
  return true;
}

bool TemplateCatalog::unchanged(const Entry& entry) {
  return std::all_of(entry.files.begin(), entry.files.end(), [](const FileState& known) {
    FileState now;
    return read_state(known.path, now) && now == known;
  });
}

Result<TemplateCatalog::Entry> TemplateCatalog::load(const std::string& folder, const TemplateName& name, const std::string& relative) const {
  Entry entry;
  const std::string path = folder + '/' + relative;
  // The state is taken before the content: a change in between is seen at the next look.
  FileState state;
  const bool known = read_state(path, state);
  Result<Fd> file = open_beneath(folder, relative);
  if (!file.ok()) return file.status();
  CVG_ASSIGN(const std::string text, read_fd(file->get(), template_bytes_max));
  if (known) entry.files.push_back(state);
  TemplateReading reading = read_template(text, {path, folder}, kinds_);
  if (!reading.problems.empty()) return status_of(path, reading.problems);
  for (const std::string& named : reading.content.named_files) {
    if (read_state(folder + '/' + named, state)) entry.files.push_back(state);
  }
  reading.content.provider = name.provider;
  reading.content.domain = name.domain;
  reading.content.name = name.name;
  entry.content = std::make_shared<const Template>(std::move(reading.content));
  return entry;
}

Result<std::shared_ptr<const Template>> TemplateCatalog::get(std::string_view provider, std::string_view domain, std::string_view name) {
  CVG_RETURN_IF_ERROR(check_segment("provider", provider));
  CVG_RETURN_IF_ERROR(check_segment("domain", domain));
  CVG_RETURN_IF_ERROR(check_segment("template", name));
  const TemplateName wanted{lower_ascii(provider), lower_ascii(domain), lower_ascii(name)};
  const std::string relative = fmt::format("{}/{}/{}.yml", wanted.provider, wanted.domain, wanted.name);
  for (const std::string& folder : configs_dirs_) {
    const std::string path = folder + '/' + relative;
    Entry seen;
    {
      MutexLock lock(mutex_);
      const auto found = entries_.find(path);
      if (found != entries_.end()) seen = found->second;
    }
    if (seen.content && unchanged(seen)) return seen.content;
    Result<Entry> entry = load(folder, wanted, relative);
    MutexLock lock(mutex_);
    if (entry.ok()) {
      entries_[path] = *entry;
      return entry->content;
    }
    entries_.erase(path);
    if (entry.status().code() != Code::not_found) return entry.status();
  }
  return Status(Code::not_found, fmt::format("Template not found: {}", relative.substr(0, relative.size() - 4)));
}

std::vector<TemplateName> TemplateCatalog::list() const {
  std::map<std::string, TemplateName> found;
  for (const std::string& folder : configs_dirs_) {
    std::error_code error;
    for (const auto& provider : std::filesystem::directory_iterator(folder, error)) {
      std::error_code inner;
      for (const auto& domain : std::filesystem::directory_iterator(provider.path(), inner)) {
        std::error_code deepest;
        for (const auto& file : std::filesystem::directory_iterator(domain.path(), deepest)) {
          TemplateName name{provider.path().filename(), domain.path().filename(), file.path().stem()};
          const bool fits = is_segment(name.provider) && is_segment(name.domain) && is_segment(name.name);
          if (!fits || file.path().extension() != ".yml" || !file.is_regular_file(deepest)) continue;
          found.emplace(fmt::format("{}/{}/{}", name.provider, name.domain, name.name), std::move(name));
        }
      }
    }
  }
  std::vector<TemplateName> out;
  for (auto& [key, name] : found) out.push_back(std::move(name));
  return out;
}

TemplateReading lint_template_file(const std::string& path, const std::string& configs_dir, const StepKinds& kinds) {
  Result<std::string> text = read_file(path, template_bytes_max);
  if (!text.ok()) return {Template(), {{0, "", text.status().text()}}, {}};
  std::string folder = configs_dir;
  if (folder.empty()) {
    std::error_code error;
    folder = std::filesystem::absolute(path, error).parent_path().parent_path().parent_path();
  }
  return read_template(*text, {path, folder}, kinds);
}

}  // namespace cvg
