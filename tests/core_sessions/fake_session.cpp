#include "tests/core_sessions/fake_session.h"

#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <string>
#include <thread>
#include <vector>

#include "core/base/json.h"

namespace cvg {
namespace {

std::atomic<bool> interrupted{false};
std::string tenant;

std::string text(const cvg_str* s) { return std::string(s->p, s->n); }

cvg_status fail(cvg_error* e, cvg_status code, const char* message) {
  e->code = code;
  std::strncpy(e->message, message, sizeof e->message - 1);
  return code;
}

cvg_status warm(const cvg_str* config, cvg_error* e) {
  return text(config) == "bad" ? fail(e, CVG_E_CONFIG, "extensions are missing") : CVG_OK;
}

cvg_status open(const cvg_str* request, cvg_error* e) {
  tenant = parse_json(text(request)).value()["tenant"].text();
  return tenant == "nobody" ? fail(e, CVG_E_NOT_FOUND, "there is no such dataset") : CVG_OK;
}

void wait_until_interrupted() {
  while (!interrupted) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

cvg_status eat(int megabytes, cvg_error* e) {
  try {
    std::vector<char> much(static_cast<std::size_t>(megabytes) << 20, 'x');
    return much.back() == 'x' ? CVG_OK : CVG_E_PLUGIN;
  } catch (const std::bad_alloc&) {
    return fail(e, CVG_E_LIMIT, "out of memory");
  }
}

cvg_status query(const cvg_str* request, cvg_out* body, cvg_out* meta, cvg_error* e) {
  const std::string sql = parse_json(text(request)).value()["sql"].text();
  std::string answer = sql;
  if (sql == "pid") answer = std::to_string(getpid());
  else if (sql == "tenant") answer = tenant;
  else if (sql == "admin_key") answer = std::getenv("ADMIN_API_KEY") ? "seen" : "hidden";
  else if (sql == "crash") std::abort();
  else if (sql == "stuck") for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
  else if (sql == "sleep") { wait_until_interrupted(); return fail(e, CVG_E_CANCELLED, "interrupted"); }
  else if (sql.rfind("eat ", 0) == 0) { if (const cvg_status s = eat(std::atoi(sql.c_str() + 4), e)) return s; }
  else if (sql.rfind("echo ", 0) != 0) return fail(e, CVG_E_CONFIG, "syntax error");
  body->write(body->ctx, answer.data(), answer.size());
  const char done[] = "{\"row_count\":1,\"truncated\":false}";
  return meta->write(meta->ctx, done, sizeof done - 1);
}

void interrupt() { interrupted = true; }

}  // namespace

const cvg_session& fake_session() {
  static const cvg_session table{sizeof(cvg_session), 0, warm, open, query, interrupt};
  return table;
}

}  // namespace cvg
