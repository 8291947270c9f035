#include "sandbox.h"

#include <convergence/plugin.hpp>

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace ducklake {
namespace {

using convergence::Error;

// Access rights by Landlock ABI version, from the kernel's uapi header; newer rights are spelt as numbers because older
// headers lack them: REFER (2), TRUNCATE (3), IOCTL_DEV (5).
constexpr std::uint64_t rights_v1 = (1ULL << 13) - 1;
constexpr std::uint64_t right_refer = 1ULL << 13, right_truncate = 1ULL << 14, right_ioctl = 1ULL << 15;
constexpr std::uint64_t read_rights = LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
constexpr std::uint64_t write_rights = read_rights | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_MAKE_REG |
                                       LANDLOCK_ACCESS_FS_REMOVE_FILE;

std::uint64_t handled_rights(long abi) {
  std::uint64_t rights = rights_v1;
  if (abi >= 2) rights |= right_refer;
  if (abi >= 3) rights |= right_truncate;
  if (abi >= 5) rights |= right_ioctl;
  return rights;
}

void allow(int ruleset, const std::string& folder, std::uint64_t rights) {
  const int fd = open(folder.c_str(), O_PATH | O_CLOEXEC);
  if (fd < 0) throw Error(CVG_E_HOST, std::string("a session's folder cannot be opened: ") + std::strerror(errno));
  landlock_path_beneath_attr rule{};
  rule.allowed_access = rights;
  rule.parent_fd = fd;
  const long added = syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
  const int problem = errno;
  close(fd);
  if (added != 0) throw Error(CVG_E_HOST, std::string("Landlock refuses a rule: ") + std::strerror(problem));
}

}  // namespace

void confine_to(const std::vector<std::string>& readable, const std::vector<std::string>& writable) {
  const long abi = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  if (abi < 1) {
    const char* allowed = std::getenv("CONVERGENCE_ALLOW_NO_LANDLOCK");
    if (allowed && std::strcmp(allowed, "1") == 0) return;
    throw Error(CVG_E_UNSUPPORTED, "this kernel has no Landlock, which confines tenants' SQL; enable it, or set "
                                   "CONVERGENCE_ALLOW_NO_LANDLOCK=1 to rely on the engine's own checks alone");
  }
  landlock_ruleset_attr attributes{};
  attributes.handled_access_fs = handled_rights(abi);
  const long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes.handled_access_fs, 0);
  if (ruleset < 0) throw Error(CVG_E_HOST, std::string("Landlock: ") + std::strerror(errno));
  for (const std::string& folder : readable) allow(static_cast<int>(ruleset), folder, read_rights);
  const std::uint64_t write = abi >= 3 ? write_rights | right_truncate : write_rights;
  for (const std::string& folder : writable) allow(static_cast<int>(ruleset), folder, write);
  const bool confined = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                        syscall(SYS_landlock_restrict_self, static_cast<int>(ruleset), 0) == 0;
  const int problem = errno;
  close(static_cast<int>(ruleset));
  if (!confined) throw Error(CVG_E_HOST, std::string("Landlock: ") + std::strerror(problem));
}

}  // namespace ducklake
