// Intake: every byte that CivetWeb receives on a connection passes here first.  CivetWeb 1.16 reads heads and bodies more
// leniently than is safe (limits.md section 1: items 5 to 11), and hides the bytes that would let a handler see it.  So the
// library keeps what it is good at (sockets, threads, keep-alive), and is handed one constant head per message, while the
// real head is parsed strictly here and the body is read from here: with a byte limit, a deadline and exact framing.
// TLS ends here as well, below the library, which sees plain connections only: every rule holds for both kinds.
// host/http/CMakeLists.txt renames recv, send and poll in CivetWeb's one C file to the functions at the end.
// One connection at a time, on its worker's thread; interrupt_when_idle() from any thread.
#pragma once

#include <poll.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/base/tls_server.h"
#include "host/http/framing.h"

namespace cvg {

struct IntakeLimits {
  FramingLimits framing;
  std::int64_t head_ms_max = 10'000;      // from a head's first byte to its last
  std::int64_t body_ms_max = 60'000;      // from the first wait for a body to its end
  std::int64_t write_ms_max = 60'000;     // for a client to take an answer
  std::int64_t linger_bytes_max = 32 << 20;  // what a refused client may still send before the connection is cut
  std::int64_t linger_ms_max = 2'000;
};

// What all connections of one server share.
struct IntakeCounts {
  std::atomic<std::int64_t> connections{0};  // served by a worker right now
  std::atomic<std::int64_t> in_flight{0};    // messages between their head's end and their answer's end
  std::atomic<std::int64_t> handshakes_failed{0};  // TLS, since the start
  std::atomic<bool> draining{false};
};

// Begins TLS on a connection's descriptor; an empty function: connections are plain.
using TlsAccept = std::function<std::unique_ptr<TlsSession>(int fd)>;

class Intake {
 public:
  Intake(const IntakeLimits& limits, IntakeCounts& counts, TlsAccept tls_accept = {})
      : limits_(limits), counts_(counts), tls_accept_(std::move(tls_accept)) {}
  ~Intake();
  Intake(const Intake&) = delete;
  Intake& operator=(const Intake&) = delete;

  void open();   // a connection begins on this thread
  void close();  // it ends; before its descriptor is closed

  // The current message; valid until end_message().
  const Head& head() const { return head_; }
  std::int64_t messages() const { return messages_; }  // of this connection so far, the current one too
  // The whole body, once.
  Result<std::string> read_body();
  // Gives the client so much time for the answer that is written next.
  void begin_write(std::size_t bytes);
  // Whether the next message can be found: the body was read, or is here already and can be skipped.
  bool skip_body();
  // The answer was written.
  void end_message();
  // Ends our side and reads what still comes, within limits, so that the client sees the answer and not a reset.
  void linger();

  // Wakes a connection that waits for a message (it then ends); one that is being answered is left alone.
  void interrupt_when_idle();
  // The same for one that has waited long: idle_ms between two messages, first_ms for its first one.  true: it ends.
  bool interrupt_when_idle_for(std::int64_t idle_ms, std::int64_t first_ms);

  // The three functions below, for the connection of the calling thread.
  ssize_t receive(int fd, char* buffer, std::size_t size);
  bool has_waiting(int fd);
  ssize_t send(int fd, const void* buffer, std::size_t size, int flags);

 private:
  enum class State : std::uint8_t { closed, idle, busy };
  enum class Got : std::uint8_t { bytes, end, timeout };

  void learn_descriptor(int fd);
  void say_goodbye();
  Got begin_tls(int fd, std::int64_t deadline_ms);
  TlsSession::Outcome take(int fd, char* buffer, std::size_t size, std::size_t& got);
  Got receive_more(int fd, std::int64_t deadline_ms, std::string& to, std::size_t bytes_max);
  void drop_message();
  bool read_head(int fd, std::int64_t deadline_ms);
  Status read_length_body(std::string& body);
  Status read_chunked_body(std::string& body);

  const IntakeLimits& limits_;
  IntakeCounts& counts_;
  const TlsAccept tls_accept_;
  std::unique_ptr<TlsSession> tls_;  // of this connection, once its first byte was seen
  Head head_;
  std::string buffer_;       // received and not yet behind us; a message's head is its beginning
  std::string overrun_;      // received while a chunked body was read, and belonging to the next message
  std::size_t message_end_ = 0;  // how much of buffer_ belongs to the current message
  std::int64_t body_left_ = 0;   // of a body with a length: bytes not yet taken
  bool body_done_ = true;
  std::int64_t messages_ = 0;
  std::int64_t write_deadline_ms_ = 0;

  Mutex mutex_;
  State state_ CVG_GUARDED_BY(mutex_) = State::closed;
  std::int64_t idle_since_ms_ CVG_GUARDED_BY(mutex_) = 0;
  bool had_message_ CVG_GUARDED_BY(mutex_) = false;
  int fd_ = -1;  // written under the mutex by the worker's thread, read by it without
};

// poll() of a worker's connection: what the intake holds already counts as readable.
int poll_of_connection(pollfd* fds, nfds_t count, int timeout_ms);

}  // namespace cvg

extern "C" {
ssize_t cvg_recv(int fd, void* buffer, size_t size, int flags);
ssize_t cvg_send(int fd, const void* buffer, size_t size, int flags);
}
