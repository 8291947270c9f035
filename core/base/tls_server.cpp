#include "core/base/tls_server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <ctime>
#include <string_view>

#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::string_view alpn_protocol = "http/1.1";

struct ContextDeleter {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, ContextDeleter>;

struct SslDeleter {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};
using Ssl = std::unique_ptr<SSL, SslDeleter>;

// The reason of OpenSSL's last error, for the operator.
std::string last_reason() {
  const unsigned long error = ERR_peek_last_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return reason == nullptr ? "no reason is known" : reason;
}

// The client's list is bytes of the form length, name.  The choice points into that list or into a constant.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  for (unsigned int at = 0; at < offered_size; at += 1U + offered[at]) {
    const std::string_view name(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (name != alpn_protocol) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Without it OpenSSL would ask a terminal for the passphrase.
int no_passphrase(char*, int, int, void*) { return 0; }

class OpenSslSession final : public TlsSession {
 public:
  explicit OpenSslSession(Ssl ssl) : ssl_(std::move(ssl)) {}

  Outcome handshake() override {
    ERR_clear_error();
    return outcome(SSL_accept(ssl_.get()));
  }
  Outcome read(char* buffer, std::size_t size, std::size_t& got) override {
    ERR_clear_error();
    return outcome(SSL_read_ex(ssl_.get(), buffer, size, &got));
  }
  Outcome write(const char* buffer, std::size_t size, std::size_t& got) override {
    ERR_clear_error();
    return outcome(SSL_write_ex(ssl_.get(), buffer, size, &got));
  }
  bool has_waiting() const override { return SSL_pending(ssl_.get()) > 0; }
  void say_goodbye() override {
    // After a fatal error nothing may be sent any more.
    if (!broken_ && SSL_is_init_finished(ssl_.get()) == 1) SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }

 private:
  Outcome outcome(int result) {
    if (result > 0) return Outcome::done;
    const int error = SSL_get_error(ssl_.get(), result);
    if (error == SSL_ERROR_WANT_READ) return Outcome::want_read;
    if (error == SSL_ERROR_WANT_WRITE) return Outcome::want_write;
    broken_ = broken_ || error == SSL_ERROR_SSL || error == SSL_ERROR_SYSCALL;
    ERR_clear_error();
    return Outcome::end;
  }

  Ssl ssl_;
  bool broken_ = false;
};

class OpenSslIdentity final : public TlsIdentity {
 public:
  OpenSslIdentity(Context context, std::int64_t valid_until_ms) : context_(std::move(context)), valid_until_ms_(valid_until_ms) {}

  std::unique_ptr<TlsSession> accept(int fd) const override {
    Ssl ssl(SSL_new(context_.get()));
    if (!ssl || SSL_set_fd(ssl.get(), fd) != 1) return nullptr;
    SSL_set_accept_state(ssl.get());
    return std::make_unique<OpenSslSession>(std::move(ssl));
  }
  std::int64_t valid_until_ms() const override { return valid_until_ms_; }

 private:
  Context context_;
  std::int64_t valid_until_ms_;
};

Result<Context> make_context(const TlsFiles& files) {
  if (files.version_min != "1.2" && files.version_min != "1.3")
    return Status(Code::config, fmt::format("'{}' is no version of TLS that can be asked for: 1.2 or 1.3", files.version_min));
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!context) return Status(Code::host, "TLS is not available: " + last_reason());
  SSL_CTX_set_min_proto_version(context.get(), files.version_min == "1.3" ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_security_level(context.get(), 2);
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_mode(context.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_early_data(context.get(), 0);
  SSL_CTX_set_alpn_select_cb(context.get(), choose_protocol, nullptr);
  SSL_CTX_set_default_passwd_cb(context.get(), no_passphrase);
  return context;
}

Status check_file(const std::string& path, std::string_view what, struct stat& found) {
  if (path.empty()) return Status(Code::config, fmt::format("A certificate and a key belong together: the {} is not named", what));
  if (::stat(path.c_str(), &found) != 0)
    return Status(Code::config, fmt::format("The {} {} cannot be read: {}", what, path, std::strerror(errno)));
  if (!S_ISREG(found.st_mode)) return Status(Code::config, fmt::format("The {} {} is not a regular file", what, path));
  return {};
}

Status load_certificate(SSL_CTX* context, const std::string& path) {
  struct stat found {};
  CVG_RETURN_IF_ERROR(check_file(path, "TLS certificate", found));
  if (SSL_CTX_use_certificate_chain_file(context, path.c_str()) == 1) return {};
  return Status(Code::config, fmt::format("The TLS certificate {} holds no certificate in PEM that can be used: {}", path, last_reason()));
}

Status load_key(SSL_CTX* context, const std::string& path) {
  struct stat found {};
  CVG_RETURN_IF_ERROR(check_file(path, "TLS key", found));
  if ((found.st_mode & 077) != 0)
    return Status(Code::config, fmt::format("The TLS key {} is open to others (mode {:04o}): it must be 0600", path, found.st_mode & 07777));
  if (SSL_CTX_use_PrivateKey_file(context, path.c_str(), SSL_FILETYPE_PEM) != 1) {
    const std::string reason = last_reason();
    if (reason.find("mismatch") != std::string::npos)
      return Status(Code::config, fmt::format("The TLS key {} is not the key of the certificate", path));
    return Status(Code::config, fmt::format("The TLS key {} holds no key in PEM without a passphrase: {}", path, reason));
  }
  if (SSL_CTX_check_private_key(context) != 1)
    return Status(Code::config, fmt::format("The TLS key {} is not the key of the certificate: {}", path, last_reason()));
  return {};
}

std::int64_t end_of(const X509* certificate) {
  std::tm end{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) != 1) return 0;
  return static_cast<std::int64_t>(::timegm(&end)) * 1000;
}

}  // namespace

Result<std::shared_ptr<const TlsIdentity>> TlsIdentity::load(const TlsFiles& files) {
  CVG_ASSIGN(Context context, make_context(files));
  CVG_RETURN_IF_ERROR(load_certificate(context.get(), files.certificate_file));
  CVG_RETURN_IF_ERROR(load_key(context.get(), files.key_file));
  const std::int64_t end = end_of(SSL_CTX_get0_certificate(context.get()));
  return std::shared_ptr<const TlsIdentity>(std::make_shared<OpenSslIdentity>(std::move(context), end));
}

}  // namespace cvg
