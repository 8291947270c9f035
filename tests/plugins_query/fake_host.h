// A host for plugin tests: its warehouse is an in-memory DuckDB, its other services are values and functions that a test
// sets.  One call at a time; the cvg_call of a call is the FakeHost itself.
#pragma once

#include <convergence/arrow_read.hpp>
#include <convergence/derive_units.h>
#include <convergence/plugin.hpp>
#include <convergence/sql.hpp>
#include <duckdb.h>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace cvg {

// A result of DuckDB as an Arrow stream.
class DuckStream {
 public:
  static void open(duckdb_result result, ArrowArrayStream *out) {
    auto *self = new DuckStream;
    self->result_ = result;
    out->get_schema = &get_schema;
    out->get_next = &get_next;
    out->get_last_error = [](ArrowArrayStream *s) { return static_cast<DuckStream *>(s->private_data)->error_.c_str(); };
    out->release = &release;
    out->private_data = self;
  }

 private:
  static int get_schema(ArrowArrayStream *s, ArrowSchema *out) {
    auto *self = static_cast<DuckStream *>(s->private_data);
    const idx_t n = duckdb_column_count(&self->result_);
    std::vector<duckdb_logical_type> types;
    std::vector<const char *> names;
    for (idx_t i = 0; i < n; ++i) {
      types.push_back(duckdb_column_logical_type(&self->result_, i));
      names.push_back(duckdb_column_name(&self->result_, i));
    }
    duckdb_arrow_options options = duckdb_result_get_arrow_options(&self->result_);
    duckdb_error_data error = duckdb_to_arrow_schema(options, types.data(), names.data(), n, out);
    duckdb_destroy_arrow_options(&options);
    for (auto &t : types) duckdb_destroy_logical_type(&t);
    return self->failed(error);
  }
  static int get_next(ArrowArrayStream *s, ArrowArray *out) {
    auto *self = static_cast<DuckStream *>(s->private_data);
    out->release = nullptr;
    duckdb_data_chunk chunk = duckdb_fetch_chunk(self->result_);
    if (!chunk) return 0;
    duckdb_arrow_options options = duckdb_result_get_arrow_options(&self->result_);
    duckdb_error_data error = duckdb_data_chunk_to_arrow(options, chunk, out);
    duckdb_destroy_arrow_options(&options);
    duckdb_destroy_data_chunk(&chunk);
    return self->failed(error);
  }
  static void release(ArrowArrayStream *s) {
    auto *self = static_cast<DuckStream *>(s->private_data);
    duckdb_destroy_result(&self->result_);
    delete self;
    s->release = nullptr;
  }
  int failed(duckdb_error_data error) {
    const bool bad = error && duckdb_error_data_has_error(error);
    if (bad) error_ = duckdb_error_data_message(error);
    if (error) duckdb_destroy_error_data(&error);
    return bad ? 5 : 0;
  }
  duckdb_result result_{};
  std::string error_;
};

// What a step handed to wh_ingest.
struct IngestSeen {
  uint32_t mode = 0;
  std::string table, keys, partition, source, unit, policy, sql;
  convergence::ArrowRows rows;  // what the SQL answered
};

class FakeHost {
 public:
  // threads 0: the engine's own default.
  explicit FakeHost(int threads = 0) {
    duckdb_config config = nullptr;
    duckdb_create_config(&config);
    if (threads > 0) duckdb_set_config(config, "threads", std::to_string(threads).c_str());
    duckdb_set_config(config, "autoinstall_known_extensions", "false");
    duckdb_set_config(config, "autoload_known_extensions", "false");
    char *error = nullptr;
    if (duckdb_open_ext(nullptr, &db_, config, &error) != DuckDBSuccess) throw std::runtime_error(error);
    duckdb_destroy_config(&config);
    duckdb_connect(db_, &connection_);
    sql("SET TimeZone='UTC'");
    cvg_plugin_entry.init(&table(), nullptr);
  }
  ~FakeHost() {
    duckdb_disconnect(&connection_);
    duckdb_close(&db_);
  }
  FakeHost(const FakeHost &) = delete;
  FakeHost &operator=(const FakeHost &) = delete;

