#include "core/base/tls_server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

// Certificates are made by the openssl program, once per test program.
class TlsServerTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ::signal(SIGPIPE, SIG_IGN);
    folder = fmt::format("{}tls_server_{}", testing::TempDir(), ::getpid());
    ASSERT_EQ(std::system(("mkdir -p " + folder).c_str()), 0);
    for (const char* name : {"a", "b"})
      ASSERT_EQ(std::system(fmt::format("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
                                        "-subj /CN=localhost -keyout {0}/{1}.key -out {0}/{1}.pem >{0}/log 2>&1", folder, name).c_str()),
                0);
  }
  static void TearDownTestSuite() { EXPECT_EQ(std::system(("rm -r " + folder).c_str()), 0); }
  static TlsFiles files(const char* certificate = "a.pem", const char* key = "a.key") {
    return {folder + "/" + certificate, folder + "/" + key, "1.2"};
  }
  static std::string refusal(const TlsFiles& wrong) {
    const auto loaded = TlsIdentity::load(wrong);
    EXPECT_EQ(loaded.status().code(), Code::config);
    return loaded.status().text();
  }
  static std::string folder;
};
std::string TlsServerTest::folder;

// A client on the other end of a pair of sockets; both ends never block and take turns on one thread.
struct Pair {
  explicit Pair(const TlsIdentity& identity, std::vector<unsigned char> protocols = {}, int version_max = 0)
      : context(SSL_CTX_new(TLS_client_method())) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends), 0);
    if (version_max != 0) SSL_CTX_set_max_proto_version(context, version_max);
    client = SSL_new(context);
    if (!protocols.empty()) SSL_set_alpn_protos(client, protocols.data(), static_cast<unsigned>(protocols.size()));
    SSL_set_fd(client, ends[1]);
    server = identity.accept(ends[0]);
  }
  ~Pair() {
    server.reset();
    SSL_free(client);
    SSL_CTX_free(context);
    ::close(ends[0]);
    ::close(ends[1]);
  }
  bool shake() {
    auto outcome = TlsSession::Outcome::want_read;
    for (int turn = 0; turn < 20; ++turn) {
      const int connected = SSL_connect(client);
      if (outcome != TlsSession::Outcome::done) outcome = server->handshake();
      if (outcome == TlsSession::Outcome::end) return false;
      if (connected == 1 && outcome == TlsSession::Outcome::done) return true;
    }
    return false;
  }
  SSL_CTX* context;
  SSL* client = nullptr;
  std::unique_ptr<TlsSession> server;
  int ends[2]{-1, -1};
};

TEST_F(TlsServerTest, BytesGoBothWaysAndTheEndIsTold) {
  const auto identity = TlsIdentity::load(files());
  ASSERT_TRUE(identity.ok()) << identity.status().text();
  Pair pair(**identity);
  ASSERT_TRUE(pair.shake());
  ASSERT_EQ(SSL_write(pair.client, "hello", 5), 5);
  char buffer[16];
  std::size_t got = 0;
  ASSERT_EQ(pair.server->read(buffer, 2, got), TlsSession::Outcome::done);
  EXPECT_EQ(got, 2u);
  EXPECT_TRUE(pair.server->has_waiting());
  ASSERT_EQ(pair.server->read(buffer, sizeof buffer, got), TlsSession::Outcome::done);
  EXPECT_EQ(std::string(buffer, got), "llo");
  EXPECT_FALSE(pair.server->has_waiting());
  EXPECT_EQ(pair.server->read(buffer, sizeof buffer, got), TlsSession::Outcome::want_read);
  ASSERT_EQ(pair.server->write("answer", 6, got), TlsSession::Outcome::done);
  pair.server->say_goodbye();
  EXPECT_EQ(SSL_read(pair.client, buffer, sizeof buffer), 6);
  EXPECT_EQ(SSL_read(pair.client, buffer, sizeof buffer), 0);
  EXPECT_EQ(SSL_get_error(pair.client, 0), SSL_ERROR_ZERO_RETURN);
}

