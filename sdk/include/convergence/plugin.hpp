// plugin.hpp: the C++ view of plugin.h, header-only, C++11.  Derive Provider, Step, Warehouse-like classes, describe them
// with CVG_PLUGIN at the end of one source file.  Every thunk is noexcept: an exception becomes a cvg_error, none
// crosses the boundary.  Objects of this header borrow what the host lends; keep none of them after the call.
#ifndef CONVERGENCE_PLUGIN_HPP
#define CONVERGENCE_PLUGIN_HPP

#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <utility>

#include "error.hpp"
#include "json.hpp"
#include "plugin.h"

namespace convergence {

// Borrows: the text outlives the cvg_str.  A literal does; a temporary std::string would not, so it does not compile.
inline cvg_str str(const std::string &s) { return cvg_str{s.data(), s.size()}; }
inline cvg_str str(const char *literal) { return cvg_str{literal, std::strlen(literal)}; }
cvg_str str(std::string &&) = delete;
inline std::string text(const cvg_str *s) { return s && s->p ? std::string(s->p, static_cast<std::size_t>(s->n)) : std::string(); }
inline std::string text(const cvg_str &s) { return text(&s); }

// Collects what a host function writes into a string of at most max bytes.
class StringOut {
 public:
  explicit StringOut(std::size_t max = std::size_t(256) << 20) : max_(max) {
    out_.struct_size = sizeof out_;
    out_.flags = 0;
    out_.ctx = this;
    out_.write = &StringOut::write;
  }
  StringOut(const StringOut &) = delete;
  StringOut &operator=(const StringOut &) = delete;
  cvg_out *out() { return &out_; }
  std::string &text() { return text_; }

 private:
  static cvg_status write(void *ctx, const void *p, uint64_t n) {
    StringOut *self = static_cast<StringOut *>(ctx);
    if (n > self->max_ - self->text_.size()) return CVG_E_LIMIT;
    try { self->text_.append(static_cast<const char *>(p), static_cast<std::size_t>(n)); } catch (const std::bad_alloc &) { return CVG_E_LIMIT; }
    return CVG_OK;
  }
  std::size_t max_;
  std::string text_;
  cvg_out out_;
};
inline void append(cvg_out *out, const std::string &text) {
  if (out && out->write(out->ctx, text.data(), text.size()) != CVG_OK)
    throw Error(CVG_E_LIMIT, "the answer is larger than the caller allows");
}

// The host's services for the duration of one call.
class Call {
 public:
  Call(const cvg_host *host, cvg_call *call) : host_(host), call_(call) {}
  cvg_call *raw() const { return call_; }
  const cvg_host *host() const { return host_; }

  bool cancelled() const { return host_->cancelled(call_) != 0; }
  int64_t remaining_ms() const { return host_->remaining_ms(call_); }
  void stop_if_cancelled() const { if (cancelled()) throw Error(CVG_E_CANCELLED, "cancelled"); }
  void log(int32_t level, const std::string &message, const Json &fields = Json()) const {
    const cvg_str m = str(message);
    const std::string f = fields.is_object() ? fields.dump() : std::string();
    const cvg_str fs = str(f);
    host_->log(call_, level, &m, f.empty() ? nullptr : &fs);
  }
  void sleep(int64_t ms) const {
    const cvg_status s = host_->sleep(call_, ms);
    if (s != CVG_OK) throw Error(s, s == CVG_E_DEADLINE ? "the time limit was reached while waiting" : "cancelled while waiting");
  }
  void progress(double fraction, uint64_t rows, uint64_t bytes) const { host_->progress(call_, fraction, rows, bytes, nullptr); }
  Json info() const { return ask([&](cvg_out *o, cvg_error *e) { return host_->call_info(call_, o, e); }); }
  std::string secret(const std::string &name) const {
    const cvg_str n = str(name);
    return ask_text([&](cvg_out *o, cvg_error *e) { return host_->secret(call_, &n, o, e); });
  }

