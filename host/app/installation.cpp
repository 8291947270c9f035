#include "host/app/installation.h"

#include <filesystem>
#include <vector>

namespace cvg {
namespace {

namespace fs = std::filesystem;
constexpr int folders_above_max = 4;  // {source}/build/{preset}/bin

fs::path absolute(const std::string& path) { return fs::absolute(path).lexically_normal(); }

bool is_there(const fs::path& path) {
  std::error_code error;
  return fs::exists(path, error);
}

}  // namespace

Result<Installation> Installation::of_this_process() {
  std::error_code error;
  const fs::path program = fs::read_symlink("/proc/self/exe", error);
  if (error) return Status(Code::host, "The program cannot find itself: " + error.message());
  return Installation(program.string());
}

std::string Installation::plugins_dir() const {
  return (fs::path(program_).parent_path().parent_path() / "lib/convergence/plugins").string();
}

std::string Installation::resolve(const std::string& path) const {
  if (path.empty() || fs::path(path).is_absolute() || is_there(path)) return path.empty() ? path : absolute(path).string();
  fs::path above = fs::path(program_).parent_path();
  for (int i = 0; i < folders_above_max && above.has_relative_path(); ++i) {
    if (is_there(above / path)) return (above / path).string();
    if (is_there(above / "share/convergence" / path)) return (above / "share/convergence" / path).string();
    above = above.parent_path();
  }
  return absolute(path).string();
}

std::string Installation::default_config_file() const {
  const std::string path = resolve("configs/server.yml");
  return is_there(path) ? path : std::string();
}

void Installation::complete(ServerConfig& config) const {
  config.data_dir = absolute(config.data_dir).string();
  if (config.data_dir.size() > 1 && config.data_dir.back() == '/') config.data_dir.pop_back();
  for (std::string& folder : config.configs_dirs) folder = resolve(folder);
  config.plans_file = resolve(config.plans_file);
  config.plugins_dir = config.plugins_dir.empty() ? plugins_dir() : resolve(config.plugins_dir);
  config.extensions_dir = config.extensions_dir.empty() ? CVG_EXTENSIONS_DIR : resolve(config.extensions_dir);
  config.samples_dir = config.samples_dir.empty() ? config.data_dir + "/samples" : absolute(config.samples_dir).string();
  if (config.key_manager.key_file.empty()) config.key_manager.key_file = config.data_dir + "/keys/master.key";
  config.key_manager.key_file = absolute(config.key_manager.key_file).string();
}

}  // namespace cvg
