#include "host/http/server.h"

#include <civetweb.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>
#include <vector>

#include "core/base/clock.h"
#include "core/base/text.h"
#include "host/http/listen_address.h"
#include "host/http/lobby.h"

namespace cvg {
namespace {

constexpr std::int64_t quiet_ms_after_drain = 500;  // for connections that begin while the last answers leave
constexpr rlim_t open_files_wanted = 65'536;
constexpr std::size_t file_piece_bytes = 1 << 20;
constexpr int civet_handled = 200;  // begin_request's "done"; any number above zero

// Out of descriptors, CivetWeb's accepting thread would spin: the connections' own limit must be the smaller one.
void raise_open_files_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, open_files_wanted));
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class IntakeBody final : public BodySource {
 public:
  IntakeBody(mg_connection* connection, Intake& intake) : connection_(connection), intake_(intake) {}
  Result<std::string> read() override {
    if (intake_.head().expects_continue && !asked_) {
      asked_ = true;
      constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
      mg_write(connection_, go_on.data(), go_on.size());
    }
    return intake_.read_body();
  }

 private:
  mg_connection* connection_;
  Intake& intake_;
  bool asked_ = false;
};

// False when the client went away, or when the file cannot be read: then the connection must end, as the answer is cut.
bool send_file(mg_connection* connection, const OpenFile& file) {
  std::string piece(file_piece_bytes, '\0');
  for (std::int64_t at = 0; at < file.bytes;) {
    const auto wanted = static_cast<std::size_t>(std::min<std::int64_t>(file.bytes - at, static_cast<std::int64_t>(piece.size())));
    const ssize_t count = ::pread(file.fd.get(), piece.data(), wanted, at);
    if (count <= 0 || mg_write(connection, piece.data(), static_cast<std::size_t>(count)) != static_cast<int>(count)) return false;
    at += count;
  }
  return true;
}

class ConnectionWriter final : public StreamWriter {
 public:
  ConnectionWriter(mg_connection* connection, Intake& intake, const std::atomic<bool>& draining)
      : connection_(connection), intake_(intake), draining_(draining) {}
  bool write(std::string_view bytes) override {
    intake_.begin_write(bytes.size());
    return mg_write(connection_, bytes.data(), bytes.size()) == static_cast<int>(bytes.size());
  }
  bool stopping() const override { return draining_.load(); }

 private:
  mg_connection* connection_;
  Intake& intake_;
  const std::atomic<bool>& draining_;
};

class CivetServer final : public Server {
 public:
  CivetServer(const ServerOptions& options, FrontController& controller)
      : options_(options), controller_(controller), lobby_(lobby_limits(options), lobby_calls()) {}
  ~CivetServer() override { stop(); }

  Status begin();
  int port() const override { return port_; }
  void stop() override;
  Status renew_certificate() override;
  std::int64_t certificate_valid_until_ms() const override;
  std::int64_t handshakes_failed() const override { return counts_.handshakes_failed.load(); }
  std::int64_t connections() const override { return counts_.connections.load(); }
  std::int64_t in_flight() const override { return counts_.in_flight.load(); }
  std::int64_t waiting() const override { return lobby_.waiting(); }
  std::int64_t refused_by_address() const override { return lobby_.refused(); }

 private:
  static LobbyLimits lobby_limits(const ServerOptions& options);
  Lobby::Calls lobby_calls();
  static CivetServer& of(const mg_context* context) { return *static_cast<CivetServer*>(mg_get_user_data(context)); }
  static Intake& intake_of(const mg_connection* connection) {
    return *static_cast<Intake*>(mg_get_thread_pointer(connection));
  }
  static void* on_thread_begin(const mg_context* context, int type);
  static int on_connection_begin(const mg_connection* connection, void** data);
  static void on_connection_end(const mg_connection* connection);
  static int on_message(mg_connection* connection);

  TlsAccept tls_accept();
  Response answer(mg_connection* connection, Intake& intake);
  Response handle_safely(const Request& request, BodySource& body);
  bool must_close(const Intake& intake) const;
  void serve(mg_connection* connection, Intake& intake);
  void wait_until_quiet();
  void interrupt_idle();
  void make_room(std::int64_t wanted);

