#include "core/isolated/worker_link.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>

#include "core/base/clock.h"
#include "core/plugin/call.h"

namespace cvg {
namespace {

std::uint64_t number_of(const cvg_call* call) { return reinterpret_cast<std::uintptr_t>(call); }

std::int64_t now_ms() { return SystemClock().monotonic_ms(); }

ServedAnswer refused(Code code, const char* why) {
  ServedAnswer answer;
  answer.error = empty_abi_error();
  answer.status = fill_abi_error(Status(code, why), &answer.error);
  return answer;
}

}  // namespace

cvg_status ServedAnswer::tell(cvg_error* out) const {
  if (status == CVG_OK || !out || out->struct_size < sizeof out->struct_size) return status;
  const std::uint32_t theirs = out->struct_size;
  std::memcpy(static_cast<void*>(out), &error, std::min<std::size_t>(theirs, sizeof error));
  out->struct_size = theirs;
  return status;
}

cvg_call* WorkerLink::begin(std::int64_t remaining_ms) {
  thread_ = std::this_thread::get_id();
  latest_ms_ = now_ms() + std::clamp<std::int64_t>(remaining_ms, 0, std::int64_t{1} << 50);
  current_ = ++last_;
  return reinterpret_cast<cvg_call*>(static_cast<std::uintptr_t>(last_));
}

void WorkerLink::answer(std::string_view body) {
  {
    const MutexLock lock(send_mutex_);
    current_ = 0;
  }
  send(MessageType::answer, body);
}

bool WorkerLink::is_current(const cvg_call* call) const { return call && current_ == number_of(call); }

std::int64_t WorkerLink::remaining_ms() const { return std::max<std::int64_t>(0, latest_ms_ - now_ms()); }

cvg_status WorkerLink::stop_reason() const {
  const cvg_status told = page_.get();
  if (told != CVG_OK) return told;
  return remaining_ms() > 0 ? CVG_OK : CVG_E_DEADLINE;
}

void WorkerLink::send(MessageType type, std::string_view body) {
  const MutexLock lock(send_mutex_);
  if (!channel_.send(type, body).ok()) ::_exit(0);
}

void WorkerLink::note(cvg_call* call, std::string_view body) {
  const MutexLock lock(send_mutex_);
  if (!is_current(call)) return;
  const Status sent = channel_.send(MessageType::note, body);
  if (!sent.ok() && sent.code() != Code::limit) ::_exit(0);
}

Message WorkerLink::receive() {
  Result<Message> message = channel_.receive();
  if (!message.ok()) ::_exit(0);
  return std::move(*message);
}

void WorkerLink::answer_pull(const std::string& body, PulledFrom* given) {
  FlatReader in(body);
  const auto what = static_cast<Pull>(in.number<std::uint8_t>());
  const Result<std::string> bytes = given ? given->answer(what) : Result<std::string>(Status(Code::state, "no stream was handed in"));
  FlatWriter out;
  out.number(bytes.ok() ? cvg_status{CVG_OK} : fill_abi_error(bytes.status(), nullptr));
  out.text(bytes.ok() ? std::string_view() : std::string_view(bytes.status().text()));
  if (bytes.ok()) out.buffer(bytes->data(), bytes->size());
  else out.buffer(nullptr, 0);
  send(MessageType::pulled, out.take());
}

ServedAnswer WorkerLink::ask(cvg_call* call, std::string_view request, PulledFrom* given) {
  if (!is_current(call) || std::this_thread::get_id() != thread_)
    return refused(Code::state, "a service of the host was called outside the call or on another thread than the call's");
  if (request.size() > message_bytes_max) return refused(Code::limit, "a request to the host is larger than 256 MiB (message_bytes_max)");
  send(MessageType::service, request);
  for (;;) {
    const Message message = receive();
    if (message.type == MessageType::pull) {
      answer_pull(message.body, given);
      continue;
    }
    if (message.type != MessageType::served) ::_exit(0);
    FlatReader in(message.body);
    ServedAnswer answer;
    answer.status = in.number<cvg_status>();
    answer.error = read_error(in);
    answer.value = in.number<std::int64_t>();
    answer.text = in.text();
    answer.more = in.text();
    if (!in.at_end()) ::_exit(0);
    return answer;
  }
}

}  // namespace cvg
