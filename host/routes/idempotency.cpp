#include "host/routes/idempotency.h"

#include <algorithm>

#include "core/base/digest.h"
#include "core/base/text.h"
#include "host/routes/services.h"

namespace cvg {
namespace {

constexpr std::size_t key_bytes_max = 255;
constexpr std::size_t reply_bytes_max = 256 << 10;  // of a creation: its row, with all variables
constexpr std::int64_t retry_ms = 1'000;

bool is_sound(std::string_view key) {
  return key.size() <= key_bytes_max && std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

bool has_key(const Request& request) {
  return std::any_of(request.headers.begin(), request.headers.end(),
                     [](const Header& header) { return equals_ignoring_case(header.name, "idempotency-key"); });
}

// Parts of a path whose letters' case says nothing (api.md, section 2); ids are compared as they are.
bool is_caseless(std::string_view parameter) {
  return parameter == "tenant_id" || parameter == "provider" || parameter == "domain" || parameter == "template";
}

// The operation is part of the key: its other names are the same path.
IdempotencyKey key_of(const RouteContext& context) {
  Sha256 hash;
  for (const PathParameter& parameter : context.parameters) {
    hash.add(is_caseless(parameter.name) ? lower_ascii(parameter.value) : parameter.value);
    hash.add("\n");
  }
  hash.add(context.request.query);
  hash.add("\n");
  hash.add(context.body.dump());
  return {context.principal->tenant.id, std::string(context.request.header("idempotency-key")),
          std::string(context.route.operation_id), hash.finish_hex()};
}

// What may lie in no cache lies in the store neither.
bool may_be_kept(const Response& response) {
  return std::none_of(response.headers.begin(), response.headers.end(), [](const auto& header) {
    return equals_ignoring_case(header.first, "Cache-Control") && header.second.find("no-store") != std::string::npos;
  });
}

Response replay(KeptReply&& kept) {
  Response response;
  response.status = kept.status;
  response.body = std::move(kept.body);
  response.with("Idempotent-Replayed", "true");
  return response;
}

}  // namespace

Result<Response> call_once(RouteContext& context) {
  if (!has_key(context.request)) return context.route.handler(context);
  const IdempotencyKey key = key_of(context);
  if (key.key.empty() || !is_sound(key.key))
    return Status(Code::invalid, fmt::format("Idempotency-Key must be 1 to {} visible characters of ASCII", key_bytes_max))
        .with_detail_json("{\"field\":\"Idempotency-Key\",\"issue\":\"is malformed\"}");
  IdempotencyStore& store = context.services.idempotency;
  const std::optional<IdempotencyStore::Claim> claim = store.claim(key);
  if (!claim)
    return Status(Code::conflict, "A request with this Idempotency-Key is still being answered; try again soon")
        .with_retry_after_ms(retry_ms)
        .with_detail_json("{\"code\":\"IDEMPOTENCY_KEY_IN_USE\"}");
  CVG_ASSIGN(std::optional<KeptReply> kept, store.find(key));
  if (kept) return replay(std::move(*kept));
  bool is_kept = false;
  context.keep_reply = [&](Connection& connection, const Response& response) {
    is_kept = true;
    return store.keep(connection, key, {response.status, response.body});
  };
  Result<Response> response = context.route.handler(context);
  context.keep_reply = {};
  if (is_kept || !response.ok() || response->status >= 300 || response->body.size() > reply_bytes_max || !may_be_kept(*response)) return response;
  // The effect is durable and the reply good: that a repetition would have a second one is for the log, not for the client.
  if (const Status status = store.keep(key, {response->status, response->body}); !status.ok())
    context.services.log.error("The reply to an Idempotency-Key was not kept: " + status.log_text(), {{"request_id", context.request_id}});
  return response;
}

}  // namespace cvg