  const ServerOptions options_;
  FrontController& controller_;
  IntakeCounts counts_;
  mutable Mutex mutex_;
  std::shared_ptr<const TlsIdentity> identity_ CVG_GUARDED_BY(mutex_);  // shared with a connection that begins while it is renewed
  std::vector<std::unique_ptr<Intake>> intakes_ CVG_GUARDED_BY(mutex_);  // one per worker thread, until stop()
  Lobby lobby_;
  mg_context* context_ = nullptr;
  int port_ = 0;
};

void* CivetServer::on_thread_begin(const mg_context* context, int type) {
  CivetServer& server = of(context);
  if (type == 0) accept_through(&server.lobby_);
  if (type != 1) return nullptr;  // only workers serve connections
  MutexLock lock(server.mutex_);
  server.intakes_.push_back(std::make_unique<Intake>(server.options_.intake, server.counts_, server.tls_accept()));
  return server.intakes_.back().get();
}

LobbyLimits CivetServer::lobby_limits(const ServerOptions& options) {
  LobbyLimits limits;
  limits.workers = options.threads;
  limits.connections_waiting_max = options.connections_waiting_max;
  limits.connections_per_address_max = options.connections_per_address_max;
  limits.head_ms_max = options.intake.head_ms_max;
  limits.tls = !options.tls.certificate_file.empty();
  limits.framing = options.intake.framing;
  return limits;
}

Lobby::Calls CivetServer::lobby_calls() {
  return {[this](const std::string& address, const Refusal& refusal) {
            Request request;
            request.client_address = address;
            Response response = controller_.refuse(request, refusal);
            response.close = true;
            return to_bytes(response, false);
          },
          [this](std::int64_t wanted) { make_room(wanted); }};
}

TlsAccept CivetServer::tls_accept() {
  if (options_.tls.certificate_file.empty()) return {};
  return [this](int fd) {
    std::shared_ptr<const TlsIdentity> identity;
    {
      MutexLock lock(mutex_);
      identity = identity_;
    }
    return identity->accept(fd);
  };
}

Status CivetServer::renew_certificate() {
  if (options_.tls.certificate_file.empty() && options_.tls.key_file.empty()) return {};
  CVG_ASSIGN(std::shared_ptr<const TlsIdentity> identity, TlsIdentity::load(options_.tls));
  MutexLock lock(mutex_);
  identity_ = std::move(identity);
  return {};
}

std::int64_t CivetServer::certificate_valid_until_ms() const {
  MutexLock lock(mutex_);
  return identity_ ? identity_->valid_until_ms() : 0;
}

int CivetServer::on_connection_begin(const mg_connection* connection, void**) {
  intake_of(connection).open();
  return 0;
}

void CivetServer::on_connection_end(const mg_connection* connection) {
  intake_of(connection).close();
  of(mg_get_context(connection)).lobby_.left(mg_get_request_info(connection)->remote_addr);
}

int CivetServer::on_message(mg_connection* connection) {
  of(mg_get_context(connection)).serve(connection, intake_of(connection));
  return civet_handled;
}

Response CivetServer::handle_safely(const Request& request, BodySource& body) {
  try {
    return controller_.handle(request, body);
  } catch (const std::exception& error) {
    return controller_.refuse(request, {500, error.what()});
  }
}

Response CivetServer::answer(mg_connection* connection, Intake& intake) {
  const Head& head = intake.head();
  Request request = head.request;
  request.client_address = mg_get_request_info(connection)->remote_addr;
  if (head.refusal) return controller_.refuse(request, head.refusal);
  if (counts_.draining.load() && !controller_.answers_while_draining(request))
    return controller_.refuse(request, {503, "The server is shutting down"});
  IntakeBody body(connection, intake);
  return handle_safely(request, body);
}

bool CivetServer::must_close(const Intake& intake) const {
  if (intake.head().refusal || intake.head().wants_close || counts_.draining.load()) return true;
  const bool full = counts_.connections.load() >= options_.threads;
  return full && lobby_.ready() > 0 && intake.messages() >= options_.keep_alive_messages_when_full_max;
}

