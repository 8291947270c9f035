#include "lake_template.h"

#include <sqlite3.h>

#include <convergence/plugin.hpp>

namespace ducklake {

namespace {

using convergence::Error;

// Of the file's header: how it is written and read. A catalog lies in WAL mode (2), in memory there is no such thing (1).
constexpr size_t write_version_at = 18, read_version_at = 19, header_bytes = 100;

// A random UUID of version 4.
constexpr const char *uuid_sql =
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-' || "
    "substr('89ab', 1 + (random() & 3), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";

class Catalog {
 public:
  explicit Catalog(const std::string &path) {
    if (sqlite3_open_v2(path.c_str(), &raw_, SQLITE_OPEN_READWRITE, nullptr) == SQLITE_OK) return;
    sqlite3_close(raw_);
    fail("cannot be opened");
  }
  static Catalog in_memory(const std::string &bytes) {
    if (bytes.size() < header_bytes) fail("cannot be read");
    Catalog catalog(":memory:");
    auto *copy = static_cast<unsigned char *>(sqlite3_malloc64(bytes.size()));
    if (!copy) fail("cannot be copied");
    bytes.copy(reinterpret_cast<char *>(copy), bytes.size());
    copy[write_version_at] = copy[read_version_at] = 1;
    const auto size = static_cast<sqlite3_int64>(bytes.size());
    if (sqlite3_deserialize(catalog.raw_, "main", copy, size, size, SQLITE_DESERIALIZE_FREEONCLOSE | SQLITE_DESERIALIZE_RESIZEABLE) != SQLITE_OK)
      fail("cannot be read");
    return catalog;
  }
  Catalog(Catalog &&other) noexcept : raw_(other.raw_) { other.raw_ = nullptr; }
  Catalog &operator=(Catalog &&) = delete;
  ~Catalog() { sqlite3_close(raw_); }

  // Runs a statement with the texts as its parameters.
  void exec(const std::string &sql, const std::string &first = "", const std::string &second = "") {
    sqlite3_stmt *statement = nullptr;
    bool done = sqlite3_prepare_v2(raw_, sql.c_str(), -1, &statement, nullptr) == SQLITE_OK;
    int place = 0;
    for (const std::string *text : {&first, &second})
      if (++place <= sqlite3_bind_parameter_count(statement))
        done = sqlite3_bind_text64(statement, place, text->data(), text->size(), SQLITE_STATIC, SQLITE_UTF8) == SQLITE_OK && done;
    done = done && sqlite3_step(statement) == SQLITE_DONE;
    sqlite3_finalize(statement);
    if (!done) fail("cannot be changed");
  }
  std::string bytes() const {
    sqlite3_int64 size = 0;
    unsigned char *raw = sqlite3_serialize(raw_, "main", &size, 0);
    if (!raw) fail("cannot be written");
    std::string out(reinterpret_cast<char *>(raw), static_cast<size_t>(size));
    sqlite3_free(raw);
    if (out.size() < header_bytes) fail("cannot be written");
    out[write_version_at] = out[read_version_at] = 2;
    return out;
  }

 private:
  [[noreturn]] static void fail(const char *what) { throw Error(CVG_E_UNAVAILABLE, std::string("the template of a lake's catalog ") + what); }
  sqlite3 *raw_ = nullptr;
};

}  // namespace

std::string catalog_bytes(const std::string &path) { return Catalog(path).bytes(); }

std::string catalog_for(const std::string &from_template, const std::string &schema, const std::string &data_dir) {
  Catalog catalog = Catalog::in_memory(from_template);
  catalog.exec("BEGIN");
  for (const char *column : {"ducklake_schema SET schema_name", "ducklake_view SET sql", "ducklake_snapshot_changes SET changes_made"}) {
    const std::string name = std::string(column).substr(std::string(column).rfind(' ') + 1);
    catalog.exec("UPDATE " + std::string(column) + " = replace(" + name + ", ?1, ?2)", template_schema, schema);
  }
  catalog.exec("UPDATE ducklake_schema SET path = ?1 WHERE schema_name = ?2", schema + "/", schema);
  catalog.exec("UPDATE ducklake_metadata SET value = ?1 WHERE key = 'data_path'", data_dir);
  catalog.exec("UPDATE ducklake_snapshot SET snapshot_time = strftime('%Y-%m-%d %H:%M:%f', 'now') || '+00'");
  for (const char *kind : {"schema", "table", "view"})
    catalog.exec("UPDATE ducklake_" + std::string(kind) + " SET " + kind + "_uuid = " + uuid_sql);
  catalog.exec("COMMIT");
  return catalog.bytes();
}

std::shared_ptr<const std::string> LakeTemplate::get(const std::function<std::string()> &make) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!bytes_) bytes_ = std::make_shared<const std::string>(make());
  return bytes_;
}

}  // namespace ducklake
