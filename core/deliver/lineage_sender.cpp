#include "core/deliver/lineage_sender.h"

#include <fcntl.h>

#include <algorithm>
#include <array>
#include <set>

#include "core/base/files.h"
#include "core/base/text.h"
#include "core/state/outbox_lag.h"

namespace cvg {
namespace {

constexpr std::int64_t poll_ms = 500;
constexpr int entries_max = 100;
constexpr std::size_t failures_of_an_outage = 3;  // tenants that fail one after the other: the rest is not tried now
constexpr const char* told_key = "told";
constexpr std::string_view default_path = "/api/v1/lineage";

// An answer that another try will not change: the event is dropped, so that it holds up no other.
bool is_refusal(int status) { return status >= 400 && status < 500 && status != 401 && status != 403 && status != 404 && status != 408 && status != 425 && status != 429; }

struct TypeName {
  std::string_view prefix;
  LineageType type;
};
constexpr std::array<TypeName, 3> types{{{"START:", LineageType::start}, {"COMPLETE:", LineageType::complete}, {"FAILED:", LineageType::fail}}};

}  // namespace

Status switch_lineage(Database& database, bool is_on) {
  return database.write([&](Connection& c) {
    c.prepare("INSERT INTO outbox_topics (kind, is_on) VALUES ('lineage', ?1) ON CONFLICT (kind) DO UPDATE SET is_on = ?1")
        .bind(1, is_on ? 1 : 0)
        .step();
    if (!is_on) c.prepare("DELETE FROM outbox WHERE kind = 'lineage'").step();
    return Status();
  });
}

LineageSender::LineageSender(Parts parts) : parts_(std::move(parts)), thread_([this] { loop(); }) {}

LineageSender::~LineageSender() { stop(); }

void LineageSender::stop() {
  {
    MutexLock lock(mutex_);
    stopping_.store(true);
    woken_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
}

void LineageSender::wake() {
  MutexLock lock(mutex_);
  wake_ = true;
  woken_.notify_all();
}

void LineageSender::loop() {
  while (!stopping_.load()) {
    const Status status = send_all();
    std::int64_t pause = poll_ms;
    for (const auto& [id, progress] : begun_)
      if (progress.tries > 0) pause = std::clamp<std::int64_t>(progress.next_ms - parts_.clock.monotonic_ms(), 1, pause);
    if (!status.ok() && !stopping_.load()) {
      parts_.log.warning("Lineage is behind", {{"error", status.log_text()}});
      pause = pause_ms(parts_.settings.backoff, ++failures_, random_chance(), status.retry_after_ms().value_or(-1));
    } else {
      failures_ = 0;
    }
    // An outage is waited out; a wake-up ends any other pause, for what is not taken may be one tenant's alone.
    const std::int64_t until = parts_.clock.monotonic_ms() + pause;
    MutexLock lock(mutex_);
    while (!stopping_.load() && (is_outage_ || !wake_)) {
      const std::int64_t left = until - parts_.clock.monotonic_ms();
      if (left <= 0 || !woken_.wait_for_ms(mutex_, left)) break;
    }
    wake_ = false;
  }
}

Result<std::vector<Json>> LineageSender::events_of(const OutboxEntry& entry) {
  std::vector<Json> nothing;  // a run or tenant that is gone
  const auto row = std::find_if(types.begin(), types.end(), [&](const TypeName& t) { return entry.key.starts_with(t.prefix); });
  if (row == types.end()) return nothing;
  CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.tenants.get(entry.tenant_id));
  if (!tenant) return nothing;
  CVG_ASSIGN(const std::optional<Run> run, parts_.runs.get(tenant->id, entry.key.substr(row->prefix.size())));
  if (!run) return nothing;
  CVG_ASSIGN(const std::vector<StepRun> steps, parts_.runs.steps(run->id));
  CVG_ASSIGN(const std::vector<DqResult> checks, parts_.runs.dq_results(run->id));
  std::map<std::string, Json> schemas;
  if (row->type != LineageType::start && parts_.schemas) {
    Result<std::map<std::string, Json>> found = parts_.schemas(*tenant);
    if (found.ok()) schemas = std::move(*found);  // an event without a schema is worth more than none
  }
  const bool is_cancelled = row->type == LineageType::fail && !run->cancel_reason.empty() && run->error_message == run->cancel_reason;
  return lineage_events(is_cancelled ? LineageType::abort : row->type, {*tenant, *run, steps, checks, schemas}, parts_.settings.names);
}

Status LineageSender::send_all() {
  CVG_RETURN_IF_ERROR(drop_excess());
  while (!stopping_.load()) {
    CVG_ASSIGN(const int ended, send_due());
    if (ended == 0) return {};
  }
  return {};
}

std::vector<std::pair<const OutboxEntry*, LineageSender::Progress*>> LineageSender::due_of(const std::vector<OutboxEntry>& entries) {
  std::set<std::int64_t> there;
  std::set<std::string> runs;
  std::vector<std::pair<const OutboxEntry*, Progress*>> due;
  const std::int64_t now = parts_.clock.monotonic_ms();
  for (const OutboxEntry& entry : entries) {
    there.insert(entry.id);
    if (!runs.insert(entry.key.substr(entry.key.find(':') + 1)).second) continue;
    const auto [place, fresh] = begun_.try_emplace(entry.id);
    Progress& progress = place->second;
    if (fresh) {
      const Result<Json> kept = parse_json(entry.body_json);
      if (kept.ok() && (*kept)[told_key].is_number()) progress.told = progress.noted = static_cast<std::size_t>((*kept)[told_key].integer(0));
    }
    if (progress.tries == 0 || progress.next_ms <= now) due.emplace_back(&entry, &progress);
  }
  std::erase_if(begun_, [&](const auto& one) { return !there.contains(one.first); });
  std::stable_partition(due.begin(), due.end(), [](const auto& one) { return one.second->tries == 0; });
  return due;
}

Result<int> LineageSender::send_due() {
  CVG_ASSIGN(const std::vector<OutboxEntry> entries, parts_.runs.outbox("lineage", "", entries_max + static_cast<int>(begun_.size())));
  int ended = 0;
  const std::int64_t taken_before = taken_;
  Status failure;
  is_outage_ = false;
  std::set<std::string> failed, failed_in_a_row;  // tenants
  for (const auto& [entry, progress] : due_of(entries)) {
    if (failed.contains(entry->tenant_id)) continue;  // in the next round
    Status status = send_entry(*entry, *progress);
    if (stopping_.load() && !status.ok()) {
      note(*entry, *progress);
      return ended;
    }
    if (status.ok()) {
      ++ended;
      failed_in_a_row.clear();
      if (stopping_.load()) return ended;
      continue;
    }
    postpone(*entry, *progress, status);
    failure = std::move(status);
    failed.insert(entry->tenant_id);
    failed_in_a_row.insert(entry->tenant_id);
    is_outage_ = failed_in_a_row.size() >= failures_of_an_outage || failure.retry_after_ms().has_value();
    if (is_outage_) return failure;
  }
  if (!failure.ok() && taken_ == taken_before) return failure;
  return ended;
}

Status LineageSender::send_entry(const OutboxEntry& entry, Progress& progress) {
  CVG_ASSIGN(const std::vector<Json> events, events_of(entry));
  while (progress.told < events.size()) {
    CVG_RETURN_IF_ERROR(send(events[progress.told]));
    ++taken_;
    ++progress.told;
    progress.tries = progress.refusals = 0;
  }
  return parts_.runs.outbox_done({entry.id});
}

void LineageSender::note(const OutboxEntry& entry, Progress& progress) {
  if (progress.told == progress.noted) return;
  const Status kept = note_outbox(parts_.database, entry.id, Json::object().set(told_key, static_cast<std::int64_t>(progress.told)).dump());
  if (kept.ok()) progress.noted = progress.told;
}

void LineageSender::postpone(const OutboxEntry& entry, Progress& progress, const Status& failure) {
  parts_.counters.failed.fetch_add(1);
  ++progress.tries;
  // While nothing is taken at all it is the collector that fails, not this event.
  if (std::exchange(progress.taken, taken_) != taken_) ++progress.refusals;
  if (progress.refusals >= parts_.settings.attempts_max) {
    parts_.counters.dropped.fetch_add(1);
    parts_.log.warning("An event of lineage was dropped: the collector takes others and not this one",
                       {{"entry", entry.key}, {"error", failure.log_text()}});
    ++progress.told;
    progress.refusals = 0;
  }
  note(entry, progress);
  progress.next_ms = parts_.clock.monotonic_ms() +
                     pause_ms(parts_.settings.backoff, progress.tries, random_chance(), failure.retry_after_ms().value_or(-1));
}

// The oldest are dropped when a collector was away for too long: the store must not grow without end.
Status LineageSender::drop_excess() {
  CVG_ASSIGN(const std::vector<OutboxEntry> entries, parts_.runs.outbox("lineage", "", static_cast<int>(parts_.settings.waiting_max) + entries_max));
  const auto count = static_cast<std::int64_t>(entries.size());
  if (count <= parts_.settings.waiting_max) return {};
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < count - parts_.settings.waiting_max; ++i) ids.push_back(entries[static_cast<std::size_t>(i)].id);
  parts_.counters.dropped.fetch_add(static_cast<std::int64_t>(ids.size()));
  parts_.log.warning("Lineage was dropped: the collector is away for too long", {{"rows", std::to_string(ids.size())}});
  return parts_.runs.outbox_done(ids);
}

