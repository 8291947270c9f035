#include "key_ring.h"

#include <convergence/plugin.hpp>

#include <charconv>
#include <filesystem>
#include <mutex>
#include <set>

#include "aead.h"
#include "key_file.h"

namespace local_keys {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t versions_max = 1'000'000;

std::string file_of(const std::string &path, uint32_t number) { return number == 1 ? path : path + "." + std::to_string(number); }

// The versions whose files lie beside path; drafts and other files have other names.
std::set<uint32_t> versions_of(const std::string &path) {
  std::set<uint32_t> found;
  std::error_code error;
  const std::string prefix = fs::path(path).filename().string() + ".";
  if (fs::exists(fs::symlink_status(path, error))) found.insert(1);
  for (fs::directory_iterator it(fs::path(path).parent_path(), error), end; !error && it != end; it.increment(error)) {
    const std::string name = it->path().filename().string();
    if (name.rfind(prefix, 0) != 0) continue;
    uint32_t number = 0;
    const char *first = name.data() + prefix.size(), *last = name.data() + name.size();
    const auto read = std::from_chars(first, last, number);
    if (read.ec == std::errc() && read.ptr == last && *first != '0' && number > 1 && number <= versions_max) found.insert(number);
  }
  return found;
}

}  // namespace

KeyRing::KeyRing(std::string path) : path_(std::move(path)) {
  if (path_.empty() || path_[0] != '/') throw convergence::Error(CVG_E_CONFIG, "key_file must be an absolute path");
  load();
}

KeyRing::~KeyRing() {
  for (auto &[number, key] : keys_) wipe(key);
}

void KeyRing::load() {
  for (const uint32_t number : versions_of(path_))
    if (!keys_.count(number)) keys_[number] = load_or_create_key(file_of(path_, number));
}

void KeyRing::make_first() {
  load();
  if (keys_.empty()) keys_[1] = load_or_create_key(path_);
}

KeyRing::Version KeyRing::newest() {
  {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (!keys_.empty()) return {keys_.rbegin()->first, keys_.rbegin()->second};
  }
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  make_first();
  return {keys_.rbegin()->first, keys_.rbegin()->second};
}

std::string KeyRing::key(uint32_t number) {
  {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    if (const auto found = keys_.find(number); found != keys_.end()) return found->second;
  }
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  load();
  if (const auto found = keys_.find(number); found != keys_.end()) return found->second;
  throw convergence::Error(CVG_E_DATA, "the key was wrapped under version " + std::to_string(number) +
                                           " of the master key, whose file " + file_of(path_, number) + " is missing");
}

void KeyRing::add() {
  const std::unique_lock<std::shared_mutex> lock(mutex_);
  make_first();
  const uint32_t next = keys_.rbegin()->first + 1;
  keys_[next] = load_or_create_key(file_of(path_, next));
}

}  // namespace local_keys
