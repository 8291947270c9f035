#include "host/app/app.h"

#include "core/base/text.h"
#include "host/app/parts.h"

namespace cvg {

App::App(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
App::~App() { stop(); }

Result<std::unique_ptr<App>> App::start(ServerConfig config, const Installation& installation) {
  auto parts = std::make_unique<Parts>(std::move(config));
  CVG_RETURN_IF_ERROR(parts->open_state());
  CVG_RETURN_IF_ERROR(parts->load_plugins());
  CVG_RETURN_IF_ERROR(parts->open_warehouse(installation));
  CVG_RETURN_IF_ERROR(parts->make_runs());
  CVG_RETURN_IF_ERROR(parts->answer());
  return std::unique_ptr<App>(new App(std::move(parts)));
}

std::string App::address() const {
  const std::string& listen = parts_->config.listen;
  return fmt::format("{}:{}", listen.substr(0, listen.rfind(':')), parts_->server->port());
}

void App::stop() { parts_->stop(); }

}  // namespace cvg