Status LineageSender::send(const Json& event) {
  CVG_RETURN_IF_ERROR(parts_.settings.transport == "file" ? append(event.dump() + "\n") : post(event.dump()));
  parts_.counters.sent.fetch_add(1);
  return {};
}

Status LineageSender::append(const std::string& line) {
  const Fd fd(::open(parts_.settings.file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (!fd) return status_from_errno(errno, "open", parts_.settings.file);
  return write_fd(fd.get(), line);
}

Status LineageSender::post(const std::string& body) {
  HttpRequest request;
  request.url = parts_.settings.url;
  const std::size_t host = request.url.find("://");
  const std::size_t path = host == std::string::npos ? host : request.url.find('/', host + 3);
  if (path == std::string::npos || path + 1 == request.url.size()) request.url = request.url.substr(0, path) + std::string(default_path);
  request.headers = {{"Content-Type", "application/json"}};
  if (!parts_.settings.api_key.empty()) request.headers.emplace_back("Authorization", "Bearer " + parts_.settings.api_key);
  request.body = body;
  request.timeout_ms = parts_.settings.timeout_ms;
  request.stop = &stopping_;
  CVG_ASSIGN(const HttpResponse answer, parts_.http.send(request));
  if (answer.status >= 200 && answer.status < 300) return {};
  if (is_refusal(answer.status)) {
    parts_.counters.dropped.fetch_add(1);
    parts_.log.warning("The collector refused an event of lineage", {{"http_status", std::to_string(answer.status)}});
    return {};
  }
  Status status(Code::unavailable, fmt::format("the collector answered {}", answer.status));
  const std::int64_t retry_after = retry_after_ms_of(answer, parts_.clock.now_ms());
  return retry_after < 0 ? status : status.with_retry_after_ms(retry_after);
}

}  // namespace cvg
