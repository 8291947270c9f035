// Server: sockets, threads and keep-alive, by CivetWeb; this pair of files is the only place that knows the library.  Every
// message goes to one front controller, and every answer leaves in one write.  start() and stop() on one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/status.h"
#include "host/http/framing.h"
#include "host/http/intake.h"
#include "host/http/request.h"
#include "host/http/response.h"

namespace cvg {

// What the server asks for every message; called by all worker threads at once.
class FrontController {
 public:
  virtual ~FrontController() = default;
  virtual Response handle(const Request& request, BodySource& body) = 0;
  // The answer to a message whose framing is refused, or (status 503) that came while the server drains.
  // Also called by the accepting thread, with nothing but the client's address in the request.
  virtual Response refuse(const Request& request, const Refusal& refusal) = 0;
  // Whether this message is still handled while the server drains.
  virtual bool answers_while_draining(const Request&) { return false; }
};

struct ServerOptions {
  std::string listen = "127.0.0.1:0";  // HOST:PORT; port 0 takes a free one
  std::int64_t threads = 64;           // a worker serves one connection at a time, from its beginning to its end
  std::int64_t connections_waiting_max = 128;  // silent or waiting for a worker; more wait in the kernel
  std::int64_t connections_per_address_max = 0;  // of one client address, waiting and served; 0: no limit
  std::int64_t keep_alive_ms = 5'000;  // how long an idle connection may hold its worker
  // While others wait for a worker, a connection ends after so many messages, so that they get their turn.
  std::int64_t keep_alive_messages_when_full_max = 64;
  std::int64_t idle_ms_when_full_max = 100;       // then an idle one ends as early as this
  std::int64_t first_ms_when_full_max = 2'000;    // and one whose first message is still not here
  std::int64_t drain_ms_max = 30'000;
  TlsFiles tls;  // certificate_file empty: plain HTTP
  IntakeLimits intake;
};

class Server {
 public:
  // The controller outlives the server.
  static Result<std::unique_ptr<Server>> start(const ServerOptions& options, FrontController& controller);
  virtual ~Server() = default;  // stops

  virtual int port() const = 0;
  // Answers new messages with 503, lets those in flight finish (drain_ms_max at most), then closes everything.
  virtual void stop() = 0;
  // Reads certificate and key again; connections that begin from now on get them.  After an error the old ones stay.
  virtual Status renew_certificate() = 0;
  // Since 1970; 0: there is no TLS.
  virtual std::int64_t certificate_valid_until_ms() const = 0;
  virtual std::int64_t handshakes_failed() const = 0;
  virtual std::int64_t connections() const = 0;
  virtual std::int64_t in_flight() const = 0;
  virtual std::int64_t waiting() const = 0;                  // connections without a worker
  virtual std::int64_t refused_by_address() const = 0;  // since the start
};

}  // namespace cvg
