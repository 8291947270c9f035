#include "catalog_copy.h"

#include <sqlite3.h>

#include <convergence/plugin.hpp>

namespace ducklake {

namespace {

using convergence::Error;

class Handle {
 public:
  Handle(const std::string &path, int flags, int busy_ms) {
    if (sqlite3_open_v2(path.c_str(), &raw, flags, nullptr) != SQLITE_OK) {
      const int code = sqlite3_errcode(raw);
      sqlite3_close(raw);
      raw = nullptr;
      throw Error(code == SQLITE_CANTOPEN ? CVG_E_NOT_FOUND : CVG_E_UNAVAILABLE, "the catalog cannot be opened");
    }
    sqlite3_busy_timeout(raw, busy_ms);
  }
  ~Handle() { sqlite3_close(raw); }
  Handle(const Handle &) = delete;
  Handle &operator=(const Handle &) = delete;
  sqlite3 *raw = nullptr;
};

}  // namespace

void copy_catalog(const std::string &source, const std::string &target, int busy_ms) {
  // The source is opened for writing, because a catalog in WAL mode without its -shm file cannot be opened read-only.
  Handle from(source, SQLITE_OPEN_READWRITE, busy_ms);
  Handle to(target, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, busy_ms);
  sqlite3_backup *backup = sqlite3_backup_init(to.raw, "main", from.raw, "main");
  if (!backup) throw Error(CVG_E_UNAVAILABLE, std::string("the catalog cannot be copied: ") + sqlite3_errmsg(to.raw));
  int step = SQLITE_BUSY;
  for (int waited = 0; (step == SQLITE_BUSY || step == SQLITE_LOCKED) && waited <= busy_ms; waited += 5) {
    step = sqlite3_backup_step(backup, -1);
    if (step == SQLITE_BUSY || step == SQLITE_LOCKED) sqlite3_sleep(5);
  }
  sqlite3_backup_finish(backup);
  if (step != SQLITE_DONE) throw Error(CVG_E_UNAVAILABLE, std::string("the catalog cannot be copied: ") + sqlite3_errstr(step));
  if (sqlite3_exec(to.raw, "PRAGMA journal_mode = DELETE", nullptr, nullptr, nullptr) != SQLITE_OK)
    throw Error(CVG_E_UNAVAILABLE, std::string("the catalog's copy cannot be prepared: ") + sqlite3_errmsg(to.raw));
}

}  // namespace ducklake
