#include "key_file.h"

#include <convergence/plugin.hpp>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "aead.h"

namespace local_keys {
namespace {

using convergence::Error;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() { if (fd_ >= 0) ::close(fd_); }
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

Error refusal(const std::string &path, const std::string &why) { return Error(CVG_E_CONFIG, "the key file " + path + " " + why); }

Error failure(const std::string &path, const char *doing) {
  return Error(CVG_E_CONFIG, std::string("cannot ") + doing + " the key file " + path + ": " + std::strerror(errno));
}

std::string read_key(const File &file, const std::string &path) {
  struct stat s;
  if (::fstat(file.fd(), &s) != 0) throw failure(path, "look at");
  if (!S_ISREG(s.st_mode)) throw refusal(path, "is not a regular file");
  if (s.st_uid != ::geteuid()) throw refusal(path, "belongs to another user than the server's");
  if ((s.st_mode & 077) != 0) {
    char mode[8];
    std::snprintf(mode, sizeof mode, "%04o", static_cast<unsigned>(s.st_mode & 07777));
    throw refusal(path, std::string("is open to others (mode ") + mode + "): it must be 0600");
  }
  if (s.st_size != static_cast<off_t>(kKeyBytes))
    throw refusal(path, "has " + std::to_string(s.st_size) + " bytes where a key has " + std::to_string(kKeyBytes));
  std::string key(kKeyBytes, '\0');
  if (::pread(file.fd(), key.data(), key.size(), 0) != static_cast<ssize_t>(key.size())) throw failure(path, "read");
  return key;
}

void write_new(const std::string &path, const std::string &key) {
  const File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (file.fd() < 0) throw failure(path, "create");
  // The process's umask may take bits away but never add them; fchmod gives back what it took.
  const bool written = ::fchmod(file.fd(), 0600) == 0 &&
                       ::write(file.fd(), key.data(), key.size()) == static_cast<ssize_t>(key.size()) && ::fsync(file.fd()) == 0;
  if (written) return;
  const Error error = failure(path, "write");
  ::unlink(path.c_str());
  throw error;
}

void sync_folder(const std::string &path) {
  const File folder(::open(path.substr(0, path.rfind('/') + 1).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0 || ::fsync(folder.fd()) != 0) throw failure(path, "sync the folder of");
}

void create(const std::string &path) {
  std::string suffix;
  for (const char c : random_bytes(8)) suffix += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  const std::string draft = path + "." + suffix;
  std::string key = random_bytes(kKeyBytes);
  write_new(draft, key);
  wipe(key);
  // EEXIST: another process was first; its key is the one that both read.
  const bool linked = ::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST;
  const Error error = failure(path, "create");
  ::unlink(draft.c_str());
  if (!linked) throw error;
  sync_folder(path);
}

}  // namespace

std::string load_or_create_key(const std::string &path) {
  if (path.empty() || path[0] != '/') throw Error(CVG_E_CONFIG, "key_file must be an absolute path");
  for (int attempt = 0;; ++attempt) {
    const File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.fd() >= 0) return read_key(file, path);
    if (errno == ELOOP) throw refusal(path, "is a symbolic link");
    if (errno != ENOENT || attempt > 0) throw failure(path, "open");
    create(path);
  }
}

}  // namespace local_keys
