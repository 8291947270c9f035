// The wall around the database engine: RAII over its instances, connections, results and prepared statements. One Engine
// is one instance with one connection; it is used by one thread at a time, except interrupt() and progress(), which any thread may call
// while the Engine lives. Every failure is thrown as EngineError with the code that the host understands.
#pragma once

#include <duckdb.h>

#include <atomic>
#include <convergence/plugin.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace ducklake {

using convergence::Error;
using convergence::Json;

// How an instance is opened. The memory limit is the engine's own; scalar functions may exceed it.
struct EngineConfig {
  int threads = 2;
  int64_t memory_limit_mb = 1024;
  int64_t temp_limit_mb = 20480;  // spill space; 0 forbids spilling
  std::string temp_dir;           // empty: no spilling
  std::string extensions_dir;     // holds ducklake and sqlite_scanner, and extensions.sha256
};

// An error of the engine: its own type beside the host's code, so that callers can tell a lost race from bad data.
class EngineError : public Error {
 public:
  EngineError(duckdb_error_type type, const std::string &message);
  duckdb_error_type type() const { return type_; }

 private:
  duckdb_error_type type_;
};

// Rows of internal statements, which select text, integers and booleans only; NULL is nullopt.
using Row = std::vector<std::optional<std::string>>;

class Result {
 public:
  Result() { raw_ = {}; }
  ~Result() { duckdb_destroy_result(&raw_); }
  Result(Result &&other) noexcept : raw_(other.raw_) { other.raw_ = {}; }
  Result &operator=(Result &&other) noexcept;
  duckdb_result *raw() { return &raw_; }

 private:
  duckdb_result raw_;
};

// A data chunk with its destructor.
class Chunk {
 public:
  explicit Chunk(duckdb_data_chunk raw = nullptr) : raw_(raw) {}
  ~Chunk() { duckdb_destroy_data_chunk(&raw_); }
  Chunk(Chunk &&other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
  Chunk &operator=(Chunk &&other) noexcept;
  explicit operator bool() const { return raw_ != nullptr; }
  duckdb_data_chunk raw() const { return raw_; }
  idx_t size() const { return duckdb_data_chunk_get_size(raw_); }

 private:
  duckdb_data_chunk raw_;
};

class Engine {
 public:
  // Opens an in-memory instance by config, checks and loads the extensions, sets the time zone to UTC.
  static std::unique_ptr<Engine> open(const EngineConfig &config);
  ~Engine();
  Engine(const Engine &) = delete;
  Engine &operator=(const Engine &) = delete;

  void exec(const std::string &sql);
  // Runs a statement that answers the number of rows that it changed or copied.
  int64_t changed(const std::string &sql);
  std::vector<Row> rows(const std::string &sql);
  Result query(const std::string &sql);
  // Starts a SELECT whose chunks are computed while they are fetched with fetch().
  Result stream(const std::string &sql);
  // Ends what stream() began. Until then the engine holds its transaction open, with the state of the lake that it reads;
  // a result that is destroyed does not end it.
  void end_stream() noexcept;
  // The next chunk, or an empty one at the end.
  Chunk fetch(Result &result);

  duckdb_connection connection() const { return connection_; }
  duckdb_database database() const { return database_; }
  // How far the statement under way is: 0..1, or negative when the engine does not know. [any-thread]
  double progress() const noexcept { return duckdb_query_progress(connection_).percentage / 100; }
  void interrupt() noexcept {
    interrupted_ = true;
    duckdb_interrupt(connection_);
  }
  // Whether anybody has interrupted it: what of that is left in the engine might end a statement of somebody else's.
  bool was_interrupted() const noexcept { return interrupted_; }

  // Attaches the lake of a folder ({folder}/catalog.sqlite and {folder}/data/) under lake_alias and makes its schema
  // the default one. At most one lake is attached at a time.
  void attach(const std::string &catalog, const std::string &data_dir, const std::string &schema, bool read_only,
              int64_t inlined_rows_max = 0);
  // Detaches the lake and brings the connection back to the state after open().
  void detach();
  // How many threads the statements that follow use: all that were configured, or one. What reads and writes nothing but the
  // catalog is done three times sooner by one. Not while a stream is open.
  void use_all_threads() { use_threads(threads_); }
  void use_one_thread() { use_threads(1); }
  bool in_transaction() const { return in_transaction_; }
  void begin();
  void commit();
  // Ends a stream, too. Never throws: after a failed COMMIT there may be nothing to roll back.
  void rollback() noexcept;

  // Names of functions that are registered on this instance (scalar_functions.h).  What was registered inside a transaction
  // goes when that is rolled back.
  bool has_function(const std::string &name) const { return functions_.count(name) != 0; }
  void note_function(const std::string &name);
  std::size_t function_count() const { return functions_.size(); }

 private:
  Engine() = default;
  void load_extensions(const std::string &dir);
  void use_threads(int count);
  void forget_uncommitted_functions() noexcept;
  // Throws what a result failed with. When one thread of a statement fails, the engine sometimes reports the others'
  // interruption instead: an interrupt that nobody asked for is an error of the data.
  [[noreturn]] void fail(Result &result) const;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::unordered_set<std::string> functions_;
  std::vector<std::string> uncommitted_functions_;
  int threads_ = 1, threads_used_ = 1;  // configured; at present
  bool in_transaction_ = false;
  bool streaming_ = false;
  bool attached_ = false;
  std::atomic<bool> interrupted_{false};  // ever: one that comes as a statement begins would be forgotten otherwise
};

// The one name under which a lake is attached. It holds a `$`, which no tenant's name can hold.
inline constexpr const char *lake_alias = "lake$";

// A quoted identifier and a quoted text literal.
std::string quoted(const std::string &identifier);
std::string literal(const std::string &text);
std::string lower(std::string text);

}  // namespace ducklake
