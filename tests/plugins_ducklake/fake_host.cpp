#include "tests/plugins_ducklake/fake_host.h"

#include <cstring>

namespace ducklake_tests {

namespace fs = std::filesystem;

namespace {

FakeCall &of(cvg_call *call) { return *reinterpret_cast<FakeCall *>(call); }

cvg_status call_info(cvg_call *call, cvg_out *out, cvg_error *) {
  const FakeCall &c = of(call);
  const std::string text = Json::object().set("tenant", c.tenant).set("run", c.run).set("step", c.step).set("attempt", c.attempt).dump();
  return out->write(out->ctx, text.data(), text.size());
}

cvg_status stage_path(cvg_call *, const cvg_str *uri, cvg_out *out, cvg_error *) {
  const std::string text = convergence::text(uri);
  return out->write(out->ctx, text.data() + 6, text.size() - 6);  // "stage:" and the path itself
}

const cvg_stage_path stage_path_table = {sizeof(cvg_stage_path), 0, &stage_path};

cvg_host make_host() {
  cvg_host host = {};
  host.struct_size = sizeof host;
  host.abi_major = CVG_ABI_MAJOR;
  host.log = [](cvg_call *, int32_t, const cvg_str *, const cvg_str *) {};
  host.cancelled = [](cvg_call *call) -> int32_t { return of(call).cancelled; };
  host.remaining_ms = [](cvg_call *call) -> int64_t { return of(call).remaining_ms; };
  host.progress = [](cvg_call *call, double fraction, uint64_t, uint64_t, const cvg_str *) { reinterpret_cast<FakeCall *>(call)->progress = fraction; };
  host.call_info = &call_info;
  host.get_ext = [](const char *id) -> const void * {
    return std::strcmp(id, CVG_EXT_STAGE_PATH) == 0 ? &stage_path_table : nullptr;
  };
  return host;
}

cvg_str str(const std::string &s) { return {s.data(), s.size()}; }

std::string cell(const ArrowSchema &schema, const ArrowArray &array, int64_t row) {
  const auto *validity = static_cast<const uint8_t *>(array.buffers[0]);
  const int64_t at = row + array.offset;
  if (validity && !(validity[at / 8] >> (at % 8) & 1)) return "NULL";
  const auto *bytes = static_cast<const char *>(array.buffers[2]);
  if (std::strcmp(schema.format, "U") == 0) {
    const auto *offsets = static_cast<const int64_t *>(array.buffers[1]);
    return std::string(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
  }
  EXPECT_STREQ(schema.format, "u");
  const auto *offsets = static_cast<const int32_t *>(array.buffers[1]);
  return std::string(bytes + offsets[at], static_cast<size_t>(offsets[at + 1] - offsets[at]));
}

}  // namespace

const cvg_host *fake_host() {
  static const cvg_host host = make_host();
  return &host;
}

Lakes::Lakes(const std::string &parent) {
  folder = fs::path(parent.empty() ? ::testing::TempDir() : parent) / ("lakes-" + ducklake::unique_name());
  fs::create_directories(folder / "in");
  extra.set("pool_engines_max", 4).set("memory_limit_mb", 512);
  restart();
}

Lakes::~Lakes() {
  warehouse.reset();
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

Json Lakes::config() const {
  Json config = extra;
  return config.set("lakes_dir", (folder / "lakes").string()).set("extensions_dir", CVG_EXTENSIONS_DIR);
}

void Lakes::restart() {
  warehouse.reset();
  warehouse = std::make_unique<Warehouse>(config());
}

Request &Request::file(uint32_t format, const std::string &path, const std::string &name, const std::string &dialect) {
  files_.push_back(File{"stage:" + path, name, dialect, format});
  return *this;
}

Request &Request::csv(const fs::path &path, const std::string &content, const std::string &columns_json,
                      const std::string &name) {
  std::ofstream(path, std::ios::binary) << content;
  return existing_csv(path, columns_json, name);
}

Request &Request::existing_csv(const fs::path &path, const std::string &columns_json, const std::string &name) {
  return file(CVG_FMT_CSV, path.string(), name, R"({"null_words":["NULL"],"source_columns":)" + columns_json + "}");
}

Request &Request::parquet(const fs::path &path, const std::string &name) {
  return file(CVG_FMT_PARQUET, path.string(), name, "{}");
}

const cvg_ingest &Request::raw(cvg_handle txn) {
  raw_.table = str(table_);
  raw_.source = str(source_);
  raw_.unit = str(unit_);
  raw_.schema_json = str(schema_);
  raw_.sql = str(sql_);
  raw_.keys_json = str(keys_);
  raw_.partition_json = str(partition_);
  raw_.constants_json = str(constants_);
  raw_.schema_policy = str(policy_);
  raw_.txn = txn;
  raw_files_.clear();
  pointers_.clear();
  for (const File &f : files_)
    raw_files_.push_back({sizeof(cvg_file), f.format, 0, 0, str(f.uri), str(f.name), str(f.dialect), 0});
  for (const cvg_file &f : raw_files_) pointers_.push_back(&f);
  raw_.files = pointers_.data();
  raw_.n_files = pointers_.size();
  return raw_;
}

Json publish(Warehouse &warehouse, Caller &caller, const std::string &marker, Request request, const std::string &cursors) {
  const cvg_handle txn = warehouse.begin(caller.call, marker);
  try {
    const int64_t staged = warehouse.ingest(caller.call, request.raw(txn));
    return warehouse.end(caller.call, txn, true, Json::parse(cursors)).set("staged", staged);
  } catch (...) {
    try {
      warehouse.end(caller.call, txn, false, Json::object());
    } catch (const Error &) {
      // end() itself failed: the publication is gone already.
    }
    throw;
  }
}

std::vector<std::string> rows(Warehouse &warehouse, Caller &caller, const std::string &sql, cvg_handle txn) {
  const std::string text = "SELECT CAST(COLUMNS(*) AS VARCHAR) FROM (" + sql + ")";
  cvg_sql request = {sizeof(cvg_sql), 0, str(text), txn, 0};
  ArrowArrayStream stream = {};
  warehouse.query(caller.call, request, &stream);
  ArrowSchema schema = {};
  EXPECT_EQ(stream.get_schema(&stream, &schema), 0);
  std::vector<std::string> out;
  for (;;) {
    ArrowArray batch = {};
    EXPECT_EQ(stream.get_next(&stream, &batch), 0) << stream.get_last_error(&stream);
    if (!batch.release) break;
    for (int64_t r = 0; r < batch.length; ++r) {
      std::string row;
      for (int64_t c = 0; c < schema.n_children; ++c) row += (c ? "|" : "") + cell(*schema.children[c], *batch.children[c], r);
      out.push_back(row);
    }
    batch.release(&batch);
  }
  schema.release(&schema);
  stream.release(&stream);
  return out;
}

}  // namespace ducklake_tests