  // Runs statements of the test itself; throws on an error.
  void sql(const std::string &text) {
    duckdb_result result;
    const bool ok = duckdb_query(connection_, text.c_str(), &result) == DuckDBSuccess;
    const std::string words = ok ? "" : duckdb_result_error(&result);
    duckdb_destroy_result(&result);
    if (!ok) throw std::runtime_error(words + "\n" + text);
  }
  convergence::ArrowRows rows(const std::string &text) {
    ArrowArrayStream stream{};
    cvg_error e = convergence::empty_error();
    convergence::raise(query(text, &stream, &e), e);
    convergence::ArrowRows out = convergence::read_rows(&stream);
    stream.release(&stream);
    return out;
  }
  cvg_call *call() { return reinterpret_cast<cvg_call *>(this); }

  std::map<std::string, std::string> units;  // table -> JSON of run_units; absent: []
  std::string info = R"({"tenant":"acme","run":"r1","step":"s1","pipeline":"aws/cost/x","run_date":"2025-11-15"})";
  std::function<std::string(const std::string &provider, const cvg_extract_req &, const std::string &destination)> provider;
  // Answers the http service: status; headers and body by its arguments.
  std::function<int32_t(const cvg_http_req &, std::string &headers_json, std::string &body)> http;
  std::vector<IngestSeen> ingests;
  std::vector<std::string> queries, log_lines;
  std::function<void(int64_t ms)> on_sleep = [](int64_t) {};
  int64_t slept_ms = 0, time_limit_ms = INT64_MAX;
  std::atomic<bool> cancel{false};
  std::string fail_query_with;  // not empty: a query that holds it fails

  static const cvg_host &table();

 private:
  static FakeHost *self(cvg_call *c) { return reinterpret_cast<FakeHost *>(c); }
  static cvg_status fail(cvg_error *e, cvg_status code, const std::string &words) {
    convergence::Error(code, words).fill(e);
    return code;
  }
  cvg_status query(const std::string &text, ArrowArrayStream *out, cvg_error *e) {
    duckdb_result result;
    if (duckdb_query(connection_, text.c_str(), &result) != DuckDBSuccess) {
      const std::string words = duckdb_result_error(&result);
      duckdb_destroy_result(&result);
      return fail(e, CVG_E_DATA, words);
    }
    DuckStream::open(result, out);
    return CVG_OK;
  }
  static cvg_status wh_query(cvg_call *c, const cvg_sql *q, ArrowArrayStream *out, cvg_error *e) {
    const std::string text = convergence::text(q->text);
    self(c)->queries.push_back(text);
    if (self(c)->cancel) return fail(e, CVG_E_CANCELLED, "cancelled");
    if (!self(c)->fail_query_with.empty() && text.find(self(c)->fail_query_with) != std::string::npos)
      return fail(e, CVG_E_UNAVAILABLE, "the warehouse is away");
    return self(c)->query(text, out, e);
  }
  static cvg_status wh_ingest(cvg_call *c, const cvg_ingest *i, int64_t *rows, cvg_error *e) {
    return convergence::guarded(e, [&] {
      using convergence::text;
      IngestSeen seen{i->mode, text(i->table), text(i->keys_json), text(i->partition_json), text(i->source),
                      text(i->unit), text(i->schema_policy), text(i->sql), {}};
      // As a warehouse does it: the SQL over each unit's own rows.
      std::string sql = i->mode == CVG_DERIVE_UNITS ? "" : seen.sql;
      for (const convergence::Json &u : i->mode == CVG_DERIVE_UNITS ? convergence::Json::parse(seen.keys).items() : std::vector<convergence::Json>())
        sql += (sql.empty() ? "" : " UNION ALL ") + ("SELECT * FROM (WITH input AS (SELECT * FROM " + convergence::sql_identifier(seen.source) + " WHERE " +
               convergence::sql_units(convergence::Json::array().push(u)) + ") " + seen.sql + ")");
      seen.rows = self(c)->rows(sql);
      *rows = static_cast<int64_t>(seen.rows.rows.size());
      self(c)->ingests.push_back(std::move(seen));
    });
  }
  static cvg_status run_provider(cvg_call *c, const cvg_str *p, const cvg_extract_req *r, const cvg_str *d, cvg_out *out,
                                 cvg_error *e) {
    return convergence::guarded(e, [&] { convergence::append(out, self(c)->provider(convergence::text(p), *r, convergence::text(d))); });
  }
  static cvg_status http_service(cvg_call *c, const cvg_http_req *request, cvg_http_res *response, cvg_error *e) {
    return convergence::guarded(e, [&] {
      std::string headers = "{}", body;
      response->status = self(c)->http(*request, headers, body);
      convergence::append(response->headers_json, headers);
      convergence::append(response->body, body);
    });
  }
  static cvg_status run_units(cvg_call *c, const cvg_str *t, cvg_out *out, cvg_error *e) {
    return convergence::guarded(e, [&] {
      const auto found = self(c)->units.find(convergence::text(t));
      convergence::append(out, found == self(c)->units.end() ? "[]" : found->second);
    });
  }
  static cvg_status sleep(cvg_call *c, int64_t ms) {
    FakeHost *h = self(c);
    if (h->cancel) return CVG_E_CANCELLED;
    if (h->slept_ms + ms > h->time_limit_ms) return CVG_E_DEADLINE;
    h->slept_ms += ms;
    h->on_sleep(ms);
    return h->cancel ? CVG_E_CANCELLED : CVG_OK;
  }
  duckdb_database db_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

inline const cvg_host &FakeHost::table() {
  static const cvg_host host = [] {
    cvg_host h{};
    h.struct_size = sizeof h;
    h.abi_major = CVG_ABI_MAJOR;
    h.name_version = "fake/1";
    h.log = [](cvg_call *c, int32_t, const cvg_str *m, const cvg_str *) { if (c) self(c)->log_lines.push_back(convergence::text(m)); };
    h.cancelled = [](cvg_call *c) -> int32_t { return self(c)->cancel ? 1 : 0; };
    h.remaining_ms = [](cvg_call *c) { return self(c)->time_limit_ms == INT64_MAX ? INT64_MAX : self(c)->time_limit_ms - self(c)->slept_ms; };
    h.sleep = &FakeHost::sleep;
    h.progress = [](cvg_call *, double, uint64_t, uint64_t, const cvg_str *) {};
    h.call_info = [](cvg_call *c, cvg_out *o, cvg_error *e) { return convergence::guarded(e, [&] { convergence::append(o, self(c)->info); }); };
    h.http = &FakeHost::http_service;
    h.run_provider = &FakeHost::run_provider;
    h.run_units = &FakeHost::run_units;
    h.wh_query = &FakeHost::wh_query;
    h.wh_ingest = &FakeHost::wh_ingest;
    h.get_ext = [](const char *) -> const void * { return nullptr; };
    return h;
  }();
  return host;
}

// What one run of a step gave.
struct StepRun {
  cvg_status status = CVG_OK;
  std::string message;
  int64_t retry_after_ms = -1;
  convergence::Json outputs;
};

// One instance of the step that the plugin linked into this test offers.
class FakeStep {
 public:
  explicit FakeStep(FakeHost &host, const std::string &config = "{}") : host_(host), component_(cvg_plugin_entry.component(0)) {
    const cvg_str c = convergence::str(config);
    cvg_error e = convergence::empty_error();
    convergence::raise(component_->create(host_.call(), &c, &instance_, &e), e);
  }
  ~FakeStep() { component_->destroy(instance_); }
  FakeStep(const FakeStep &) = delete;
  FakeStep &operator=(const FakeStep &) = delete;

