// Database: the state store's engine port.  One writer thread turns all waiting writes into one transaction (group commit:
// many requests, one fsync); every reading thread has a connection of its own.  SQLite in WAL mode, synchronous=FULL.
// Any thread.  A second server on the same file is refused in a sentence when it opens.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

// One prepared statement; cached per connection by its SQL text.
// Use: stmt.bind(1, x)...; while (stmt.step()) stmt.text(0).  Parameters count from 1, columns from 0.  After step() has
// answered false, the statement may be bound and stepped again.
class Statement {
 public:
  virtual ~Statement() = default;
  virtual Statement& bind(int index, std::int64_t value) = 0;
  virtual Statement& bind(int index, double value) = 0;
  virtual Statement& bind(int index, std::string_view value) = 0;
  Statement& bind(int index, int value) { return bind(index, static_cast<std::int64_t>(value)); }
  virtual Statement& bind_bytes(int index, std::string_view value) = 0;  // any bytes; text() gives them back
  virtual Statement& bind_null(int index) = 0;
  virtual bool step() = 0;  // true: a row is there; false: done or failed, status() tells which
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t integer(int column) const = 0;
  virtual double real(int column) const = 0;
  virtual std::string text(int column) const = 0;  // a copy: lives beyond the next step
  virtual Status status() const = 0;
};

class Connection {
 public:
  virtual ~Connection() = default;
  // A statement ready to bind; owned by the connection, valid until the next use of the same SQL text.
  virtual Statement& prepare(std::string_view sql) = 0;
  virtual std::int64_t changes() const = 0;  // rows changed by the last statement
  // Runs a statement without rows to its end.
  Status run(std::string_view sql);
  // From inside write(): the listeners of on_commit() hear of the commit that holds this write.
  virtual void notify_after_commit() = 0;
};

class Database {
 public:
  struct Options {
    std::string path;                    // ":memory:" keeps it in memory, for tests
    std::int64_t write_queue_max = 4096;  // more waiting writes: Code::unavailable at once
    std::int64_t write_batch_max = 512;   // writes in one transaction
  };
  virtual ~Database() = default;

  // Runs f inside the writer's current transaction, in a savepoint of its own: a Status that is not ok undoes f alone, and
  // so does a statement that failed, even when f did not look.  Returns after the commit; Code::unavailable when the disk
  // is full or the queue is.  f must not block or throw, and not call write() or read().
  virtual Status write(const std::function<Status(Connection&)>& f) = 0;
  // Runs f in a read transaction on this thread's connection.  Not from inside write().
  virtual Status read(const std::function<Status(Connection&)>& f) = 0;
  // How many transactions were committed so far; it has grown when a write() that changed anything returns.
  virtual std::int64_t commits() const = 0;
  // f is called on the writer's thread after every commit that held at least one write marked by notify_after_commit(); it
  // must only wake others.  An empty f removes all listeners; none runs any more when that call returns.
  virtual void on_commit(std::function<void()> f) = 0;
};

// Opens, migrates (numbered, forward only) and locks the store.
Result<std::unique_ptr<Database>> open_database(const Database::Options& options);

}  // namespace cvg
