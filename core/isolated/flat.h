// Flat requests: numbers and texts one after the other, as server and worker send them to each other.  Both run on one
// machine and from one binary, so numbers keep their layout.  Values; a reader borrows its bytes.  Any thread.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>

#include <convergence/plugin.h>

namespace cvg {

constexpr std::size_t flat_alignment = 16;  // of every buffer of rows, so that it may be read where it was received

class FlatWriter {
 public:
  template <class Number>
  FlatWriter& number(Number value) {
    static_assert(std::is_arithmetic_v<Number>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
    return *this;
  }
  FlatWriter& text(std::string_view text) {
    number<std::uint64_t>(text.size());
    bytes_.append(text);
    return *this;
  }
  // A null pointer with a length is written as empty.
  FlatWriter& text(const cvg_str& text) { return this->text(text.p ? std::string_view(text.p, static_cast<std::size_t>(text.n)) : std::string_view()); }
  FlatWriter& buffer(const void* p, std::size_t n) {
    number<std::uint64_t>(n);
    bytes_.append((flat_alignment - bytes_.size() % flat_alignment) % flat_alignment, '\0');
    if (n > 0) bytes_.append(static_cast<const char*>(p), n);
    return *this;
  }
  std::size_t size() const { return bytes_.size(); }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Reads what a FlatWriter wrote, from bytes that nobody promised anything about: what is not there reads as zero or
// empty, and ok() is false from then on.
class FlatReader {
 public:
  explicit FlatReader(std::string_view bytes) : bytes_(bytes) {}
  template <class Number>
  Number number() {
    static_assert(std::is_arithmetic_v<Number>);
    Number value{};
    const std::string_view got = take(sizeof value);
    if (got.size() == sizeof value) std::memcpy(&value, got.data(), sizeof value);
    return value;
  }
  std::string_view text() {
    const auto n = number<std::uint64_t>();
    return take(n);
  }
  cvg_str abi_text() {
    const std::string_view read = text();
    return cvg_str{read.data(), read.size()};
  }
  std::string_view buffer() {
    const auto n = number<std::uint64_t>();
    take((flat_alignment - at_ % flat_alignment) % flat_alignment);
    return take(n);
  }
  bool ok() const { return ok_; }
  bool at_end() const { return ok_ && at_ == bytes_.size(); }
  std::size_t left() const { return bytes_.size() - at_; }
  void refuse() { ok_ = false; }

 private:
  std::string_view take(std::uint64_t n) {
    if (!ok_ || n > left()) {
      ok_ = false;
      return {};
    }
    const std::string_view got = bytes_.substr(at_, static_cast<std::size_t>(n));
    at_ += static_cast<std::size_t>(n);
    return got;
  }
  std::string_view bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace cvg