void CivetServer::serve(mg_connection* connection, Intake& intake) {
  Response response = answer(connection, intake);
  const bool unread = !intake.skip_body();
  response.close = response.close || response.stream || unread || must_close(intake);
  const std::string bytes = to_bytes(response, intake.head().request.method == Method::head);
  const bool with_file = response.file && intake.head().request.method != Method::head;
  intake.begin_write(bytes.size() + (with_file ? static_cast<std::size_t>(response.file->bytes) : 0));
  bool whole = mg_write(connection, bytes.data(), bytes.size()) == static_cast<int>(bytes.size());
  if (whole && with_file) whole = send_file(connection, *response.file);
  if (response.close || !whole) mg_disable_connection_keep_alive(connection);
  if (response.stream && whole && intake.head().request.method != Method::head) {
    ConnectionWriter writer(connection, intake, counts_.draining);
    response.stream(writer);
  }
  if (unread) intake.linger();
  intake.end_message();
}

Status CivetServer::begin() {
  CVG_RETURN_IF_ERROR(renew_certificate());
  raise_open_files_limit();
  mg_init_library(MG_FEATURES_DEFAULT);
  mg_callbacks callbacks{};
  callbacks.begin_request = on_message;
  callbacks.init_thread = on_thread_begin;
  callbacks.init_connection = on_connection_begin;
  callbacks.connection_close = on_connection_end;
  callbacks.log_message = [](const mg_connection*, const char*) { return 1; };
  const std::string threads = std::to_string(options_.threads);
  const std::string queue = std::to_string(options_.threads);  // those who wait for long do so in the lobby
  const std::string timeout = std::to_string(options_.intake.head_ms_max);
  const std::string keep_alive = std::to_string(options_.keep_alive_ms);
  const std::array<const char*, 21> settings{
      "listening_ports", options_.listen.c_str(), "num_threads", threads.c_str(),
      "connection_queue", queue.c_str(), "request_timeout_ms", timeout.c_str(), "keep_alive_timeout_ms",
      keep_alive.c_str(), "enable_keep_alive", "yes", "tcp_nodelay", "1", "decode_url", "no",
      "access_control_allow_methods", "", "access_control_allow_origin", "", nullptr};
  mg_init_data init{};
  init.callbacks = &callbacks;
  init.user_data = this;
  init.configuration_options = const_cast<const char**>(settings.data());
  context_ = mg_start2(&init, nullptr);
  if (context_ == nullptr) return Status(Code::unavailable, why_not_listening(options_.listen));
  mg_server_port ports[1]{};
  if (mg_get_server_ports(context_, 1, ports) > 0) port_ = ports[0].port;
  return {};
}

// In flight: nothing.  Then a moment for connections that are ending by themselves: closing under a client's hands what it
// has just sent would be a lost answer.
void CivetServer::wait_until_quiet() {
  const SystemClock clock;
  const std::int64_t end = clock.monotonic_ms() + options_.drain_ms_max;
  std::int64_t quiet_since = 0;
  while (clock.monotonic_ms() < end) {
    const bool flying = counts_.in_flight.load() > 0 || lobby_.ready() > 0;
    if (!flying && counts_.connections.load() == 0) return;
    if (flying) quiet_since = 0;
    else if (quiet_since == 0) quiet_since = clock.monotonic_ms();
    else if (clock.monotonic_ms() - quiet_since > quiet_ms_after_drain) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

void CivetServer::make_room(std::int64_t wanted) {
  MutexLock lock(mutex_);
  for (const auto& intake : intakes_)
    if (wanted > 0 && intake->interrupt_when_idle_for(options_.idle_ms_when_full_max, options_.first_ms_when_full_max)) --wanted;
}

void CivetServer::interrupt_idle() {
  MutexLock lock(mutex_);
  for (const auto& intake : intakes_) intake->interrupt_when_idle();
}

void CivetServer::stop() {
  if (context_ == nullptr) return;
  counts_.draining.store(true);
  interrupt_idle();
  wait_until_quiet();
  interrupt_idle();  // connections that came while the last answers left, and still say nothing
  lobby_.close_listeners();
  mg_stop(context_);
  context_ = nullptr;
  mg_exit_library();
}

}  // namespace

Result<std::unique_ptr<Server>> Server::start(const ServerOptions& options, FrontController& controller) {
  auto server = std::make_unique<CivetServer>(options, controller);
  CVG_RETURN_IF_ERROR(server->begin());
  return std::unique_ptr<Server>(std::move(server));
}

}  // namespace cvg
