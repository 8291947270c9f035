#include "host/app/app.h"

#include "core/base/text.h"
#include "host/app/parts.h"

namespace cvg {

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() { stop(); }

Result<std::unique_ptr<App>> App::start(ServerConfig config, const Installation& installation, std::function<Result<ServerConfig>()> reread) {
  auto parts = std::make_unique<Parts>(std::move(config));
  parts->reread = std::move(reread);
  CVG_RETURN_IF_ERROR(parts->start(installation));
  return std::unique_ptr<App>(new App(std::move(parts)));
}

std::string App::address() const {
  const std::string& listen = parts_->config.listen;
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), parts_->server->port());
}

std::string App::url() const {
  return fmt::format("{}://{}", parts_->config.http.tls_certificate_file.empty() ? "http" : "https", address());
}

void App::renew_certificate() {
  if (parts_->config.http.tls_certificate_file.empty()) return;
  const Status renewed = parts_->server->renew_certificate();
  if (renewed.ok()) parts_->log.info("The TLS certificate was read again");
  else parts_->log.error("The TLS certificate was not renewed, the old one stays: " + renewed.log_text());
}

void App::stop() { parts_->stop(); }

}  // namespace cvg
