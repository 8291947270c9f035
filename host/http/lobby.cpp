#include "host/http/lobby.h"

#include <fcntl.h>
#include <netdb.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/clock.h"
#include "host/http/intake.h"

namespace cvg {
namespace {

constexpr std::size_t peek_bytes = 32 << 10;  // more than a head or a TLS record may have
constexpr int events_at_once = 64;
constexpr int shortage_ms = 20;   // how often idle connections are asked to go while others wait
constexpr int accepts_at_once = 64;
constexpr unsigned char tls_handshake_byte = 0x16;
constexpr std::size_t tls_record_head_bytes = 5;

thread_local Lobby* lobby_of_thread = nullptr;

std::int64_t now_ms() { return SystemClock().monotonic_ms(); }

std::string address_text(const sockaddr* address, socklen_t size) {
  std::array<char, NI_MAXHOST> text{};
  if (::getnameinfo(address, size, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) != 0) return {};
  return text.data();
}

}  // namespace

struct Lobby::Guest {
  Guest(int f, int l, std::string a, std::int64_t d) : fd(f), listener(l), address(std::move(a)), deadline_ms(d) {}
  ~Guest() {
    if (fd >= 0) ::close(fd);
  }
  Guest(const Guest&) = delete;
  Guest& operator=(const Guest&) = delete;

  int fd, listener;
  std::string address;
  std::int64_t deadline_ms;
  bool refused = false;
  bool half_closed = false;
  Guests::iterator place{};
};

Lobby::Lobby(const LobbyLimits& limits, Calls calls)
    : limits_(limits), calls_(std::move(calls)), epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = nullptr;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event);
  peeked_.resize(peek_bytes);
}

Lobby::~Lobby() {
  ::close(epoll_);
  ::close(wake_);
}

// Listeners are told from guests by an odd pointer: a descriptor, shifted.
void Lobby::watch_listeners(bool on) {
  for (auto& [fd, watched] : listeners_) {
    if (watched == on) continue;
    epoll_event event{};
    event.events = on ? static_cast<std::uint32_t>(EPOLLIN) : 0U;
    event.data.u64 = (static_cast<std::uint64_t>(fd) << 1) | 1U;
    if (::epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event) != 0) ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
    watched = on;
  }
}

void Lobby::learn_listeners(const pollfd* listeners, nfds_t count) {
  if (listeners_.size() == count) return;
  for (nfds_t i = 0; i < count; ++i) {
    if (!listeners_.emplace(listeners[i].fd, false).second) continue;
    ::fcntl(listeners[i].fd, F_SETFL, ::fcntl(listeners[i].fd, F_GETFL) | O_NONBLOCK);
  }
  watch_listeners(true);
}

bool Lobby::has_free_worker() const { return served_.load() < limits_.workers; }

int Lobby::mark_ready(pollfd* listeners, nfds_t count) const {
  for (nfds_t i = 0; i < count; ++i) listeners[i].revents = 0;
  if (closed_.load()) {
    listeners[0].revents = POLLIN;
    return 1;
  }
  if (ready_.empty() || !has_free_worker()) return 0;
  for (nfds_t i = 0; i < count; ++i)
    if (listeners[i].fd == ready_.front()->listener) listeners[i].revents = POLLIN;
  return 1;
}

int Lobby::wait(pollfd* listeners, nfds_t count, int timeout_ms) {
  learn_listeners(listeners, count);
  const std::int64_t end = now_ms() + timeout_ms;
  for (;;) {
    if (const int marked = mark_ready(listeners, count); marked > 0) return marked;
    const std::int64_t left = end - now_ms();
    if (left <= 0) return 0;
    watch_listeners(static_cast<std::int64_t>(ready_.size()) < limits_.connections_waiting_max);
    int wait_ms = expiry_in_ms(static_cast<int>(left));
    if (!ready_.empty()) {
      calls_.make_room(static_cast<std::int64_t>(ready_.size()));
      wait_ms = std::min(wait_ms, shortage_ms);
    }
    take_events(wait_ms);
    expire();
    recount();
  }
}