  // ---- steps
  // An exchange of the host; any status is an answer, no answer is an Error.
  struct HttpAnswer {
    int32_t status;
    Json headers;  // names in lower case
    std::string body;
  };
  HttpAnswer http(const std::string &method, const std::string &url, const Json &headers, const std::string &body, int64_t timeout_ms,
                  uint64_t max_bytes) const {
    const std::string headers_text = headers.is_object() ? headers.dump() : std::string();
    cvg_http_req request = cvg_http_req();
    request.struct_size = sizeof request;
    request.method = str(method);
    request.url = str(url);
    request.headers_json = str(headers_text);
    request.body = str(body);
    request.timeout_ms = timeout_ms;
    request.max_bytes = max_bytes;
    StringOut headers_out, body_out;
    cvg_http_res response = cvg_http_res();
    response.struct_size = sizeof response;
    response.headers_json = headers_out.out();
    response.body = body_out.out();
    cvg_error e = empty_error();
    raise(host_->http(call_, &request, &response, &e), e);
    return HttpAnswer{response.status, Json::parse(headers_out.text()), body_out.text()};
  }
  Json run_provider(const std::string &provider, const cvg_extract_req &req, const Json &destination) const {
    const std::string d = destination.dump();
    const cvg_str p = str(provider), ds = str(d);
    return ask([&](cvg_out *o, cvg_error *e) { return host_->run_provider(call_, &p, &req, &ds, o, e); });
  }
  Json run_units(const std::string &table) const {
    const cvg_str t = str(table);
    return ask([&](cvg_out *o, cvg_error *e) { return host_->run_units(call_, &t, o, e); });
  }
  void query(const std::string &sql, ArrowArrayStream *out, uint64_t max_rows = 0) const {
    cvg_sql q;
    std::memset(&q, 0, sizeof q);
    q.struct_size = sizeof q;
    q.text = str(sql);
    q.max_rows = max_rows;
    cvg_error e = empty_error();
    raise(host_->wh_query(call_, &q, out, &e), e);
  }
  int64_t ingest(const cvg_ingest &request) const {
    int64_t rows = 0;
    cvg_error e = empty_error();
    raise(host_->wh_ingest(call_, &request, &rows, &e), e);
    return rows;
  }

  // ---- stage
  cvg_handle stage_open(const std::string &name) const {
    const cvg_str n = str(name);
    cvg_handle h = 0;
    cvg_error e = empty_error();
    raise(host_->stage_open(call_, &n, &h, &e), e);
    return h;
  }
  void stage_write(cvg_handle h, const std::string &bytes) const {
    cvg_error e = empty_error();
    raise(host_->stage_write(call_, h, bytes.data(), bytes.size(), &e), e);
  }
  std::string stage_close(cvg_handle h) const {
    return ask_text([&](cvg_out *o, cvg_error *e) { return host_->stage_close(call_, h, o, e); });
  }
  std::string stage_read(const std::string &uri, uint64_t offset, uint64_t n) const {
    const cvg_str u = str(uri);
    return ask_text([&](cvg_out *o, cvg_error *e) { return host_->stage_read(call_, &u, offset, n, o, e); });
  }

  // ---- objects
  const cvg_objects *objects() const {
    const void *p = host_->get_ext(CVG_EXT_OBJECTS);
    if (!p) throw Error(CVG_E_UNSUPPORTED, "this host offers no objects service");
    return static_cast<const cvg_objects *>(p);
  }
  // All objects below prefix, over every page: [{"key","bytes","modified_ms"}, ...].
  Json list(const std::string &prefix) const {
    Json all = Json::array();
    std::string page;
    do {
      const cvg_str p = str(prefix), g = str(page);
      Json answer = ask([&](cvg_out *o, cvg_error *e) { return objects()->list(call_, &p, &g, o, e); });
      for (std::size_t i = 0; i < answer["objects"].size(); ++i) all.push(answer["objects"].items()[i]);
      page = answer["next"].text_or("");
    } while (!page.empty());
    return all;
  }
  Json stat(const std::string &key) const {
    const cvg_str k = str(key);
    return ask([&](cvg_out *o, cvg_error *e) { return objects()->stat(call_, &k, o, e); });
  }
  std::string read_range(const std::string &key, uint64_t offset, uint64_t n) const {
    const cvg_str k = str(key);
    return ask_text([&](cvg_out *o, cvg_error *e) { return objects()->read_range(call_, &k, offset, n, o, e); });
  }
  Json to_stage(const std::string &key, const std::string &inflate = "auto") const {
    const std::string options = Json::object().set("inflate", inflate).dump();
    const cvg_str k = str(key), opt = str(options);
    return ask([&](cvg_out *o, cvg_error *e) { return objects()->to_stage(call_, &k, &opt, o, e); });
  }

