/* fsync_shim.c: preloaded into a server by fsync_flow.py, it writes down in which order files of the lakes are made,
 * written, synced and named by a catalog.  One line an event in the file that CVG_SHIM_LOG names:
 *   make|write|sync|rename|folder <path>     after the call succeeded
 *   name <catalog's log> <data file>                before a write to a catalog that holds the data file's name
 *   catalog <path>                                  before any other write to a catalog
 * Only paths that hold "/lakes/" are told.  Lines are appended by single writes, so their order is that of the events. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(type, name, ...)                              \
  static type (*real)(__VA_ARGS__);                        \
  if (!real) real = (type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

static void tell(const char *event, const char *path, const char *more) {
  static ssize_t (*raw_write)(int, const void *, size_t);
  static int log_fd = -1;
  char line[2200];
  int length;
  if (!raw_write) raw_write = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  if (log_fd < 0) {
    int (*raw_open)(const char *, int, ...) = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    const char *name = getenv("CVG_SHIM_LOG");
    if (!name) return;
    log_fd = raw_open(name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (log_fd < 0) return;
  }
  length = snprintf(line, sizeof line, "%s %s%s%s\n", event, path, *more ? " " : "", more);
  if (length > 0 && length < (int)sizeof line && raw_write(log_fd, line, (size_t)length) != length) abort();
}

static int is_lake(const char *path) { return path && strstr(path, "/lakes/") != NULL; }

/* The path of a descriptor when it is one of the lakes', else NULL. */
static const char *lake_path(int fd, char *buffer, size_t size) {
  char link[64];
  ssize_t length;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  length = readlink(link, buffer, size - 1);
  if (length <= 0) return NULL;
  buffer[length] = 0;
  return is_lake(buffer) ? buffer : NULL;
}

static int is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

/* Tells every "*.parquet" in what is written to a catalog. */
static void tell_names(const char *path, const char *bytes, size_t size) {
  static const char end[] = ".parquet";
  const char *at = bytes, *last = bytes + size;
  tell("catalog", path, "");
  while ((at = memmem(at, (size_t)(last - at), end, sizeof end - 1)) != NULL) {
    const char *begin = at;
    char name[600];
    size_t length;
    while (begin > bytes && is_name(begin[-1])) --begin;
    at += sizeof end - 1;
    length = (size_t)(at - begin);
    if (length >= sizeof name) continue;
    memcpy(name, begin, length);
    name[length] = 0;
    tell("name", path, name);
  }
}

static void before_write(int fd, const void *bytes, size_t size) {
  char buffer[1024];
  const char *path = lake_path(fd, buffer, sizeof buffer);
  if (path && strstr(path, "catalog.sqlite")) tell_names(path, bytes, size);
}

static void after_write(int fd) {
  char buffer[1024];
  const char *path = lake_path(fd, buffer, sizeof buffer);
  if (path && !strstr(path, "catalog.sqlite")) tell("write", path, "");
}

ssize_t write(int fd, const void *bytes, size_t size) {
  ssize_t done;
  REAL(ssize_t, "write", int, const void *, size_t);
  before_write(fd, bytes, size);
  done = real(fd, bytes, size);
  if (done >= 0) after_write(fd);
  return done;
}

ssize_t pwrite(int fd, const void *bytes, size_t size, off_t offset) {
  ssize_t done;
  REAL(ssize_t, "pwrite", int, const void *, size_t, off_t);
  before_write(fd, bytes, size);
  done = real(fd, bytes, size, offset);
  if (done >= 0) after_write(fd);
  return done;
}

ssize_t pwrite64(int fd, const void *bytes, size_t size, off_t offset) { return pwrite(fd, bytes, size, offset); }

static int opened(int fd, int flags) {
  char buffer[1024];
  const char *path = fd >= 0 && (flags & O_CREAT) ? lake_path(fd, buffer, sizeof buffer) : NULL;
  if (path) tell("make", path, "");
  return fd;
}

int open(const char *path, int flags, ...) {
  va_list more;
  mode_t mode;
  REAL(int, "open", const char *, int, ...);
  va_start(more, flags);
  mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(real(path, flags, mode), flags);
}

int open64(const char *path, int flags, ...) {
  va_list more;
  mode_t mode;
  REAL(int, "open64", const char *, int, ...);
  va_start(more, flags);
  mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
  va_end(more);
  return opened(real(path, flags, mode), flags);
}

static int synced(int fd, int failed) {
  char buffer[1024];
  const char *path = failed ? NULL : lake_path(fd, buffer, sizeof buffer);
  if (path) tell("sync", path, "");
  return failed;
}

int fsync(int fd) {
  REAL(int, "fsync", int);
  return synced(fd, real(fd));
}

int fdatasync(int fd) {
  REAL(int, "fdatasync", int);
  return synced(fd, real(fd));
}

int mkdir(const char *path, mode_t mode) {
  int failed;
  REAL(int, "mkdir", const char *, mode_t);
  failed = real(path, mode);
  if (!failed && is_lake(path)) tell("folder", path, "");
  return failed;
}

int rename(const char *from, const char *to) {
  int failed;
  REAL(int, "rename", const char *, const char *);
  failed = real(from, to);
  if (!failed && is_lake(to)) tell("rename", from, to);
  return failed;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags) {
  int failed;
  REAL(int, "renameat2", int, const char *, int, const char *, unsigned);
  failed = real(from_folder, from, to_folder, to, flags);
  if (!failed && is_lake(to)) tell("rename", from, to);
  return failed;
}