void Lobby::take_events(int timeout_ms) {
  std::array<epoll_event, events_at_once> events;
  const int got = ::epoll_wait(epoll_, events.data(), events_at_once, timeout_ms);
  // Guests first: taking a connection may end another one that an event speaks of.
  for (int i = 0; i < got; ++i) {
    if (events[i].data.ptr == nullptr) {
      std::uint64_t woken = 0;
      [[maybe_unused]] const ssize_t read = ::read(wake_, &woken, sizeof woken);
    } else if ((events[i].data.u64 & 1U) == 0) {
      auto& guest = *static_cast<Guest*>(events[i].data.ptr);
      guest.half_closed = guest.half_closed || (events[i].events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0;
      hear(guest);
    }
  }
  for (int i = 0; i < got; ++i)
    if ((events[i].data.u64 & 1U) != 0) take_connections(static_cast<int>(events[i].data.u64 >> 1));
}

void Lobby::take_connections(int listener) {
  for (int i = 0; i < accepts_at_once; ++i) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    const int fd = ::accept4(listener, reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (fd >= 0) {
      welcome(fd, listener, address_text(reinterpret_cast<const sockaddr*>(&address), size));
      continue;
    }
    if (errno == EINVAL || errno == EBADF) closed_.store(true);
    // Out of descriptors: a silent one makes room; without any, a moment, so that this thread does not spin.
    if ((errno == EMFILE || errno == ENFILE) && !release_the_longest_silent()) ::poll(nullptr, 0, shortage_ms);
    return;
  }
}

void Lobby::welcome(int fd, int listener, std::string address) {
  const bool may_enter = enter(address);
  if (static_cast<std::int64_t>(silent_.size() + ready_.size()) >= limits_.connections_waiting_max) release_the_longest_silent();
  Guests& guests = may_enter ? silent_ : leaving_;
  guests.push_back(std::make_unique<Guest>(fd, listener, std::move(address), now_ms() + limits_.head_ms_max));
  Guest& guest = *guests.back();
  guest.place = std::prev(guests.end());
  epoll_event event{};
  event.events = EPOLLIN | EPOLLRDHUP | static_cast<std::uint32_t>(EPOLLET);
  event.data.ptr = &guest;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event);
  if (may_enter) return hear(guest);
  refused_count_.fetch_add(1);
  guest.refused = true;
  refuse(guest, {429, "Too many connections of this address are open"});
}

Lobby::Speech Lobby::listen_to(const Guest& guest) {
  const ssize_t got = ::recv(guest.fd, peeked_.data(), peeked_.size(), MSG_PEEK | MSG_DONTWAIT);
  if (got <= 0) return got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) ? Speech::ended : Speech::none;
  const std::string_view bytes(peeked_.data(), static_cast<std::size_t>(got));
  bool whole = bytes.size() == peeked_.size();
  if (limits_.tls) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
    whole = whole || byte(0) != tls_handshake_byte ||
            (bytes.size() >= tls_record_head_bytes && bytes.size() - tls_record_head_bytes >= byte(3) * 256U + byte(4));
  } else {
    std::size_t scanned = 0;
    const HeadSearch search = find_head_end(bytes, scanned, limits_.framing);
    whole = whole || search.end > 0 || search.refusal;
  }
  if (whole) return Speech::whole;
  return guest.half_closed ? Speech::ended : Speech::some;
}

void Lobby::hear(Guest& guest) {
  if (guest.refused) {
    // What it still says is thrown away until it ends, so that it reads the refusal and no reset.
    ssize_t got = 0;
    while ((got = ::recv(guest.fd, peeked_.data(), peeked_.size(), MSG_DONTWAIT)) > 0) {
    }
    if (got == 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)) leaving_.erase(guest.place);
    return;
  }
  const Speech speech = listen_to(guest);
  if (speech == Speech::ended) return release(guest);
  if (speech != Speech::whole) return;
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, guest.fd, nullptr);
  std::unique_ptr<Guest> taken = std::move(*guest.place);
  silent_.erase(taken->place);
  ready_.push_back(std::move(taken));
}

