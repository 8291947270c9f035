#include <algorithm>
#include <filesystem>

#include "core/base/text.h"
#include "core/plugin/file_objects.h"
#include "core/plugin/objects.h"
#include "core/plugin/source_uri.h"

namespace cvg {
namespace {

constexpr std::string_view placeholder = "{tenant_id}";

Status refused(std::string why) { return Status(Code::config, "sources.allowed_roots: " + why); }

bool has_placeholder(std::string_view text) { return text.find(placeholder) != std::string_view::npos; }

std::string replace_placeholder(std::string text, std::string_view tenant_id) {
  for (std::size_t at = 0; (at = text.find(placeholder, at)) != std::string::npos; at += tenant_id.size())
    text.replace(at, placeholder.size(), tenant_id);
  return text;
}

std::size_t plain_segments(const SourceUri& pattern) {
  const auto first = std::find_if(pattern.segments.begin(), pattern.segments.end(), has_placeholder);
  return static_cast<std::size_t>(first - pattern.segments.begin());
}

std::vector<std::string> parts_of(const std::filesystem::path& path) {
  std::vector<std::string> parts;
  for (const std::filesystem::path& part : path.relative_path())
    if (!part.empty() && part != ".") parts.push_back(part.string());
  return parts;
}

// The folder without links, also when it or its end does not exist yet.
std::vector<std::string> real_parts(const std::string& folder) {
  std::error_code error;
  std::filesystem::path real = std::filesystem::weakly_canonical(std::filesystem::absolute(folder, error), error);
  return parts_of(error ? std::filesystem::path(folder).lexically_normal() : real);
}

// Whether a root is, holds or lies in a folder; a part with a placeholder may become any name.
bool overlaps(const SourceUri& root, const std::vector<std::string>& folder) {
  const std::size_t plain = plain_segments(root);
  std::vector<std::string> parts = real_parts(join_path(root.segments, 0, plain) + "/");
  parts.insert(parts.end(), root.segments.begin() + static_cast<std::ptrdiff_t>(plain), root.segments.end());
  for (std::size_t i = 0; i < std::min(parts.size(), folder.size()); ++i)
    if (!has_placeholder(parts[i]) && parts[i] != folder[i]) return false;
  return true;
}

Status check_placeholders(const SourceUri& root, const std::string& text) {
  std::vector<std::string> all = root.segments;
  all.push_back(root.authority);
  for (const std::string& part : all)
    if (replace_placeholder(part, "").find_first_of("{}*") != std::string::npos)
      return refused(fmt::format("'{}' holds a pattern other than {}", text, placeholder));
  return Status();
}

bool is_tenant_id(std::string_view id) {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
  return !id.empty() && id.find_first_not_of(letters) == std::string_view::npos;
}

// Whether the root's names, with the tenant put in, are the first ones of the URI.
bool allows(const SourceUri& root, const SourceUri& uri, std::string_view tenant_id) {
  if (root.scheme != uri.scheme || root.segments.size() > uri.segments.size()) return false;
  if (replace_placeholder(root.authority, tenant_id) != uri.authority) return false;
  for (std::size_t i = 0; i < root.segments.size(); ++i)
    if (replace_placeholder(root.segments[i], tenant_id) != uri.segments[i]) return false;
  return true;
}

}  // namespace

SourceRoots::SourceRoots() = default;
SourceRoots::SourceRoots(const SourceRoots&) = default;
SourceRoots::SourceRoots(SourceRoots&&) noexcept = default;
SourceRoots& SourceRoots::operator=(const SourceRoots&) = default;
SourceRoots& SourceRoots::operator=(SourceRoots&&) noexcept = default;
SourceRoots::~SourceRoots() = default;

Result<SourceRoots> SourceRoots::create(std::vector<std::string> patterns, const std::vector<std::string>& forbidden_folders) {
  SourceRoots roots;
  for (const std::string& text : patterns) {
    const Result<SourceUri> root = parse_source_uri(text);
    if (!root.ok()) return refused(fmt::format("'{}': {}", text, root.status().text()));
    CVG_RETURN_IF_ERROR(check_placeholders(*root, text));
    for (const std::string& folder : forbidden_folders)
      if (root->scheme == "file" && overlaps(*root, real_parts(folder)))
        return refused(fmt::format("'{}' is, holds or lies in the server's own folder {}", text, folder));
    roots.roots_.push_back(*root);
  }
  return roots;
}

Result<SourceRoots::Match> SourceRoots::match(std::string_view text, std::string_view tenant_id) const {
  CVG_ASSIGN(SourceUri uri, parse_source_uri(text));
  if (!uri.is_local())
    return Status(Code::unsupported, fmt::format("sources of the scheme {}:// are not offered in this version", uri.scheme));
  if (!is_tenant_id(tenant_id)) return Status(Code::invalid, "the tenant's id is wrong");
  if (uri.scheme == "sample") {
    if (samples_dir_.empty()) return Status(Code::invalid, "this server has no samples (sample://)");
    return Match{samples_dir_, join_path(uri.segments, 0, uri.segments.size())};
  }
  for (const SourceUri& root : roots_)
    if (allows(root, uri, tenant_id)) {
      const std::size_t plain = plain_segments(root);
      return Match{join_path(uri.segments, 0, plain) + "/", join_path(uri.segments, plain, uri.segments.size())};
    }
  return Status(Code::invalid, fmt::format("the source {} is not below an allowed root (sources.allowed_roots)", text));
}

Result<std::unique_ptr<ObjectStore>> SourceRoots::open(std::string_view uri, std::string_view tenant_id) const {
  CVG_ASSIGN(Match found, match(uri, tenant_id));
  if (!found.relative.empty()) found.relative.erase(0, 1);
  return std::unique_ptr<ObjectStore>(
      std::make_unique<FileObjects>(FileObjects::Place{std::move(found.base), std::move(found.relative), std::string(uri)}));
}

Status SourceRoots::check(std::string_view uri, std::string_view tenant_id) const { return match(uri, tenant_id).status(); }

}  // namespace cvg
