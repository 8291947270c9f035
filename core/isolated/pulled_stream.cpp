#include "core/isolated/pulled_stream.h"

#include <cerrno>
#include <exception>
#include <memory>
#include <utility>

#include "core/base/text.h"
#include "core/isolated/arrow_codec.h"

namespace cvg {
namespace {

// What stands behind the stream's private_data.
struct Pulled {
  PullFunction pull;
  std::function<void()> closed;
  std::string schema_bytes, error;
  ArrowSchema schema{};

  ~Pulled() {
    if (schema.release) schema.release(&schema);
  }
  int failed(const Status& status) {
    error = status.text();
    return status.code() == Code::cancelled ? ECANCELED : EIO;
  }
  Status need_schema() {
    if (schema.release) return {};
    CVG_ASSIGN(schema_bytes, pull(Pull::schema));
    return decode_schema(schema_bytes, schema);
  }
  Status next(ArrowArray& out) {
    CVG_RETURN_IF_ERROR(need_schema());
    CVG_ASSIGN(std::string bytes, pull(Pull::batch));
    out = ArrowArray{};
    if (bytes.empty()) return {};
    return decode_array(schema, std::make_shared<const std::string>(std::move(bytes)), out);
  }
};

Pulled& of(ArrowArrayStream* stream) { return *static_cast<Pulled*>(stream->private_data); }

// No exception leaves towards the reader, which may be C.
template <class Work>
int answered(ArrowArrayStream* stream, Work work) noexcept {
  try {
    const Status status = work(of(stream));
    return status.ok() ? 0 : of(stream).failed(status);
  } catch (const std::exception&) {
    return ENOMEM;
  }
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* out) noexcept {
  return answered(stream, [&](Pulled& pulled) {
    const Status status = pulled.need_schema();
    return status.ok() ? decode_schema(pulled.schema_bytes, *out) : status;
  });
}
int get_next(ArrowArrayStream* stream, ArrowArray* out) noexcept {
  return answered(stream, [&](Pulled& pulled) { return pulled.next(*out); });
}
const char* get_last_error(ArrowArrayStream* stream) noexcept {
  const std::string& error = of(stream).error;
  return error.empty() ? nullptr : error.c_str();
}
void release(ArrowArrayStream* stream) noexcept {
  const std::unique_ptr<Pulled> pulled(&of(stream));
  stream->release = nullptr;
  if (pulled->closed) pulled->closed();
}

}  // namespace

void make_pulled_stream(PullFunction pull, std::function<void()> closed, ArrowArrayStream* out) {
  auto pulled = std::make_unique<Pulled>();
  pulled->pull = std::move(pull);
  pulled->closed = std::move(closed);
  *out = ArrowArrayStream{&get_schema, &get_next, &get_last_error, &release, pulled.release()};
}

PulledFrom::PulledFrom(ArrowArrayStream* stream) : stream_(std::exchange(*stream, ArrowArrayStream{})) {}

PulledFrom::~PulledFrom() {
  if (schema_.release) schema_.release(&schema_);
  if (stream_.release) stream_.release(&stream_);
}

Status PulledFrom::problem(int number) {
  const char* why = stream_.get_last_error ? stream_.get_last_error(&stream_) : nullptr;
  if (why && *why) return Status(Code::data, why);
  return Status(Code::data, fmt::format("the stream of rows ended with the error {} and no reason", number));
}

Status PulledFrom::read_schema() {
  if (schema_.release) return {};
  const int number = stream_.get_schema(&stream_, &schema_);
  return number == 0 ? Status() : problem(number);
}

Result<std::string> PulledFrom::answer(Pull pull) {
  if (!stream_.release || !stream_.get_schema || !stream_.get_next) return Status(Code::plugin, "the stream of rows was released already");
  CVG_RETURN_IF_ERROR(read_schema());
  if (pull == Pull::schema) return encode_schema(schema_);
  ArrowArray batch{};
  if (const int number = stream_.get_next(&stream_, &batch); number != 0) return problem(number);
  if (!batch.release) return std::string();
  Result<std::string> bytes = encode_array(schema_, batch);
  batch.release(&batch);
  return bytes;
}

}  // namespace cvg