 private:
  template <class F>
  std::string ask_text(F f) const {
    StringOut out;
    cvg_error e = empty_error();
    raise(f(out.out(), &e), e);
    return std::move(out.text());
  }
  template <class F>
  Json ask(F f) const { return Json::parse(ask_text(f)); }
  const cvg_host *host_;
  cvg_call *call_;
};

// The sink of an extract.
class Sink {
 public:
  Sink(Call call, cvg_sink *sink) : call_(call), sink_(sink) {}
  // CVG_UNIT_LOAD, CVG_UNIT_UNCHANGED or CVG_UNIT_OLDER.
  int32_t unit(const std::string &source, const std::string &unit, const std::string &version, const std::string &fingerprint,
               const std::string &layout) {
    cvg_unit u;
    std::memset(&u, 0, sizeof u);
    u.struct_size = sizeof u;
    u.source = str(source);
    u.unit = str(unit);
    u.version = str(version);
    u.fingerprint = str(fingerprint);
    u.layout = str(layout);
    int32_t decision = CVG_UNIT_LOAD;
    cvg_error e = empty_error();
    raise(call_.host()->sink_unit(call_.raw(), sink_, &u, &decision, &e), e);
    return decision;
  }
  int64_t put(const cvg_ingest &ingest) {
    int64_t rows = 0;
    cvg_error e = empty_error();
    raise(call_.host()->sink_put(call_.raw(), sink_, &ingest, &rows, &e), e);
    return rows;
  }
  void warn(const std::string &message) {
    const cvg_str m = str(message);
    call_.host()->sink_warn(call_.raw(), sink_, &m);
  }

 private:
  Call call_;
  cvg_sink *sink_;
};

// Base classes.  A component's instance is one object; config has passed the component's JSON Schema.
class Provider {
 public:
  virtual ~Provider() {}
  virtual Json discover(Call &call) = 0;
  virtual void extract(Call &call, const cvg_extract_req &req, Sink &sink) = 0;
  virtual void check(Call &) {}
  virtual void interrupt() noexcept {}
};
class Step {
 public:
  virtual ~Step() {}
  // Errors of a spec when the template loads: [{"field","message"}, ...].
  virtual Json plan(Call &, const Json &) { return Json::array(); }
  // Fills outputs as it goes: what stands in it is reported also when it throws.
  virtual void run(Call &call, const Json &spec, Json &outputs) = 0;
  virtual void interrupt() noexcept {}
};

namespace detail {

inline const cvg_host *&host_slot() { static const cvg_host *host = nullptr; return host; }
inline cvg_status init(const cvg_host *host, cvg_error *) { host_slot() = host; return CVG_OK; }
inline void shutdown() {}
inline const void *no_ext(const char *) { return nullptr; }

}  // namespace detail

// Runs f and turns every exception into a status and an error.
template <class F>
cvg_status guarded(cvg_error *e, F f) noexcept {
  try {
    f();
    return CVG_OK;
  } catch (const Error &x) {
    x.fill(e);
    return x.code();
  } catch (const JsonError &x) {
    Error(CVG_E_CONFIG, std::string("JSON: ") + x.what()).fill(e);
    return CVG_E_CONFIG;
  } catch (const std::bad_alloc &) {
    set_error(e, CVG_E_LIMIT, "out of memory", 13);
    return CVG_E_LIMIT;
  } catch (const std::exception &x) {
    set_error(e, CVG_E_PLUGIN, x.what(), std::strlen(x.what()));
    return CVG_E_PLUGIN;
  } catch (...) {
    set_error(e, CVG_E_PLUGIN, "an unknown exception", 20);
    return CVG_E_PLUGIN;
  }
}

inline const cvg_host *host() { return detail::host_slot(); }

// Thunks shared by all kinds.  T offers: static Json describe(); explicit T(const Json &config); interrupt().
template <class T>
struct Thunks {
  static cvg_status describe(cvg_call *, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { append(out, T::describe().dump()); });
  }
  static cvg_status create(cvg_call *, const cvg_str *config, cvg_instance **instance, cvg_error *e) noexcept {
    return guarded(e, [&] {
      const std::string c = text(config);
      *instance = reinterpret_cast<cvg_instance *>(new T(c.empty() ? Json::object() : Json::parse(c)));
    });
  }
  static void interrupt(cvg_instance *i) noexcept { self(i)->interrupt(); }
  static void destroy(cvg_instance *i) noexcept { delete self(i); }
  static T *self(cvg_instance *i) { return reinterpret_cast<T *>(i); }
};

