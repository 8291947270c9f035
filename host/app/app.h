// App: the server's parts, built in the order of their dependency as members, and taken down in reverse.  start(), stop()
// and the destructor on one thread.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "core/base/log.h"
#include "core/config/server_config.h"
#include "host/app/installation.h"

namespace cvg {

struct Parts;  // parts.h

class App {
 public:
  // Ready to answer when it returns.
  // reread: the configuration as it is now, for a reload of plugins; empty: a reload finds what was there at the start.
  static Result<std::unique_ptr<App>> start(ServerConfig config, const Installation& installation,
                                            std::function<Result<ServerConfig>()> reread = {});
  ~App();
  App(const App&) = delete;
  App& operator=(const App&) = delete;

  std::string address() const;  // HOST:PORT, the port that was really taken
  std::string url() const;      // https://HOST:PORT
  // Takes a renewed certificate into use; what was wrong with it stands in the log, and the old one stays.
  void renew_certificate();
  // Refuses new requests, lets those in flight and the steps under way end or stop, then ends every thread.
  void stop();

 private:
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace cvg
