// Cors: which browser pages of other origins may call the API.  Built once from the operator's list; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "host/http/request.h"
#include "host/http/response.h"

namespace cvg {

class Cors {
 public:
  // Exact origins ("https://app.example.com"), or "*" alone for all.
  explicit Cors(std::vector<std::string> origins) : origins_(std::move(origins)) {}

  bool allows(std::string_view origin) const;
  // Adds what lets an allowed origin read this answer; nothing for others.
  void add_headers(const Request& request, Response& response) const;
  // The answer to OPTIONS on a path that knows these methods; a preflight of a foreign origin gets no permission.
  Response options_response(const Request& request, const std::string& allow) const;

 private:
  std::vector<std::string> origins_;
};

}  // namespace cvg
