// A step that misbehaves in every way that a process can: the spec's "how" names it.  It never looks at the cancel flag
// unless it says so.
#include <convergence/arrow_read.hpp>
#include <convergence/plugin.hpp>

#include <signal.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <vector>

namespace {

using convergence::Call;
using convergence::Json;

[[noreturn]] void spin() {
  for (std::atomic<unsigned> turn{0};; ++turn) {}
}

// A sanitizer's handler would make an exit code of it.
void crash() {
  signal(SIGSEGV, SIG_DFL);
  raise(SIGSEGV);
}

// Batches of three rows: id, name ("row N", every third NULL); may crash before one of them.
class Numbers {
 public:
  Numbers(int64_t batches, int64_t crash_at) : batches_(batches), crash_at_(crash_at) {}
  void open(ArrowArrayStream *out) {
    *out = ArrowArrayStream{&get_schema, &get_next, &last_error, &release_stream, this};
  }

 private:
  struct Batch {
    int64_t ids[3];
    int32_t offsets[4];
    std::string text;
    uint8_t valid;
    const void *top[1], *id[2], *name[3];
    ArrowArray columns[2];
    ArrowArray *pointers[2];
  };
  static Numbers &of(ArrowArrayStream *s) { return *static_cast<Numbers *>(s->private_data); }
  static void release_schema(ArrowSchema *s) { s->release = nullptr; }
  static void release_array(ArrowArray *a) { a->release = nullptr; }
  static void release_batch(ArrowArray *a) {
    delete static_cast<Batch *>(a->private_data);
    a->release = nullptr;
  }
  static int get_schema(ArrowArrayStream *, ArrowSchema *out) {
    static ArrowSchema columns[2] = {{"l", "id", nullptr, ARROW_FLAG_NULLABLE, 0, nullptr, nullptr, &release_schema, nullptr},
                                     {"u", "name", nullptr, ARROW_FLAG_NULLABLE, 0, nullptr, nullptr, &release_schema, nullptr}};
    static ArrowSchema *pointers[2] = {&columns[0], &columns[1]};
    *out = ArrowSchema{"+s", "", nullptr, 0, 2, pointers, nullptr, &release_schema, nullptr};
    return 0;
  }
  static int get_next(ArrowArrayStream *s, ArrowArray *out) {
    Numbers &self = of(s);
    *out = ArrowArray();
    if (self.next_ == self.crash_at_) crash();
    if (self.next_ == self.batches_) return 0;
    Batch *b = new Batch();
    b->valid = 3;
    for (int i = 0; i < 3; ++i) {
      b->ids[i] = self.next_ * 3 + i;
      if (i < 2) b->text += "row " + std::to_string(b->ids[i]);
      b->offsets[i + 1] = static_cast<int32_t>(b->text.size());
    }
    ++self.next_;
    b->top[0] = nullptr;
    b->id[0] = nullptr, b->id[1] = b->ids;
    b->name[0] = &b->valid, b->name[1] = b->offsets, b->name[2] = b->text.data();
    b->columns[0] = ArrowArray{3, 0, 0, 2, 0, b->id, nullptr, nullptr, &release_array, nullptr};
    b->columns[1] = ArrowArray{3, 1, 0, 3, 0, b->name, nullptr, nullptr, &release_array, nullptr};
    b->pointers[0] = &b->columns[0], b->pointers[1] = &b->columns[1];
    *out = ArrowArray{3, 0, 0, 1, 2, b->top, b->pointers, nullptr, &release_batch, b};
    return 0;
  }
  static const char *last_error(ArrowArrayStream *) { return nullptr; }
  static void release_stream(ArrowArrayStream *s) { s->release = nullptr; }
  int64_t batches_, crash_at_, next_ = 0;
};

class Unruly : public convergence::Step {
 public:
  explicit Unruly(const Json &) {}
  static Json describe() {
    const char *how = "echo, spin, deaf, doze, polite, waits, eat, crash, leave, hang_up, babble, flood, family, stage, stream, sum";
    return Json::object().set("summary", "misbehaves").set("spec_schema", Json::object().set("type", "object").set("properties",
        Json::object().set("how", Json::object().set("type", "string").set("description", how))
            .set("table", Json::object().set("type", "string")).set("sql", Json::object().set("type", "string"))
            .set("batches", Json::object().set("type", "integer")).set("crash_at", Json::object().set("type", "integer"))));
  }
  void interrupt() noexcept override { interrupted_ = true; }
  Json plan(Call &, const Json &spec) override {
    if (spec["how"].text() == "crash_in_plan") crash();
    return Json::array();
  }
  void run(Call &call, const Json &spec, Json &outputs) override {
    const std::string how = spec["how"].text();
    outputs.set("pid", static_cast<int64_t>(getpid()));
    call.log(1, "it begins", Json::object().set("how", how));
    if (how == "echo") { outputs.set("info", call.info()); return; }
    if (how == "polite") { while (!call.cancelled()) call.sleep(5); return call.stop_if_cancelled(); }
    if (how == "waits") { while (!interrupted_) usleep(1000); throw convergence::Error(CVG_E_CANCELLED, "interrupted"); }
    if (how == "stage") return stage(call, outputs);
    if (how == "stream") return stream(call, spec, outputs);
    if (how == "sum") return sum(call, spec, outputs);
    misbehave(how, call);
  }

