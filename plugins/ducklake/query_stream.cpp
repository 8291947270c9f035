#include "query_stream.h"

#include <cerrno>
#include <cstring>
#include <deque>

namespace ducklake {

namespace {

constexpr size_t chunks_read_at_once = 16;

void check(duckdb_error_data error) {
  if (!error) return;
  const bool failed = duckdb_error_data_has_error(error);
  const char *text = failed ? duckdb_error_data_message(error) : nullptr;
  const std::string message = text ? text : "";
  duckdb_destroy_error_data(&error);
  if (failed) throw Error(CVG_E_PLUGIN, "a result cannot be given as Arrow: " + message);
}

class QueryStream {
 public:
  QueryStream(EnginePool::Loan loan, Watcher::Scope &watch, const std::string &sql, uint64_t max_rows)
      : loan_(std::move(loan)), left_(max_rows ? max_rows : UINT64_MAX) {
    try {
      result_ = loan_->stream(sql);
      options_ = duckdb_result_get_arrow_options(result_.raw());
      make_schema();
      while (!ended_ && ready_.size() < chunks_read_at_once) read();
    } catch (...) {
      watch.end();
      close();
      throw;
    }
    watch.end();
    if (ended_) give_engine_back();
  }
  ~QueryStream() { close(); }

  static void install(std::unique_ptr<QueryStream> self, ArrowArrayStream *out) {
    out->get_schema = [](ArrowArrayStream *s, ArrowSchema *schema) { return of(s)->take_schema(schema); };
    out->get_next = [](ArrowArrayStream *s, ArrowArray *array) { return of(s)->next(array); };
    out->get_last_error = [](ArrowArrayStream *s) -> const char * { return of(s)->error_.empty() ? nullptr : of(s)->error_.c_str(); };
    out->release = [](ArrowArrayStream *s) {
      delete of(s);
      std::memset(s, 0, sizeof *s);
    };
    out->private_data = self.release();
  }

 private:
  static QueryStream *of(ArrowArrayStream *s) { return static_cast<QueryStream *>(s->private_data); }

  void make_schema() {
    const idx_t columns = duckdb_column_count(result_.raw());
    types_.resize(columns);
    for (idx_t c = 0; c < columns; ++c) {
      types_[c] = duckdb_column_logical_type(result_.raw(), c);
      names_.emplace_back(duckdb_column_name(result_.raw(), c));
    }
    schema_ = made_schema();
  }

  ArrowSchema made_schema() {
    std::vector<const char *> names;
    for (const std::string &name : names_) names.push_back(name.c_str());
    ArrowSchema schema;
    std::memset(&schema, 0, sizeof schema);
    check(duckdb_to_arrow_schema(options_, types_.data(), names.data(), types_.size(), &schema));
    return schema;
  }

  int take_schema(ArrowSchema *schema) {
    // Asked again, the schema is gone: Arrow lets a stream refuse that.
    if (!schema_.release) return EINVAL;
    *schema = schema_;
    std::memset(&schema_, 0, sizeof schema_);
    return 0;
  }

  // Appends the next chunk to ready_, or ends.
  void read() {
    Chunk chunk = left_ ? loan_->fetch(result_) : Chunk();
    if (!chunk || chunk.size() == 0) {
      ended_ = true;
      return;
    }
    if (chunk.size() > left_) duckdb_data_chunk_set_size(chunk.raw(), left_);
    left_ -= chunk.size();
    ArrowArray array;
    std::memset(&array, 0, sizeof array);
    check(duckdb_data_chunk_to_arrow(options_, chunk.raw(), &array));
    ready_.push_back(array);
  }

  int next(ArrowArray *array) {
    std::memset(array, 0, sizeof *array);
    try {
      if (ready_.empty() && !ended_) read();
      if (ended_ && loan_) give_engine_back();
    } catch (const std::exception &e) {
      error_ = e.what();
      ended_ = true;
      return EIO;
    }
    if (ready_.empty()) return 0;
    *array = ready_.front();
    ready_.pop_front();
    return 0;
  }

  void give_engine_back() {
    result_ = Result();
    if (options_) duckdb_destroy_arrow_options(&options_);
    options_ = nullptr;
    loan_.end();
  }

  void close() {
    for (ArrowArray &array : ready_)
      if (array.release) array.release(&array);
    ready_.clear();
    if (schema_.release) schema_.release(&schema_);
    for (duckdb_logical_type &type : types_) duckdb_destroy_logical_type(&type);
    types_.clear();
    give_engine_back();
  }

  EnginePool::Loan loan_;
  Result result_;
  duckdb_arrow_options options_ = nullptr;
  ArrowSchema schema_ = {};
  std::vector<duckdb_logical_type> types_;
  std::vector<std::string> names_;
  std::deque<ArrowArray> ready_;
  uint64_t left_;
  bool ended_ = false;
  std::string error_;
};

}  // namespace

void open_stream(EnginePool::Loan loan, Watcher::Scope &watch, const std::string &sql, uint64_t max_rows,
                 ArrowArrayStream *out) {
  QueryStream::install(std::make_unique<QueryStream>(std::move(loan), watch, sql, max_rows), out);
}

}  // namespace ducklake
