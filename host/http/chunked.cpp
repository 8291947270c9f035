#include "host/http/chunked.h"

#include <algorithm>

namespace cvg {
namespace {

constexpr int size_digits_max = 8;  // leading zeros included: 4 GiB is beyond every limit of a body

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

ChunkedDecoder::State ChunkedDecoder::feed(std::string_view bytes, std::string& body, std::size_t& used) {
  used = 0;
  while (used < bytes.size()) {
    if (want_ == Want::data) {
      const auto take = std::min(bytes.size() - used, static_cast<std::size_t>(left_));
      body.append(bytes.substr(used, take));
      used += take;
      left_ -= static_cast<std::int64_t>(take);
      if (left_ == 0) want_ = Want::data_cr;
      continue;
    }
    const State state = step(bytes[used++]);
    if (state != State::more) return state;
  }
  return State::more;
}

ChunkedDecoder::State ChunkedDecoder::step(char c) {
  const auto expect = [&](char wanted, Want next) {
    if (c != wanted) return State::malformed;
    want_ = next;
    return State::more;
  };
  switch (want_) {
    case Want::size: {
      const int digit = hex_value(c);
      if (digit < 0) return digits_ == 0 ? State::malformed : expect('\r', Want::size_lf);
      if (++digits_ > size_digits_max) return State::malformed;
      left_ = left_ * 16 + digit;
      return State::more;
    }
    case Want::size_lf:
      digits_ = 0;
      total_ += left_;
      if (total_ > body_bytes_max_) return State::too_large;
      return expect('\n', left_ == 0 ? Want::last_cr : Want::data);
    case Want::data_cr: return expect('\r', Want::data_lf);
    case Want::data_lf: return expect('\n', Want::size);
    case Want::last_cr: return expect('\r', Want::last_lf);
    case Want::last_lf: return c == '\n' ? State::done : State::malformed;
    case Want::data: break;
  }
  return State::malformed;
}

}  // namespace cvg
