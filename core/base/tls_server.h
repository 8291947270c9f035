// The server's side of TLS; the wall around OpenSSL's.  TlsIdentity is a certificate with its key, loaded and checked once;
// TlsSession is one connection's TLS over a descriptor that stays its owner's.  Versions below the configured one, ciphers
// below OpenSSL's security level 2, renegotiation, compression and early data are off, and the one protocol of ALPN is
// http/1.1: a client that offers others alone is refused by an alert.
// An identity serves any thread; a session one thread at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "core/base/status.h"

namespace cvg {

class TlsSession {
 public:
  // want_read, want_write: call again when the descriptor can be read or written; end: the connection is over.
  enum class Outcome : std::uint8_t { done, want_read, want_write, end };

  virtual ~TlsSession() = default;
  virtual Outcome handshake() = 0;
  // done: got > 0 bytes were read or written.
  virtual Outcome read(char* buffer, std::size_t size, std::size_t& got) = 0;
  virtual Outcome write(const char* buffer, std::size_t size, std::size_t& got) = 0;
  virtual bool has_waiting() const = 0;  // decrypted bytes that no read has taken yet
  virtual void say_goodbye() = 0;        // close_notify, if it can leave at once
};

struct TlsFiles {
  std::string certificate_file;  // PEM: the server's certificate first, then what leads to a known authority; empty: no TLS
  std::string key_file;          // PEM, without a passphrase, open to nobody but its owner
  std::string version_min = "1.2";  // or 1.3
};

class TlsIdentity {
 public:
  virtual ~TlsIdentity() = default;
  // Code::config with a sentence for the operator that names the file.
  static Result<std::shared_ptr<const TlsIdentity>> load(const TlsFiles& files);

  // A session over this non-blocking descriptor; it keeps what it needs of the identity alive.
  virtual std::unique_ptr<TlsSession> accept(int fd) const = 0;
  virtual std::int64_t valid_until_ms() const = 0;  // the certificate's end, since 1970
};

}  // namespace cvg
