// PulledStream: an Arrow stream whose batches the other side holds: each is asked for when its reader wants it, so that a
// slow reader holds the writer back.  And the other end: what answers those questions from a stream.  The thread of the call.
#pragma once

#include <functional>
#include <string>

#include <convergence/arrow_c.h>

#include "core/base/status.h"

namespace cvg {

enum class Pull : std::uint8_t { schema = 1, batch = 2 };

// The bytes of the schema or of the next batch; empty: the stream has ended.
using PullFunction = std::function<Result<std::string>(Pull)>;

// out is released by its reader; closed: told then.
void make_pulled_stream(PullFunction pull, std::function<void()> closed, ArrowArrayStream* out);

// Answers pulls from a stream, which it takes over and releases.
class PulledFrom {
 public:
  explicit PulledFrom(ArrowArrayStream* stream);
  ~PulledFrom();
  PulledFrom(const PulledFrom&) = delete;
  PulledFrom& operator=(const PulledFrom&) = delete;
  Result<std::string> answer(Pull pull);

 private:
  Status problem(int number);
  Status read_schema();
  ArrowArrayStream stream_;
  ArrowSchema schema_{};
};

}  // namespace cvg
