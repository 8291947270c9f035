#include "core/isolated/worker_call.h"

#include <algorithm>
#include <csignal>
#include <limits>

#include "core/base/text.h"
#include "core/plugin/abi_view.h"
#include "core/plugin/call_slots.h"
#include "core/plugin/host_table.h"

namespace cvg {

WorkerCall::WorkerCall(WorkerProcess& worker, const IsolationLimits& limits, const std::string& who, cvg_call* call, cvg_sink* sink)
    : worker_(worker), limits_(limits), who_(who), call_(call), services_(call, sink, [this](Pull what) { return pull(what); }),
      latest_ms_(clock_.monotonic_ms() + remaining_ms(call, limits)) {
  worker_.page().set(CVG_OK);
  worker_.channel().set_tick([this] { return tick(); });
}

WorkerCall::~WorkerCall() { worker_.channel().set_tick(nullptr); }

std::int64_t WorkerCall::remaining_ms(cvg_call* call, const IsolationLimits& limits) {
  const CallPin pin(call);
  const std::int64_t most = limits.call_seconds_max * 1000;
  if (!pin) return most;
  const Call::Options& options = pin.options();
  return options.deadline_monotonic_ms == 0 ? most : std::max<std::int64_t>(0, options.deadline_monotonic_ms - options.clock->monotonic_ms());
}

Result<std::string> WorkerCall::exchange(MessageType type, std::string_view body, MessageType wanted) {
  const Status sent = worker_.channel().send(type, body);
  if (!sent.ok()) return ended(sent);
  Result<std::string> answer = await(wanted);
  return answer.ok() ? answer : ended(answer.status());
}

Result<std::string> WorkerCall::await(MessageType wanted) {
  for (;;) {
    CVG_ASSIGN(Message message, worker_.channel().receive());
    if (message.type == wanted) return std::move(message.body);
    if (message.type == MessageType::note) {
      CVG_RETURN_IF_ERROR(services_.note(message.body));
    } else if (message.type == MessageType::service) {
      CVG_ASSIGN(const std::string served, services_.answer(message.body));
      CVG_RETURN_IF_ERROR(worker_.channel().send(MessageType::served, served));
    } else {
      return Status(Code::peer_died, "sent a message out of turn");
    }
  }
}

// A batch of a stream that the plugin holds, asked for while a service of the host reads it.
Result<std::string> WorkerCall::pull(Pull what) {
  FlatWriter out;
  out.number(static_cast<std::uint8_t>(what));
  CVG_RETURN_IF_ERROR(worker_.channel().send(MessageType::pull, out.take()));
  CVG_ASSIGN(const std::string body, await(MessageType::pulled));
  FlatReader in(body);
  const auto code = in.number<cvg_status>();
  const std::string_view text = in.text();
  const std::string_view bytes = in.buffer();
  if (!in.at_end()) return Status(Code::peer_died, "sent something that is no batch");
  if (code != CVG_OK) return Status(code_from_abi(code), std::string(text));
  return std::string(bytes);
}

Status WorkerCall::reason_to_stop() const {
  const CallPin pin(call_);
  if (pin) CVG_RETURN_IF_ERROR(check_running(pin.options()));
  if (clock_.monotonic_ms() < latest_ms_) return {};
  return Status(Code::deadline, "the time limit was reached");
}

// The flag and the interrupt come first, then SIGTERM and SIGKILL, each after the grace.
Status WorkerCall::tick() {
  if (worker_.ended()) return Status(Code::peer_died, "the worker ended");
  const std::int64_t now = clock_.monotonic_ms();
  if (!stopping_) {
    stop_reason_ = reason_to_stop();
    if (stop_reason_.ok()) return {};
    stopping_ = true;
    next_ms_ = now + limits_.kill_grace_ms;
    worker_.page().set(stop_reason_.code() == Code::cancelled ? CVG_E_CANCELLED : CVG_E_DEADLINE);
    worker_.interrupt();
  } else if (now >= next_ms_) {
    stop_by_force(forced_ == 0 ? SIGTERM : SIGKILL, now);
  }
  return {};
}

void WorkerCall::stop_by_force(int number, std::int64_t now) {
  forced_ = number;
  next_ms_ = now + limits_.kill_grace_ms;
  worker_.send_signal(number);
}

Status WorkerCall::ended(const Status& status) {
  if (status.code() == Code::limit) return status;
  const bool nonsense = !worker_.ended() && status.text().starts_with("sent ");
  const std::string end = nonsense ? status.text() + ", and was ended" : worker_.describe_end();
  if (forced_ == 0) return Status(Code::peer_died, fmt::format("the process of {} {}", who_, end));
  const std::string text = fmt::format("{} did not stop within {} ms (isolation.kill_grace_ms); its process {}", who_, limits_.kill_grace_ms, end);
  const cvg_str message = abi_text(text);
  host_table().log(call_, 2, &message, nullptr);
  return Status(stop_reason_.code(), text);
}

}  // namespace cvg
