// Dispatcher: the front controller: finds the row of the route table, leads the request through the gates to its handler,
// and gives every answer its common headers, its line in the log and its place in the metrics.  Any thread.
#pragma once

#include "host/http/cors.h"
#include "host/http/router.h"
#include "host/http/server.h"
#include "host/routes/route.h"
#include "host/routes/services.h"

namespace cvg {

class Dispatcher final : public FrontController {
 public:
  explicit Dispatcher(Services& services);

  Response handle(const Request& request, BodySource& body) override;
  Response refuse(const Request& request, const Refusal& refusal) override;
  bool answers_while_draining(const Request& request) override;

 private:
  struct Answer {
    Response response;
    std::size_t slot;            // row of the route table, or slot_of_no_route
    std::string_view operation;  // its operation id
    std::string tenant_id = {};  // of the key that was shown
  };
  Answer answer(const Request& request, BodySource& body, const std::string& request_id);
  Answer answer_route(std::size_t row, RouteMatch match, const Request& request, BodySource& body,
                        const std::string& request_id);
  // What no gate sees is charged like what the gates refuse.
  Response charged_refusal(const Request& request, int status, std::string text, const std::string& request_id);
  std::string request_id_of(const Request& request) const;
  Response finish(Answer answer, const Request& request, const std::string& request_id, std::int64_t begun_us);

  Result<Response> run_handler(RouteContext& context);
  void log_request(const Answer& answer, const Request& request, const std::string& request_id, std::int64_t took_us);

  Services& services_;
  std::atomic<std::int64_t> heavy_{0};  // requests of Weight::heavy under way
  Cors cors_;
  Router router_;
};

}  // namespace cvg