template <class T>
struct ProviderThunks : Thunks<T> {
  static cvg_status check(cvg_instance *i, cvg_call *c, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); Thunks<T>::self(i)->check(call); });
  }
  static cvg_status discover(cvg_instance *i, cvg_call *c, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); append(out, Thunks<T>::self(i)->discover(call).dump()); });
  }
  static cvg_status extract(cvg_instance *i, cvg_call *c, const cvg_extract_req *r, cvg_sink *s, cvg_error *e) noexcept {
    return guarded(e, [&] { Call call(host(), c); Sink sink(call, s); Thunks<T>::self(i)->extract(call, *r, sink); });
  }
  static const cvg_component *component(const char *name) {
    static const cvg_provider table = {sizeof(cvg_provider), 0, &discover, &extract};
    static const cvg_component made = {sizeof(cvg_component), 0, CVG_KIND_PROVIDER, name, &table, &Thunks<T>::describe,
                                       &Thunks<T>::create, &check, &Thunks<T>::interrupt, &Thunks<T>::destroy};
    return &made;
  }
};

template <class T>
struct StepThunks : Thunks<T> {
  static cvg_status plan(cvg_instance *i, cvg_call *c, const cvg_str *spec, cvg_out *out, cvg_error *e) noexcept {
    return guarded(e, [&] {
      Call call(host(), c);
      append(out, Json::object().set("errors", Thunks<T>::self(i)->plan(call, Json::parse(text(spec)))).dump());
    });
  }
  static cvg_status run(cvg_instance *i, cvg_call *c, const cvg_str *spec, cvg_out *out, cvg_error *e) noexcept {
    Json outputs = Json::object();
    const cvg_status status = guarded(e, [&] {
      Call call(host(), c);
      Thunks<T>::self(i)->run(call, Json::parse(text(spec)), outputs);
    });
    const cvg_status written = guarded(status == CVG_OK ? e : nullptr, [&] { append(out, outputs.dump()); });
    return status == CVG_OK ? written : status;
  }
  static const cvg_component *component(const char *name) {
    static const cvg_step table = {sizeof(cvg_step), 0, &plan, &run};
    static const cvg_component made = {sizeof(cvg_component), 0, CVG_KIND_STEP, name, &table, &Thunks<T>::describe,
                                       &Thunks<T>::create, nullptr, &Thunks<T>::interrupt, &Thunks<T>::destroy};
    return &made;
  }
};

}  // namespace convergence

// The entry of a plugin.  COMPONENT is a function const cvg_component *(uint32_t index).  MANIFEST is a string literal of
// JSON: {"id":"..","version":"..","abi":"1.0","components":[{"kind":"..","name":".."}]}.
#define CVG_PLUGIN_EXT(ID, VERSION, MANIFEST, COMPONENT, GET_EXT, SHUTDOWN)                                          \
  CVG_MANIFEST_NOTE(MANIFEST)                                                                                        \
  ;                                                                                                                  \
  extern "C" const cvg_entry cvg_plugin_entry = {CVG_MAGIC, sizeof(cvg_entry), CVG_ABI_MAJOR, 0u, ID, VERSION,       \
                                                 "cvg-cpp/1.0", MANIFEST, &convergence::detail::init, COMPONENT,     \
                                                 GET_EXT, SHUTDOWN};
#define CVG_PLUGIN(ID, VERSION, MANIFEST, COMPONENT) \
  CVG_PLUGIN_EXT(ID, VERSION, MANIFEST, COMPONENT, &convergence::detail::no_ext, &convergence::detail::shutdown)

#endif
