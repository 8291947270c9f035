#include "core/state/sqlite_connection.h"

#include <sqlite3.h>

#include <map>
#include <vector>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t cached_statements_max = 256;
constexpr int busy_wait_ms = 5000;

Code code_of_sqlite(int code) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT: return Code::conflict;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: return Code::unavailable;
    default: return Code::host;
  }
}

}  // namespace

class SqliteStatement final : public Statement {
 public:
  SqliteStatement(SqliteConnection& owner, sqlite3* db, std::string_view sql) : owner_(owner) {
    keep(sqlite3_prepare_v3(db, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT, &handle_, nullptr));
    broken_ = handle_ == nullptr;
  }
  ~SqliteStatement() override { sqlite3_finalize(handle_); }

  using Statement::bind;
  Statement& bind(int index, std::int64_t value) override { return keep(sqlite3_bind_int64(handle_, index, value)); }
  Statement& bind(int index, double value) override { return keep(sqlite3_bind_double(handle_, index, value)); }
  Statement& bind(int index, std::string_view value) override {
    const char* text = value.data() ? value.data() : "";
    return keep(sqlite3_bind_text64(handle_, index, text, value.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
  }
  Statement& bind_bytes(int index, std::string_view value) override {
    const char* bytes = value.data() ? value.data() : "";
    return keep(sqlite3_bind_blob64(handle_, index, bytes, value.size(), SQLITE_TRANSIENT));
  }
  Statement& bind_null(int index) override { return keep(sqlite3_bind_null(handle_, index)); }

  // After a failure nothing more is run until end_use(): SQLite may have undone the whole transaction, and a statement
  // outside of one would be stored at once.
  bool step() override {
    if (status_.ok() && !owner_.first_failure_.ok()) status_ = owner_.first_failure_;
    if (!status_.ok()) return false;
    const int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) {
      busy_ = true;
      return true;
    }
    if (code != SQLITE_DONE) keep(code);
    sqlite3_reset(handle_);
    busy_ = false;
    return false;
  }
  bool is_null(int column) const override { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }
  std::int64_t integer(int column) const override { return sqlite3_column_int64(handle_, column); }
  double real(int column) const override { return sqlite3_column_double(handle_, column); }
  std::string text(int column) const override {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (bytes == nullptr) return {};
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
  }
  Status status() const override { return status_; }

  bool broken() const { return broken_; }
  void reset() {
    if (busy_) sqlite3_reset(handle_);
    busy_ = false;
    if (!broken_) status_ = Status();
  }

 private:
  Statement& keep(int code) {
    if (code != SQLITE_OK && status_.ok()) {
      status_ = owner_.failure(code);
      if (owner_.first_failure_.ok()) owner_.first_failure_ = status_;
    }
    return *this;
  }

  SqliteConnection& owner_;
  sqlite3_stmt* handle_ = nullptr;
  Status status_;
  bool busy_ = false, broken_ = false;
};

struct SqliteConnection::Handles {
  sqlite3* db = nullptr;
  std::map<std::string, std::unique_ptr<SqliteStatement>, std::less<>> statements;
  std::vector<SqliteStatement*> used;  // since the last end_use(); one may stand there twice
};

SqliteConnection::SqliteConnection() : handles_(std::make_unique<Handles>()) {}

SqliteConnection::~SqliteConnection() {
  handles_->statements.clear();
  sqlite3_close(handles_->db);
}

Result<std::unique_ptr<SqliteConnection>> SqliteConnection::open(const std::string& path, Mode mode) {
  // The library's statistics of memory would put every allocation of every thread under one lock.
  static const int configured = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(configured);
  std::unique_ptr<SqliteConnection> connection(new SqliteConnection());
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (mode == Mode::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
  const int code = sqlite3_open_v2(path.c_str(), &connection->handles_->db, flags, nullptr);
  if (code != SQLITE_OK) {
    const Status why = connection->failure(code);
    return Status(Code::unavailable, fmt::format("The state store {} cannot be opened.", path), why.log_text());
  }
  sqlite3_busy_timeout(connection->handles_->db, busy_wait_ms);
  // A reader's connection may not write, so that the one writer stays the only one.  What a savepoint keeps of the pages it
  // changes stays in memory: otherwise SQLite writes a file for it in every larger transaction.
  const char* settings = mode == Mode::write ? "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
                                               "PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384; PRAGMA secure_delete = ON;"
                                               "PRAGMA temp_store = MEMORY;"
                                             : "PRAGMA query_only = ON; PRAGMA cache_size = -1024;";
  CVG_RETURN_IF_ERROR(connection->run_script(settings));
  return connection;
}

Status SqliteConnection::failure(int code) const {
  std::string why = fmt::format("SQLite {}: {}", code, handles_->db ? sqlite3_errmsg(handles_->db) : sqlite3_errstr(code));
  const int kind = code & 0xff;
  if (handles_->db && (kind == SQLITE_CORRUPT || kind == SQLITE_NOTADB))
    why += fmt::format("; the file {} is damaged: stop the server and put back its last backup, or what sqlite3's .recover saves of a copy",
                       sqlite3_db_filename(handles_->db, "main"));
  const Code meaning = code_of_sqlite(code);
  if (meaning == Code::conflict) return Status(meaning, "The row exists already, or contradicts another one.", why).with_retryable(false);
  if (meaning == Code::unavailable) return Status(meaning, "The state store is not usable now.", why);
  return Status(meaning, "The state store failed.", why);
}

Statement& SqliteConnection::prepare(std::string_view sql) {
  auto& statements = handles_->statements;
  auto found = statements.find(sql);
  if (found != statements.end() && found->second->broken()) {  // made by a migration since then, perhaps
    std::erase(handles_->used, found->second.get());
    statements.erase(found);
    found = statements.end();
  }
  if (found == statements.end())
    found = statements.emplace(std::string(sql), std::make_unique<SqliteStatement>(*this, handles_->db, sql)).first;
  found->second->reset();
  handles_->used.push_back(found->second.get());
  return *found->second;
}

std::int64_t SqliteConnection::changes() const { return sqlite3_changes64(handles_->db); }

bool SqliteConnection::in_transaction() const { return sqlite3_get_autocommit(handles_->db) == 0; }

Status SqliteConnection::run_script(const std::string& sql) {
  const int code = sqlite3_exec(handles_->db, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : failure(code);
}

Status SqliteConnection::end_use() {
  for (SqliteStatement* statement : handles_->used) statement->reset();
  handles_->used.clear();
  if (handles_->statements.size() > cached_statements_max) handles_->statements.clear();
  return std::exchange(first_failure_, Status());
}

}  // namespace cvg
