// SqliteConnection: one SQLite connection with its cached statements; the wall around sqlite3.h.  One thread at a time.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/base/status.h"
#include "core/state/database.h"

namespace cvg {

class SqliteConnection final : public Connection {
 public:
  enum class Mode : std::uint8_t { write, read };
  // Opens the file (":memory:" too) and sets what every connection needs; the writing one makes the file and the WAL.
  static Result<std::unique_ptr<SqliteConnection>> open(const std::string& path, Mode mode);
  ~SqliteConnection() override;

  Statement& prepare(std::string_view sql) override;
  std::int64_t changes() const override;
  void notify_after_commit() override { notify_ = true; }

  Status run_script(const std::string& sql);  // several statements, not cached
  bool in_transaction() const;
  // Ends a use: resets statements that rows were left in and answers the first failure of a statement since the last call.
  // From that failure on, no statement was run.
  Status end_use();
  bool take_notify() { return std::exchange(notify_, false); }

 private:
  friend class SqliteStatement;
  SqliteConnection();
  Status failure(int code) const;

  struct Handles;
  std::unique_ptr<Handles> handles_;
  Status first_failure_;
  bool notify_ = false;
};

}  // namespace cvg
