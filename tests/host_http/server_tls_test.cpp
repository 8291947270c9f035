#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <cstdlib>

#include "core/base/files.h"
#include "tests/host_http/server_fixture.h"

// The traps once more over TLS: the library sees the same plain connections, so the same must be true.
namespace cvg {
namespace {

// A client that trusts everybody.
class TlsClient final : public Client {
 public:
  explicit TlsClient(int port) : Client(port), context_(SSL_CTX_new(TLS_client_method())), ssl_(SSL_new(context_)) {
    SSL_set_fd(ssl_, fd_);
    shaken_ = SSL_connect(ssl_) == 1;
  }
  ~TlsClient() override {
    SSL_free(ssl_);
    SSL_CTX_free(context_);
  }
  bool shaken() const { return shaken_; }
  // The end was told by TLS, not by a cut.
  bool ended_properly() { return ended() && SSL_get_shutdown(ssl_) == SSL_RECEIVED_SHUTDOWN; }

 private:
  ssize_t put(std::string_view bytes) override { return SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size())); }
  ssize_t take(char* buffer, std::size_t size) override { return SSL_read(ssl_, buffer, static_cast<int>(size)); }
  SSL_CTX* context_;
  SSL* ssl_;
  bool shaken_ = false;
};

class ServerTlsTest : public ServerTest {
 protected:
  static void SetUpTestSuite() {
    folder = fmt::format("{}server_tls_{}", testing::TempDir(), ::getpid());
    ASSERT_TRUE(make_folders(folder, 0700).ok());
    ASSERT_EQ(std::system(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                                      "-subj /CN=localhost -keyout {0}/key.pem -out {0}/cert.pem >{0}/log 2>&1", folder).c_str()), 0);
  }
  static void TearDownTestSuite() { EXPECT_EQ(std::system(("rm -r " + folder).c_str()), 0); }
  void adjust(ServerOptions& options) override {
    options.tls = {folder + "/cert.pem", folder + "/key.pem", "1.2"};
    options.intake.head_ms_max = 600;
    options.intake.body_ms_max = 600;
  }
  void expect_refused_by_tls(const std::string& bytes, int status) {
    TlsClient client(server->port());
    client.send(bytes + message("GET /smuggled"));
    EXPECT_EQ(status_of(client.answer()), status) << bytes;
    EXPECT_TRUE(client.ended_properly()) << bytes;
  }
  static std::string folder;
};
std::string ServerTlsTest::folder;

TEST_F(ServerTlsTest, Trap2HttpsAnswersOnDebiansOpenSsl) {
  for (int i = 0; i < 20; ++i) {
    TlsClient client(server->port());
    ASSERT_TRUE(client.shaken());
    for (int j = 0; j < 3; ++j) EXPECT_EQ(body_of(client.ask(message("GET /x"))), "GET /x 0 ");
  }
  EXPECT_EQ(server->handshakes_failed(), 0);
}

TEST_F(ServerTlsTest, HeadsAndBodiesHaveTheSameLimits) {
  std::string headers;
  for (int i = 0; i < 63; ++i) headers += fmt::format("X-{}: 1\r\n", i);
  expect_refused_by_tls(message("POST /", headers + "X-63: 1\r\nContent-Length: 3\r\n", "abc"), 431);
  expect_refused_by_tls(message("POST /", "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"), 400);
  expect_refused_by_tls(message("POST /", "Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"), 400);
  expect_refused_by_tls(message("POST /", fmt::format("Content-Length: {}\r\n", (10 << 20) + 1)), 413);
  TlsClient client(server->port());
  const std::string body(10 << 20, 'x');
  EXPECT_EQ(body_of(client.ask(message("POST /", fmt::format("Content-Length: {}\r\n", body.size()), body))), "POST / 10485760 ");
}

TEST_F(ServerTlsTest, SlowHeadsSlowBodiesAndSlowHandshakesAreCut) {
  TlsClient head(server->port()), body(server->port());
  head.send("GET / HT");
  body.send(message("POST /", "Content-Length: 100\r\n", "abc"));
  Client silent(server->port()), still(server->port());
  still.send(std::string("\x16\x03\x01\x02\x00", 5));
  EXPECT_EQ(status_of(head.answer()), 408);
  EXPECT_EQ(status_of(body.answer()), 408);
  EXPECT_TRUE(still.ended());
}

TEST_F(ServerTlsTest, StopLetsAnswersInFlightLeave) {
  TlsClient busy(server->port());
  busy.send(message("GET /slow"));
  echo.wait_until_slow();
  std::thread stopping([&] { server->stop(); });
  echo.release();
  EXPECT_EQ(body_of(busy.answer()), "GET /slow 0 ");
  EXPECT_TRUE(busy.ended_properly());
  stopping.join();
}

TEST_F(ServerTlsTest, PlainHttpIsToldThatThePortSpeaksHttps) {
  Client client(server->port());
  const std::string answer = client.ask(message("GET /"));
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_NE(answer.find("HTTPS only"), std::string::npos);
  EXPECT_TRUE(client.ended());
}

TEST_F(ServerTlsTest, ABadRenewalLeavesTheOldCertificate) {
  EXPECT_TRUE(server->renew_certificate().ok());
  EXPECT_GT(server->certificate_valid_until_ms(), 0);
  ASSERT_EQ(::rename((folder + "/cert.pem").c_str(), (folder + "/away.pem").c_str()), 0);
  EXPECT_EQ(server->renew_certificate().code(), Code::config);
  EXPECT_EQ(status_of(TlsClient(server->port()).ask(message("GET /"))), 200);
  ASSERT_EQ(::rename((folder + "/away.pem").c_str(), (folder + "/cert.pem").c_str()), 0);
}

}  // namespace
}  // namespace cvg
