#include "fake_host.h"

#include <sys/mman.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/inflate.h"
#include "shared_data.h"

namespace cvg_test {
namespace {

using convergence::Json;

std::string read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

// The bytes as the host would stage them.
std::string inflated(const std::string& key, const std::string& bytes) {
  const bool gzip = bytes.compare(0, 2, "\x1f\x8b") == 0, zip = bytes.compare(0, 2, "PK") == 0;
  if (!gzip && !zip) return bytes;
  const int fd = memfd_create("object", 0);
  std::string out;
  const auto take = [&](std::string_view piece) {
    out.append(piece);
    return cvg::Status();
  };
  const bool stored = write(fd, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) && lseek(fd, 0, SEEK_SET) == 0;
  const auto result = gzip ? cvg::inflate_gzip(fd, take) : cvg::inflate_zip(fd, take);
  close(fd);
  if (!stored || !result.ok()) throw convergence::Error(CVG_E_DATA, key + ": " + result.status().text());
  return out;
}

}  // namespace

const Json& SeenPut::column(const std::string& name) const {
  for (const Json& c : schema.items())
    if (c["name"].text() == name) return c;
  throw std::runtime_error("no column " + name);
}

// The host's table: the cvg_call and the cvg_sink are the FakeHost itself.
struct FakeHost::Services {
  static FakeHost& self(cvg_call* call) { return *reinterpret_cast<FakeHost*>(call); }

  static void log(cvg_call*, int32_t, const cvg_str*, const cvg_str*) {}
  static int32_t cancelled(cvg_call*) { return 0; }
  static int64_t remaining_ms(cvg_call*) { return INT64_MAX; }
  static void progress(cvg_call* c, double fraction, uint64_t, uint64_t, const cvg_str*) { self(c).progress_.push_back(fraction); }

  static cvg_status stage_open(cvg_call* c, const cvg_str* name, cvg_handle* handle, cvg_error*) {
    FakeHost& host = self(c);
    host.stage_.emplace_back();
    host.names_[convergence::text(name)] = host.stage_.size() - 1;
    *handle = host.stage_.size();
    return CVG_OK;
  }
  static cvg_status stage_write(cvg_call* c, cvg_handle handle, const void* p, uint64_t n, cvg_error*) {
    self(c).stage_[handle - 1].append(static_cast<const char*>(p), n);
    return CVG_OK;
  }
  static cvg_status stage_close(cvg_call*, cvg_handle handle, cvg_out* uri, cvg_error* e) {
    return convergence::guarded(e, [&] { convergence::append(uri, "stage:" + std::to_string(handle)); });
  }
  static const std::string& bytes_of(FakeHost& host, const std::string& uri) {
    return host.stage_.at(std::stoul(uri.substr(6)) - 1);
  }
  static cvg_status stage_read(cvg_call* c, const cvg_str* uri, uint64_t at, uint64_t n, cvg_out* out, cvg_error* e) {
    return convergence::guarded(e, [&] {
      const std::string& bytes = bytes_of(self(c), convergence::text(uri));
      if (at < bytes.size()) convergence::append(out, bytes.substr(at, n));
    });
  }

  static cvg_status sink_unit(cvg_call* c, cvg_sink*, const cvg_unit* u, int32_t* decision, cvg_error*) {
    FakeHost& host = self(c);
    host.units_.push_back({convergence::text(u->source), convergence::text(u->unit), convergence::text(u->version),
                           convergence::text(u->fingerprint), convergence::text(u->layout)});
    *decision = host.decide ? host.decide(host.units_.back()) : static_cast<std::int32_t>(CVG_UNIT_LOAD);
    return CVG_OK;
  }
  static cvg_status sink_put(cvg_call* c, cvg_sink*, const cvg_ingest* ingest, int64_t* rows, cvg_error* e) {
    return convergence::guarded(e, [&] {
      FakeHost& host = self(c);
      SeenPut put;
      put.source = convergence::text(ingest->source);
      put.unit = convergence::text(ingest->unit);
      put.schema = Json::parse(convergence::text(ingest->schema_json));
      *rows = 0;
      for (uint64_t i = 0; i < ingest->n_files; ++i) {
        const cvg_file& file = *ingest->files[i];
        put.names.push_back(convergence::text(file.name));
        put.dialects.push_back(Json::parse(convergence::text(file.dialect_json)));
        put.formats.push_back(file.format);
        if (file.format == CVG_FMT_CSV)
          *rows += host.rows_.add_csv(put.names.back(), bytes_of(host, convergence::text(file.uri)), put.dialects.back(), put.schema);
      }
      if (host.refuse) host.refuse(put);
      host.puts_.push_back(put);
    });
  }
  static void sink_warn(cvg_call* c, cvg_sink*, const cvg_str* message) { self(c).warnings_.push_back(convergence::text(message)); }

