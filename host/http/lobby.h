// Lobby: where connections wait until they have said something, and until a worker is free for them.  CivetWeb gives every
// connection a worker from its beginning to its end, so that a few silent ones would hold them all.  Here the accepting
// thread takes connections from the kernel, watches them together, and hands over only those whose first head (with TLS:
// whose greeting) is complete, and only when a worker is free.  It also counts connections per client address, ends the
// silent ones at their deadline, and asks for room when all workers are taken.
// host/http/CMakeLists.txt renames accept and poll in CivetWeb's one C file to the functions at the end.
// wait() and accept() belong to the accepting thread; the rest to any.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "host/http/framing.h"

namespace cvg {

struct LobbyLimits {
  std::int64_t workers = 64;                         // connections that are handed over at once
  std::int64_t connections_waiting_max = 128;        // then the one that has been silent longest goes, or the kernel waits
  std::int64_t connections_per_address_max = 0;      // waiting and handed over; 0: no limit
  std::int64_t head_ms_max = 10'000;                 // from a connection's beginning to the end of its first head
  std::int64_t farewell_ms_max = 1'000;              // how long one that was refused may take to read why
  bool tls = false;
  FramingLimits framing;
};

class Lobby {
 public:
  struct Calls {
    // The whole answer to a connection that is refused with this status; plain connections alone can read it.
    std::function<std::string(const std::string& address, const Refusal& refusal)> refuse;
    // So many connections wait although they have spoken: idle ones should go.
    std::function<void(std::int64_t wanted)> make_room;
  };
  Lobby(const LobbyLimits& limits, Calls calls);
  ~Lobby();  // ends everybody who still waits
  Lobby(const Lobby&) = delete;
  Lobby& operator=(const Lobby&) = delete;

  // poll() and accept() of the accepting thread.  wait() answers as soon as accept() has a connection to give.
  int wait(pollfd* listeners, nfds_t count, int timeout_ms);
  int accept(int listener, sockaddr* address, socklen_t* size);

  // A connection of this address that was handed over has ended.
  void left(const std::string& address);
  // Wakes the accepting thread for good; it takes no more connections.
  void close_listeners();

  std::int64_t ready() const { return ready_count_.load(); }      // have spoken and wait for a worker
  std::int64_t waiting() const { return waiting_count_.load(); }  // those and the silent ones
  std::int64_t refused() const { return refused_count_.load(); }  // by the limit per address, since the start

 private:
  struct Guest;
  using Guests = std::list<std::unique_ptr<Guest>>;
  enum class Speech : std::uint8_t { none, some, whole, ended };

  void learn_listeners(const pollfd* listeners, nfds_t count);
  int mark_ready(pollfd* listeners, nfds_t count) const;
  bool has_free_worker() const;
  void take_events(int timeout_ms);
  void take_connections(int listener);
  void welcome(int fd, int listener, std::string address);
  Speech listen_to(const Guest& guest);
  void hear(Guest& guest);
  void expire();
  int expiry_in_ms(int timeout_ms) const;
  void refuse(Guest& guest, const Refusal& refusal);
  void release(Guest& guest);
  bool release_the_longest_silent();
  bool enter(const std::string& address);
  void leave(const std::string& address);
  void watch_listeners(bool on);
  void recount();

  const LobbyLimits limits_;
  const Calls calls_;
  int epoll_ = -1, wake_ = -1;
  std::map<int, bool> listeners_;  // descriptor -> whether it is watched
  Guests silent_, leaving_;        // in the order of their deadlines
  std::deque<std::unique_ptr<Guest>> ready_;
  std::string peeked_;
  std::atomic<bool> closed_{false};
  std::atomic<std::int64_t> ready_count_{0}, waiting_count_{0}, refused_count_{0}, served_{0};
  Mutex mutex_;
  std::map<std::string, std::int64_t> by_address_ CVG_GUARDED_BY(mutex_);
};

// The calling thread accepts connections through this lobby from now on; nullptr: as the kernel gives them.
void accept_through(Lobby* lobby);

}  // namespace cvg

extern "C" {
int cvg_accept(int fd, struct sockaddr* address, socklen_t* size);
int cvg_poll(struct pollfd* fds, nfds_t count, int timeout_ms);
}
