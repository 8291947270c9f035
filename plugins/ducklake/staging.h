// Turns an ingest request into staged Parquet files inside the lake's folder; nobody sees them until they are synced and
// published. Used by one thread, with one engine that has the tenant's lake attached.
#pragma once

#include <string>
#include <vector>

#include "csv_fault.h"
#include "engine.h"
#include "ingest_request.h"
#include "lake_folder.h"
#include "operation.h"
#include "select_list.h"
#include "settings.h"

namespace ducklake {

class Staging {
 public:
  // label begins the names of the files: {run}-{step}-{attempt}.
  Staging(Engine &engine, const Settings &settings, const LakeFolder &lake, const Call &call, std::string label)
      : engine_(engine), settings_(settings), lake_(lake), call_(call), label_(std::move(label)) {}

  // table: the table's columns at this moment (empty when there is none). The stream of a request is consumed. What was
  // written before a failure is removed again.
  Operation stage(const IngestRequest &request, const std::vector<Column> &table);

 private:
  // Where rows come from: a FROM clause and its columns.
  struct Source {
    std::string relation;
    std::vector<SourceColumn> columns;
    std::vector<std::string> null_words;
  };
  // A column of the staged files and how it is computed from a source.
  struct Planned {
    Column column;
    const Target *target = nullptr;      // from the request's schema
    const Constant *constant = nullptr;  // lineage
    bool as_it_comes = false;            // the source's column of the same name
  };

  void stage_files(const IngestRequest &request);
  void stage_stream(const IngestRequest &request, const std::vector<Column> &table);
  // Many small units by one statement, each from its own rows; a unit of many rows by a statement of its own.
  void stage_units(const IngestRequest &request, const std::vector<Column> &table);
  void stage_sql(const IngestRequest &request, const std::vector<Column> &table);
  void plan(const IngestRequest &request, const std::vector<Column> &table, const std::vector<SourceColumn> &source);
  std::vector<Column> wanted(const IngestRequest &request, const std::vector<SourceColumn> &source);
  std::string select(const Source &source);
  void copy(const std::string &select);
  Source source_of(const DeliveredFile &file, bool strict);
  void copy_files(const IngestRequest &request, size_t first, size_t last, bool strict);
  std::vector<SourceColumn> described(const std::string &select);
  // Throws what is wrong with the files that the engine refused; answers their rows when nothing is.
  int64_t explain(const IngestRequest &request, size_t first, size_t last, const EngineError &error);
  // The column whose conversion fails when it is computed alone, with the engine's reason; empty when none does.
  // The engine's memory does not do for these files: tells the one of most columns, and what to do.
  [[noreturn]] void refuse_size(const IngestRequest &request, size_t first, size_t last, const EngineError &error);
  std::pair<std::string, std::string> failing_field(const Source &source);
  std::vector<ColumnCheck> checks_of(const DeliveredFile &file) const;
  void refuse_duplicates(const IngestRequest &request);
  // Rows of another partition would stay when this one is replaced the next time.
  void refuse_strangers(const IngestRequest &request);
  std::string staged_files() const;  // as the list that read_parquet takes
  std::vector<Column> canonical(const std::vector<Column> &columns);

  Engine &engine_;
  const Settings &settings_;
  const LakeFolder &lake_;
  const Call &call_;
  std::string label_;
  std::vector<Planned> plan_;
  std::vector<Constant> lineage_;
  Operation operation_;
};

// The columns of a table of the attached lake in order; empty when there is no such table. name becomes the table's own
// spelling.
std::vector<Column> table_columns(Engine &engine, const std::string &schema, std::string &name);

// The columns of a table after rows with the columns `incoming` were added: the table's own first, widened where
// needed, then the new ones. The difference is spelt out (CVG_E_CONFIG) when that cannot be.
std::vector<Column> grown(const std::string &name, const std::vector<Column> &table, const std::vector<Column> &incoming,
                          bool freeze);

}  // namespace ducklake
