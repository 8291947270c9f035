#include "core/state/database.h"

#include <filesystem>

#include "core/base/files.h"
#include "core/base/mutex.h"
#include "core/base/text.h"
#include "core/state/migrations.h"
#include "core/state/sqlite_connection.h"
#include "core/state/writer.h"

namespace cvg {
namespace {

constexpr std::string_view in_memory = ":memory:";

// Connections for reading, as many as ever read at the same time.  The last one given back is the first one lent, because
// its cache is warm.
class ReaderPool {
 public:
  explicit ReaderPool(std::string path) : path_(std::move(path)) {}

  Result<std::unique_ptr<SqliteConnection>> lend() CVG_EXCLUDES(mutex_) {
    {
      const MutexLock lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<SqliteConnection> connection = std::move(free_.back());
        free_.pop_back();
        return connection;
      }
    }
    return SqliteConnection::open(path_, SqliteConnection::Mode::read);
  }
  void give_back(std::unique_ptr<SqliteConnection> connection) CVG_EXCLUDES(mutex_) {
    const MutexLock lock(mutex_);
    free_.push_back(std::move(connection));
  }

 private:
  const std::string path_;
  Mutex mutex_;
  std::vector<std::unique_ptr<SqliteConnection>> free_ CVG_GUARDED_BY(mutex_);
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(const Options& options, std::optional<FileLock> lock, std::unique_ptr<SqliteConnection> connection)
      : lock_(std::move(lock)), readers_(options.path),
        writer_(std::move(connection), options.write_queue_max, options.write_batch_max) {}

  Status write(const std::function<Status(Connection&)>& f) override { return writer_.submit(f); }

  // A store in memory has one connection; its reads take their turn on the writer's thread.
  Status read(const std::function<Status(Connection&)>& f) override {
    if (!lock_) return writer_.submit(f);
    CVG_ASSIGN(std::unique_ptr<SqliteConnection> connection, readers_.lend());
    Status answer = read_on(*connection, f);
    if (!connection->in_transaction()) readers_.give_back(std::move(connection));
    return answer;
  }

  std::int64_t commits() const override { return writer_.commits(); }
  void on_commit(std::function<void()> f) override { writer_.on_commit(std::move(f)); }

 private:
  static Status read_on(SqliteConnection& connection, const std::function<Status(Connection&)>& f) {
    Status answer = connection.run("BEGIN");
    if (answer.ok()) answer = f(connection);
    const Status failure = connection.end_use();
    if (answer.ok()) answer = failure;
    if (connection.in_transaction()) {
      const Status ended = connection.run("COMMIT");
      if (answer.ok()) answer = ended;
      static_cast<void>(connection.end_use());
    }
    return answer;
  }

  const std::optional<FileLock> lock_;  // none: the store is in memory
  ReaderPool readers_;
  Writer writer_;
};

}  // namespace

Status Connection::run(std::string_view sql) {
  Statement& statement = prepare(sql);
  while (statement.step()) continue;
  return statement.status();
}

Result<std::unique_ptr<Database>> open_database(const Database::Options& options) {
  std::optional<FileLock> lock;
  if (options.path != in_memory) {
    std::string folder = std::filesystem::path(options.path).parent_path().string();
    if (folder.empty()) folder = ".";
    CVG_RETURN_IF_ERROR(make_folders(folder));
    const std::string busy = fmt::format("another Convergence server (pid {{}}) uses {}", folder);
    CVG_ASSIGN(lock, FileLock::acquire(options.path + ".lock", busy));
  }
  CVG_ASSIGN(std::unique_ptr<SqliteConnection> connection, SqliteConnection::open(options.path, SqliteConnection::Mode::write));
  CVG_RETURN_IF_ERROR(migrate(*connection));
  return std::unique_ptr<Database>(new SqliteDatabase(options, std::move(lock), std::move(connection)));
}

}  // namespace cvg
