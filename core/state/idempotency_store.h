// IdempotencyStore: replies to POSTs that carried an Idempotency-Key, so that a repetition gets the first reply instead of a
// second effect (api.md section 1).  A key belongs to its tenant, to one request (path, query and body) and, while that is
// answered, to one thread.  A reply is best kept in the transaction that creates what it tells of: then no crash can fall
// between the two.  Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/base/status.h"
#include "core/state/database.h"

namespace cvg {

struct IdempotencyKey {
  std::string tenant_id, key;
  std::string operation;     // the route's operation id
  std::string request_hash;  // of what makes the request the same
};

struct KeptReply {
  int status = 200;
  std::string body;
};

class IdempotencyStore {
 public:
  IdempotencyStore(Database& database, const Clock& clock, std::int64_t kept_ms) : database_(database), clock_(clock), kept_ms_(kept_ms) {}

  // The thread that holds a claim is the only one that answers a request with this key.
  class Claim {
   public:
    Claim(IdempotencyStore& store, std::pair<std::string, std::string> name) : store_(&store), name_(std::move(name)) {}
    ~Claim();
    Claim(Claim&& other) noexcept : store_(std::exchange(other.store_, nullptr)), name_(std::move(other.name_)) {}
    Claim& operator=(Claim&&) = delete;

   private:
    IdempotencyStore* store_;
    std::pair<std::string, std::string> name_;
  };
  std::optional<Claim> claim(const IdempotencyKey& key);  // nullopt: another thread has it

  // The kept reply to the same request; nullopt: there is none.  Code::conflict: the key belongs to another request.
  Result<std::optional<KeptReply>> find(const IdempotencyKey& key);
  // From inside Database::write, beside the creation; also takes out some replies that have become too old.
  Status keep(Connection& connection, const IdempotencyKey& key, const KeptReply& reply) const;
  // The same in a transaction of its own.
  Status keep(const IdempotencyKey& key, const KeptReply& reply);

 private:
  Database& database_;
  const Clock& clock_;
  const std::int64_t kept_ms_;
  Mutex mutex_;
  std::set<std::pair<std::string, std::string>> claimed_ CVG_GUARDED_BY(mutex_);  // tenant, key
};

}  // namespace cvg