TEST_F(TlsServerTest, AClientThatTakesNothingLeavesTheServerWaiting) {
  const auto identity = TlsIdentity::load(files());
  Pair pair(**identity);
  ASSERT_TRUE(pair.shake());
  const std::string much(1 << 20, 'x');
  std::size_t got = 0;
  auto outcome = TlsSession::Outcome::done;
  for (int i = 0; i < 1000 && outcome == TlsSession::Outcome::done; ++i) outcome = pair.server->write(much.data(), much.size(), got);
  EXPECT_EQ(outcome, TlsSession::Outcome::want_write);
}

TEST_F(TlsServerTest, NonsenseEndsTheHandshake) {
  const auto identity = TlsIdentity::load(files());
  Pair pair(**identity);
  ASSERT_EQ(::write(pair.ends[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
  EXPECT_EQ(pair.server->handshake(), TlsSession::Outcome::end);
  pair.server->say_goodbye();
}

TEST_F(TlsServerTest, ClientsThatSpeakOnlyHttp2AreRefused) {
  const auto identity = TlsIdentity::load(files());
  EXPECT_FALSE(Pair(**identity, {2, 'h', '2'}).shake());
  Pair both(**identity, {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'});
  ASSERT_TRUE(both.shake());
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(both.client, &name, &size);
  EXPECT_EQ(std::string_view(reinterpret_cast<const char*>(name), size), "http/1.1");
}

TEST_F(TlsServerTest, VersionsBelowTheConfiguredOneAreRefused) {
  const auto identity = TlsIdentity::load(files());
  EXPECT_FALSE(Pair(**identity, {}, TLS1_1_VERSION).shake());
  EXPECT_TRUE(Pair(**identity, {}, TLS1_2_VERSION).shake());
  TlsFiles strict = files();
  strict.version_min = "1.3";
  EXPECT_FALSE(Pair(**TlsIdentity::load(strict), {}, TLS1_2_VERSION).shake());
}

TEST_F(TlsServerTest, WrongFilesAreToldInASentence) {
  EXPECT_EQ(refusal(files("a.pem", "b.key")), "The TLS key " + folder + "/b.key is not the key of the certificate");
  EXPECT_NE(refusal(files("a.key")).find("holds no certificate in PEM"), std::string::npos);
  EXPECT_NE(refusal(files("a.pem", "a.pem")).find("open to others"), std::string::npos);
  EXPECT_NE(refusal(files("none.pem")).find("cannot be read: No such file or directory"), std::string::npos);
  EXPECT_NE(refusal({folder, folder, "1.2"}).find("is not a regular file"), std::string::npos);
  EXPECT_NE(refusal({files().certificate_file, "", "1.2"}).find("the TLS key is not named"), std::string::npos);
  EXPECT_NE(refusal({files().certificate_file, files().key_file, "1.1"}).find("1.2 or 1.3"), std::string::npos);
}

TEST_F(TlsServerTest, AKeyWithAPassphraseAsksNobody) {
  ASSERT_EQ(std::system(fmt::format("openssl ec -aes256 -passout pass:secret -in {0}/a.key -out {0}/locked.key 2>{0}/log && chmod 600 {0}/locked.key", folder).c_str()), 0);
  EXPECT_NE(refusal(files("a.pem", "locked.key")).find("without a passphrase"), std::string::npos);
}

TEST_F(TlsServerTest, TheCertificatesEndIsKnown) {
  const auto identity = TlsIdentity::load(files());
  const std::int64_t left = (*identity)->valid_until_ms() - static_cast<std::int64_t>(std::time(nullptr)) * 1000;
  EXPECT_GT(left, 86'400'000);
  EXPECT_LE(left, 2 * 86'400'000);
}

}  // namespace
}  // namespace cvg
