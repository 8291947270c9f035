// An Arrow stream that is pulled on the calling thread into a temporary table, a bounded number of rows at a time.
#pragma once

#include <cstdint>
#include <string>

#include "engine.h"
#include "ingest_request.h"

namespace ducklake {

class ArrowInput {
 public:
  // Takes the stream over and releases it at the end.
  ArrowInput(Engine &engine, ArrowArrayStream &stream);
  ~ArrowInput();
  ArrowInput(const ArrowInput &) = delete;
  ArrowInput &operator=(const ArrowInput &) = delete;

  // The temporary table that holds what read() has read.
  std::string relation() const { return "temp.main.cvg_input"; }
  // Forgets the rows of the last call and reads whole batches until at least rows_max rows are there or the stream
  // ends. Answers the number of rows; 0 at the end.
  int64_t read(const Call &call, int64_t rows_max);

 private:
  void make_table();
  int64_t append_batch(duckdb_appender appender, bool &ended);
  Engine &engine_;
  ArrowArrayStream stream_;
  ArrowSchema schema_;
  duckdb_arrow_converted_schema converted_ = nullptr;
  bool ended_ = false;
};

// The engine's type for a column of an Arrow schema; CVG_E_UNSUPPORTED names a format that has none.
std::string sql_type(const ArrowSchema &schema);

}  // namespace ducklake