 private:
  static void misbehave(const std::string &how, Call &call) {
    if (how == "deaf") signal(SIGTERM, SIG_IGN);
    call.log(1, "from here on it hears nothing");
    if (how == "spin" || how == "deaf") spin();
    if (how == "doze") for (;;) sleep(1000);
    if (how == "eat") eat();
    if (how == "crash") crash();
    if (how == "leave") _exit(7);
    if (how == "hang_up") { close(3); spin(); }
    if (how == "babble") { const std::string nonsense(4096, 'x'); send(3, nonsense.data(), nonsense.size(), MSG_NOSIGNAL); spin(); }
    if (how == "flood") for (;;) call.log(0, "again");
    if (how == "family") { if (fork() == 0) for (;;) sleep(1000); crash(); }
  }
  static void eat() {
    std::vector<std::string> eaten;
    for (;;) eaten.push_back(std::string(size_t(16) << 20, 'x'));
  }
  static void stage(Call &call, Json &outputs) {
    const cvg_handle handle = call.stage_open("letters");
    const std::string part(size_t(5) << 20, 'a');
    call.stage_write(handle, part);
    call.stage_write(handle, "the end");
    const std::string uri = call.stage_close(handle);
    outputs.set("read", call.stage_read(uri, part.size(), 100)).set("large", static_cast<int64_t>(call.stage_read(uri, 0, part.size() + 7).size()));
  }
  static void stream(Call &call, const Json &spec, Json &outputs) {
    Numbers numbers(spec["batches"].integer(2), spec["crash_at"].integer(-1));
    ArrowArrayStream rows;
    numbers.open(&rows);
    const std::string table = spec["table"].text_or("");
    cvg_ingest request = cvg_ingest();
    request.struct_size = sizeof request;
    request.mode = CVG_REPLACE_TABLE;
    request.table = convergence::str(table);
    request.stream = &rows;
    outputs.set("rows", call.ingest(request));
  }
  static void sum(Call &call, const Json &spec, Json &outputs) {
    convergence::ArrowStream answer;
    call.query(spec["sql"].text(), answer.get());
    int64_t rows = 0;
    Json last;
    convergence::for_each_row(answer.get(), [&](const std::vector<Json> &row) {
      ++rows;
      last = Json::array();
      for (const Json &value : row) last.push(value);
    });
    outputs.set("rows", rows).set("last", last);
  }
  std::atomic<bool> interrupted_{false};
};

const cvg_component *component(uint32_t index) { return index == 0 ? convergence::StepThunks<Unruly>::component("unruly") : nullptr; }

}  // namespace

CVG_PLUGIN("test.unruly", "1.0.0",
           "{\"id\":\"test.unruly\",\"version\":\"1.0.0\",\"abi\":\"1.0\",\"components\":[{\"kind\":\"cvg.step/1\",\"name\":\"unruly\"}]}", &component)
