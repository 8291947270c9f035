// KeyUses: remembers when each key was used last, and writes that down now and then on a thread of its own, in one
// transaction.  note() is a map's step under a short lock, and never waits for the store.  Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <unordered_map>

#include "core/base/mutex.h"
#include "core/state/key_store.h"

namespace cvg {

class KeyUses {
 public:
  struct Options {
    std::int64_t flush_ms = 60'000;
    std::int64_t keys_max = 65'536;  // remembered between two writes; a key beyond them is noted at its next use
  };
  // Both outlive this object.
  KeyUses(KeyStore& keys, const Clock& clock, Options options);
  ~KeyUses();  // writes what is left
  KeyUses(const KeyUses&) = delete;
  KeyUses& operator=(const KeyUses&) = delete;

  void note(const std::string& key_id);
  // Writes now.  What could not be written is forgotten: the next use tells it again.
  Status flush();
  std::int64_t waiting() const;  // keys whose use is not written yet

 private:
  static constexpr std::size_t shard_count = 16;
  struct Shard {
    mutable Mutex mutex;
    std::unordered_map<std::string, std::int64_t> uses CVG_GUARDED_BY(mutex);
  };
  void loop();

  KeyStore& keys_;
  const Clock& clock_;
  const Options options_;
  std::array<Shard, shard_count> shards_;
  Mutex mutex_;
  CondVar stop_;
  bool stopping_ CVG_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace cvg
