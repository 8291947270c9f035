#include "core/deliver/deliverer.h"

#include <algorithm>

#include "core/base/text.h"
#include "core/deliver/event.h"
#include "core/deliver/signature.h"

namespace cvg {
namespace {

constexpr std::int64_t poll_ms = 500;  // so that nothing depends on a wake-up alone
constexpr int announcements_max = 200;
constexpr std::int64_t prune_pause_ms = 60'000;
constexpr int prune_rows_max = 5000;
constexpr int gone = 410;

// The names under which a job counts as in flight.
std::array<std::string, 3> busy_names(const Webhook& webhook, const std::string& host) {
  return {"webhook:" + webhook.id, "tenant:" + webhook.tenant_id, "host:" + host};
}

std::string host_of(const std::string& url) {
  const Result<HttpUrl> parsed = check_http_url(url);
  return parsed.ok() ? parsed->host : std::string();
}

}  // namespace

Deliverer::Deliverer(Parts parts) : parts_(std::move(parts)), thread_([this] { loop(); }) {
  for (std::int64_t i = 0; i < parts_.limits.threads; ++i) workers_.emplace_back([this] { work(); });
}

Deliverer::~Deliverer() { stop(); }

void Deliverer::stop() {
  {
    MutexLock lock(mutex_);
    stopping_.store(true);
    woken_.notify_all();
    queued_.notify_all();
  }
  if (thread_.joinable()) thread_.join();
  for (std::thread& worker : workers_)
    if (worker.joinable()) worker.join();
}

void Deliverer::wake() {
  MutexLock lock(mutex_);
  wake_ = true;
  woken_.notify_all();
}

void Deliverer::loop() {
  while (!stopping_.load()) {
    Status status = fan_out();
    std::int64_t pause = poll_ms;
    if (status.ok()) {
      const Result<std::int64_t> next = hand_out();
      status = next.status();
      if (next.ok()) pause = std::clamp<std::int64_t>(*next - parts_.clock.now_ms(), 1, poll_ms);
    }
    if (!status.ok()) parts_.log.warning("Events are behind", {{"error", status.log_text()}});
    prune();
    MutexLock lock(mutex_);
    if (!wake_ && !stopping_.load()) woken_.wait_for_ms(mutex_, pause);
    wake_ = false;
  }
}

// Rows of a tenant that is gone, or that nobody can read, are of no use to anybody: an announcement without a tenant reaches
// no webhook and only removes its row.
Result<Announcement> Deliverer::announce(const OutboxEntry& entry) {
  Announcement nothing;
  nothing.outbox_id = entry.id;
  CVG_ASSIGN(const std::optional<Tenant> tenant, parts_.tenants.get(entry.tenant_id));
  if (!tenant) return nothing;
  if (!entry.key.starts_with("run:")) {
    Result<Announcement> notice = notice_announcement(entry, *tenant);
    return notice.ok() ? notice : Result<Announcement>(nothing);
  }
  CVG_ASSIGN(const std::optional<Run> run, parts_.runs.get(entry.tenant_id, entry.key.substr(4)));
  if (!run) return nothing;
  if (run->state == RunState::failed)
    CVG_RETURN_IF_ERROR(parts_.deliveries.note_failures(tenant->id, parts_.limits.failure_percent, parts_.limits.failure_runs_min));
  return run_announcement(entry, *tenant, *run);
}

Status Deliverer::fan_out() {
  while (!stopping_.load()) {
    CVG_ASSIGN(const std::vector<OutboxEntry> entries, parts_.runs.outbox("event", "", announcements_max));
    if (entries.empty()) return {};
    std::vector<Announcement> announcements;
    for (const OutboxEntry& entry : entries) {
      CVG_ASSIGN(Announcement announcement, announce(entry));
      announcements.push_back(std::move(announcement));
    }
    CVG_RETURN_IF_ERROR(parts_.deliveries.fan_out(announcements, parts_.limits.waiting_max).status());
  }
  return {};
}

bool Deliverer::may_send(const Webhook& webhook, const std::string& host) {
  const auto names = busy_names(webhook, host);
  const std::array<std::int64_t, 3> most{1, parts_.limits.tenant_parallel_max, parts_.limits.host_parallel_max};
  MutexLock lock(mutex_);
  if (in_flight_ >= parts_.limits.threads) return false;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto found = busy_.find(names[i]);
    if (found != busy_.end() && found->second >= most[i]) return false;
  }
  return true;
}

Result<std::int64_t> Deliverer::hand_out() {
  CVG_ASSIGN(std::vector<WaitingWebhook> waiting, parts_.deliveries.waiting());
  const auto turn = std::find_if(waiting.begin(), waiting.end(), [&](const WaitingWebhook& w) { return w.webhook.id > last_served_; });
  std::rotate(waiting.begin(), turn, waiting.end());
  std::int64_t next = std::numeric_limits<std::int64_t>::max();
  for (WaitingWebhook& row : waiting) {
    if (row.next_ms > parts_.clock.now_ms()) {
      next = std::min(next, row.next_ms);
      continue;
    }
    const std::string host = host_of(row.webhook.url);
    if (!may_send(row.webhook, host)) continue;
    CVG_ASSIGN(std::optional<Delivery> delivery, parts_.deliveries.first_due(row.webhook.id));
    if (!delivery) continue;
    last_served_ = row.webhook.id;
    MutexLock lock(mutex_);
    for (const std::string& name : busy_names(row.webhook, host)) ++busy_[name];
    ++in_flight_;
    jobs_.push_back({std::move(row.webhook), std::move(*delivery), host});
    queued_.notify_one();
  }
  return next;
}

