#include "host/http/listen_address.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "core/base/text.h"

namespace cvg {
namespace {

struct Reason {
  int error;
  std::string_view text;
};
constexpr std::array<Reason, 3> reasons{{
    {EADDRINUSE, "is in use by another program: stop it, or choose another port with listen, --listen or PORT"},
    {EACCES, "needs a right that this user does not have: choose a port above 1023"},
    {EADDRNOTAVAIL, "is no address of this machine"},
}};

// errno of binding and listening; 0: it works.
int try_to_listen(const addrinfo& address) {
  const int fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool works = ::bind(fd, address.ai_addr, address.ai_addrlen) == 0 && ::listen(fd, 1) == 0;
  const int error = works ? 0 : errno;
  ::close(fd);
  return error;
}

}  // namespace

std::string why_not_listening(const std::string& listen) {
  const std::size_t colon = listen.rfind(':');
  std::string host = colon == std::string::npos ? "" : listen.substr(0, colon);
  const std::string port = colon == std::string::npos ? listen : listen.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  if (::getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &wanted, &found) != 0)
    return fmt::format("listen: {} is no HOST:PORT of this machine", listen);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, ::freeaddrinfo);
  const int error = try_to_listen(*addresses);
  for (const Reason& reason : reasons)
    if (reason.error == error) return fmt::format("listen: {} {}", listen, reason.text);
  return fmt::format("listen: {} cannot be opened: {}", listen, error == 0 ? "it is free again now" : std::strerror(error));
}

}  // namespace cvg