  static Json object_json(const std::string& key, const Stored& stored) {
    return Json::object().set("key", key).set("bytes", static_cast<uint64_t>(stored.bytes.size())).set("modified_ms", stored.modified_ms);
  }
  // One object a page, so that every test walks pages.
  static cvg_status list(cvg_call* c, const cvg_str* prefix, const cvg_str* page, cvg_out* json, cvg_error* e) {
    return convergence::guarded(e, [&] {
      const FakeHost& host = self(c);
      const std::string from = convergence::text(page), begin = convergence::text(prefix);
      Json objects = Json::array();
      std::string next;
      for (const auto& entry : host.objects_) {
        if (!entry.first.starts_with(begin) || (!from.empty() && entry.first < from)) continue;
        if (objects.size()) { next = entry.first; break; }
        objects.push(object_json(entry.first, entry.second));
      }
      convergence::append(json, Json::object().set("objects", objects).set("next", next).dump());
    });
  }
  static const Stored& find(cvg_call* c, const cvg_str* key) {
    const auto& objects = self(c).objects_;
    const auto found = objects.find(convergence::text(key));
    if (found == objects.end()) throw convergence::Error(CVG_E_NOT_FOUND, convergence::text(key) + " does not exist");
    return found->second;
  }
  static cvg_status stat(cvg_call* c, const cvg_str* key, cvg_out* json, cvg_error* e) {
    return convergence::guarded(e, [&] { convergence::append(json, object_json(convergence::text(key), find(c, key)).dump()); });
  }
  static cvg_status read_range(cvg_call* c, const cvg_str* key, uint64_t at, uint64_t n, cvg_out* out, cvg_error* e) {
    return convergence::guarded(e, [&] {
      const std::string& bytes = find(c, key).bytes;
      if (at < bytes.size()) convergence::append(out, bytes.substr(at, n));
    });
  }
  static cvg_status to_stage(cvg_call* c, const cvg_str* key, const cvg_str* options, cvg_out* json, cvg_error* e) {
    return convergence::guarded(e, [&] {
      FakeHost& host = self(c);
      const Stored& stored = find(c, key);
      const std::string name = convergence::text(key);
      const bool keep = Json::parse(convergence::text(options))["inflate"].text() == "none";
      host.stage_.push_back(keep ? stored.bytes : inflated(name, stored.bytes));
      host.names_[name] = host.stage_.size() - 1;
      convergence::append(json, Json::object().set("uri", "stage:" + std::to_string(host.stage_.size()))
                                    .set("bytes", static_cast<uint64_t>(host.stage_.back().size()))
                                    .set("source_bytes", static_cast<uint64_t>(stored.bytes.size())).dump());
    });
  }
  static const void* get_ext(const char* id) {
    static const cvg_objects objects = {sizeof(cvg_objects), 0, &list, &stat, &read_range, &to_stage};
    return std::string(id) == CVG_EXT_OBJECTS ? &objects : nullptr;
  }
  static const cvg_host* table() {
    static const cvg_host host = [] {
      cvg_host h{};
      h.struct_size = sizeof h;
      h.abi_major = CVG_ABI_MAJOR;
      h.name_version = "fake";
      h.log = &log;
      h.cancelled = &cancelled;
      h.remaining_ms = &remaining_ms;
      h.progress = &progress;
      h.stage_open = &stage_open;
      h.stage_write = &stage_write;
      h.stage_close = &stage_close;
      h.stage_read = &stage_read;
      h.sink_unit = &sink_unit;
      h.sink_put = &sink_put;
      h.sink_warn = &sink_warn;
      h.get_ext = &get_ext;
      return h;
    }();
    return &host;
  }
};

void FakeHost::add(const std::string& key, const std::string& bytes, std::int64_t modified_ms) {
  objects_[key] = {bytes, modified_ms};
}

bool FakeHost::add_shared(const std::string& path) {
  namespace fs = std::filesystem;
  const fs::path root = shared_data(path);
  if (!fs::exists(root)) return false;
  if (fs::is_regular_file(root)) {
    add(root.filename().string(), read_file(root));
    return true;
  }
  add_folder(root.string());
  return true;
}

void FakeHost::add_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) add(fs::relative(entry.path(), folder).generic_string(), read_file(entry.path()));
}

Outcome FakeHost::extract(const std::string& dataset, const std::map<std::string, std::string>& options) {
  Json json = Json::object();
  for (const auto& option : options) json.set(option.first, option.second);
  const std::string options_text = json.dump(), config = "{}";
  Outcome outcome;
  cvg_error error = convergence::empty_error();
  cvg_plugin_entry.init(Services::table(), &error);
  const cvg_component* component = cvg_plugin_entry.component(0);
  cvg_call* call = reinterpret_cast<cvg_call*>(this);
  cvg_instance* instance = nullptr;
  const cvg_str config_str = convergence::str(config);
  outcome.status = component->create(call, &config_str, &instance, &error);
  if (outcome.status == CVG_OK) {
    cvg_extract_req req{};
    req.struct_size = sizeof req;
    req.dataset = convergence::str(dataset);
    req.uri = convergence::str(uri_);
    req.options_json = convergence::str(options_text);
    outcome.status = static_cast<const cvg_provider*>(component->vtbl)
                         ->extract(instance, call, &req, reinterpret_cast<cvg_sink*>(this), &error);
    component->destroy(instance);
  }
  outcome.message = error.message;
  if (error.detail_json[0]) outcome.detail = Json::parse(error.detail_json);
  return outcome;
}

}  // namespace cvg_test