  StepRun run(const std::string &spec) {
    StepRun r;
    convergence::StringOut out;
    const cvg_str s = convergence::str(spec);
    cvg_error e = convergence::empty_error();
    r.status = vtbl().run(instance_, host_.call(), &s, out.out(), &e);
    r.message = e.message;
    r.retry_after_ms = e.retry_after_ms;
    r.outputs = convergence::Json::parse(out.text());
    return r;
  }
  // "field: message" of each error, joined by line breaks; empty when the spec is good.
  std::string plan(const std::string &spec) {
    convergence::StringOut out;
    const cvg_str s = convergence::str(spec);
    cvg_error e = convergence::empty_error();
    convergence::raise(vtbl().plan(instance_, host_.call(), &s, out.out(), &e), e);
    std::string all;
    const convergence::Json answer = convergence::Json::parse(out.text());
    for (const convergence::Json &x : answer["errors"].items())
      all += (all.empty() ? "" : "\n") + x["field"].text() + ": " + x["message"].text();
    return all;
  }
  convergence::Json describe() {
    convergence::StringOut out;
    cvg_error e = convergence::empty_error();
    convergence::raise(component_->describe(host_.call(), out.out(), &e), e);
    return convergence::Json::parse(out.text());
  }

 private:
  const cvg_step &vtbl() const { return *static_cast<const cvg_step *>(component_->vtbl); }
  FakeHost &host_;
  const cvg_component *component_;
  cvg_instance *instance_ = nullptr;
};

}  // namespace cvg