void Deliverer::prune() {
  const std::int64_t now = parts_.clock.monotonic_ms();
  if (pruned_ms_ != 0 && now - pruned_ms_ < prune_pause_ms) return;
  pruned_ms_ = now;
  const Result<std::int64_t> removed =
      parts_.deliveries.prune(parts_.clock.now_ms() - parts_.limits.keep_days * std::int64_t{86'400'000}, prune_rows_max);
  if (!removed.ok()) parts_.log.warning("Old deliveries could not be removed", {{"error", removed.status().log_text()}});
}

void Deliverer::work() {
  while (true) {
    Job job;
    {
      MutexLock lock(mutex_);
      while (jobs_.empty() && !stopping_.load()) queued_.wait(mutex_);
      if (stopping_.load()) return;
      job = std::move(jobs_.front());
      jobs_.pop_front();
    }
    const DeliveryOutcome outcome = send(job);
    if (!stopping_.load()) finish(job, outcome);
    MutexLock lock(mutex_);
    for (const std::string& name : busy_names(job.webhook, job.host))
      if (--busy_[name] == 0) busy_.erase(name);
    --in_flight_;
    wake_ = true;
    woken_.notify_all();
  }
}

DeliveryOutcome Deliverer::send(const Job& job) {
  const std::int64_t begun = parts_.clock.monotonic_ms();
  Result<HttpResponse> answer = Status(Code::host, "not sent");
  const Result<std::string> secret = parts_.secret(job.webhook);
  if (!secret.ok()) {
    answer = Status(Code::unavailable, "the webhook's secret cannot be read", secret.status().log_text());
  } else {
    HttpRequest request;
    request.url = job.webhook.url;
    request.body = job.delivery.body;
    request.headers = {{"Content-Type", "application/json"},
                       {"X-Convergence-Event", job.delivery.event},
                       {"X-Convergence-Delivery", job.delivery.id},
                       {std::string(signature_header), sign_body(*secret, parts_.clock.now_ms() / 1000, job.delivery.body)}};
    request.timeout_ms = parts_.limits.timeout_ms;
    request.response_bytes_max = parts_.limits.response_bytes_max;
    request.stop = &stopping_;
    answer = parts_.http.send(request);
  }
  DeliveryOutcome outcome = judge(job, answer);
  outcome.duration_ms = parts_.clock.monotonic_ms() - begun;
  return outcome;
}

DeliveryOutcome Deliverer::judge(const Job& job, const Result<HttpResponse>& answer) const {
  DeliveryOutcome outcome;
  std::int64_t retry_after = -1;
  bool final = false;
  if (answer.ok()) {
    outcome.http_status = answer->status;
    if (answer->status >= 200 && answer->status < 300) {
      outcome.state = DeliveryState::delivered;
      return outcome;
    }
    outcome.error_message = fmt::format("the receiver answered {}", answer->status);
    if (answer->status >= 300 && answer->status < 400) outcome.error_message += "; redirects are not followed";
    if (answer->status == gone) outcome.disable_reason = "the receiver answered 410 Gone";
    retry_after = retry_after_ms_of(*answer, parts_.clock.now_ms());
    final = answer->status == gone;
  } else {
    outcome.error_message = answer.status().text();
    final = answer.status().code() == Code::denied || answer.status().code() == Code::invalid;
  }
  const std::int64_t attempts = job.delivery.attempts + 1;
  if (final || attempts >= parts_.limits.attempts_max) {
    outcome.state = DeliveryState::failed;
    return outcome;
  }
  outcome.next_ms = parts_.clock.now_ms() + pause_ms(parts_.limits.backoff, attempts, random_chance(), retry_after);
  return outcome;
}

void Deliverer::finish(const Job& job, const DeliveryOutcome& outcome) {
  const Status recorded = parts_.deliveries.record(job.delivery, outcome);
  if (!recorded.ok() && recorded.code() != Code::not_found)
    parts_.log.warning("The end of a delivery could not be stored", {{"delivery_id", job.delivery.id}, {"error", recorded.log_text()}});
  const std::string attempts = std::to_string(job.delivery.attempts + 1), status = std::to_string(outcome.http_status);
  const auto tell = [&](Severity severity, std::string_view text) {
    parts_.log.write(severity, text,
                     {{"tenant_id", job.webhook.tenant_id}, {"webhook_id", job.webhook.id}, {"delivery_id", job.delivery.id},
                      {"event", job.delivery.event}, {"host", job.host}, {"attempt", attempts}, {"http_status", status},
                      {"error", outcome.error_message}});
  };
  switch (outcome.state) {
    case DeliveryState::delivered:
      parts_.counters.delivered.fetch_add(1);
      return tell(Severity::debug, "Webhook delivered");
    case DeliveryState::waiting:
      parts_.counters.retried.fetch_add(1);
      return tell(Severity::info, "Webhook will be tried again");
    case DeliveryState::failed:
      parts_.counters.failed.fetch_add(1);
      return tell(Severity::warning, outcome.disable_reason.empty() ? "Webhook given up" : "Webhook switched off");
  }
}

}  // namespace cvg