void Lobby::refuse(Guest& guest, const Refusal& refusal) {
  guest.deadline_ms = now_ms() + limits_.farewell_ms_max;
  if (!limits_.tls) {
    const std::string answer = calls_.refuse(guest.address, refusal);
    [[maybe_unused]] const ssize_t sent = ::send(guest.fd, answer.data(), answer.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  }
  ::shutdown(guest.fd, SHUT_WR);
  if (static_cast<std::int64_t>(leaving_.size()) > limits_.connections_waiting_max) leaving_.pop_front();
}

void Lobby::release(Guest& guest) {
  leave(guest.address);
  silent_.erase(guest.place);
}

bool Lobby::release_the_longest_silent() {
  if (silent_.empty()) return false;
  release(*silent_.front());
  return true;
}

void Lobby::expire() {
  const std::int64_t now = now_ms();
  while (!leaving_.empty() && leaving_.front()->deadline_ms <= now) leaving_.pop_front();
  while (!silent_.empty() && silent_.front()->deadline_ms <= now) {
    Guest& guest = *silent_.front();
    if (limits_.tls || listen_to(guest) != Speech::some) {
      release(guest);
      continue;
    }
    leave(guest.address);
    guest.refused = true;
    leaving_.splice(leaving_.end(), silent_, guest.place);
    refuse(guest, {408, "The request's head came too slowly"});
  }
}

int Lobby::expiry_in_ms(int timeout_ms) const {
  std::int64_t next = now_ms() + timeout_ms;
  if (!silent_.empty()) next = std::min(next, silent_.front()->deadline_ms);
  if (!leaving_.empty()) next = std::min(next, leaving_.front()->deadline_ms);
  return static_cast<int>(std::max<std::int64_t>(0, next - now_ms()));
}

int Lobby::accept(int listener, sockaddr* address, socklen_t* size) {
  if (closed_.load() || ready_.empty() || ready_.front()->listener != listener) {
    if (closed_.load()) ::poll(nullptr, 0, 1);  // until the library has seen that it is stopped
    errno = EAGAIN;
    return -1;
  }
  const std::unique_ptr<Guest> guest = std::move(ready_.front());
  ready_.pop_front();
  recount();
  if (::getpeername(guest->fd, address, size) != 0) {  // it went away meanwhile
    leave(guest->address);
    errno = ECONNABORTED;
    return -1;
  }
  served_.fetch_add(1);
  return std::exchange(guest->fd, -1);
}

void Lobby::left(const std::string& address) {
  leave(address);
  served_.fetch_sub(1);
  if (ready_count_.load() == 0) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

void Lobby::close_listeners() {
  closed_.store(true);
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(wake_, &one, sizeof one);
}

bool Lobby::enter(const std::string& address) {
  MutexLock lock(mutex_);
  std::int64_t& count = by_address_[address];
  if (limits_.connections_per_address_max > 0 && count >= limits_.connections_per_address_max) return false;
  ++count;
  return true;
}

void Lobby::leave(const std::string& address) {
  MutexLock lock(mutex_);
  const auto found = by_address_.find(address);
  if (found != by_address_.end() && --found->second <= 0) by_address_.erase(found);
}

void Lobby::recount() {
  ready_count_.store(static_cast<std::int64_t>(ready_.size()));
  waiting_count_.store(static_cast<std::int64_t>(ready_.size() + silent_.size()));
}

void accept_through(Lobby* lobby) { lobby_of_thread = lobby; }

}  // namespace cvg

int cvg_accept(int fd, struct sockaddr* address, socklen_t* size) {
  if (cvg::lobby_of_thread == nullptr) return ::accept(fd, address, size);
  return cvg::lobby_of_thread->accept(fd, address, size);
}

int cvg_poll(struct pollfd* fds, nfds_t count, int timeout_ms) {
  if (cvg::lobby_of_thread != nullptr && count > 0) return cvg::lobby_of_thread->wait(fds, count, timeout_ms);
  return cvg::poll_of_connection(fds, count, timeout_ms);
}
