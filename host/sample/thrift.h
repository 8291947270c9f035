// ThriftWriter: the compact protocol of Apache Thrift, as far as Parquet's metadata needs it
// (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Values; one thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvg {

class ThriftWriter {
 public:
  ThriftWriter() : last_{0} {}

  void i32(int field, std::int32_t value) { head(field, 5); varint(zigzag(value)); }
  void i64(int field, std::int64_t value) { head(field, 6); varint(zigzag(value)); }
  void text(int field, std::string_view value) { head(field, 8); put_text(value); }
  // Fields until end() belong to the struct.
  void begin(int field) { head(field, 12); last_.push_back(0); }
  void end() { out_ += '\0'; last_.pop_back(); }
  // A list of count structs: each is wrapped in item() and end().
  void structs(int field, std::size_t count) { list(field, count, 12); }
  void item() { last_.push_back(0); }
  void i32s(int field, const std::vector<std::int32_t>& values) {
    list(field, values.size(), 5);
    for (const std::int32_t value : values) varint(zigzag(value));
  }
  void texts(int field, const std::vector<std::string>& values) {
    list(field, values.size(), 8);
    for (const std::string& value : values) put_text(value);
  }
  // The outermost struct is ended by this.
  std::string finish() { out_ += '\0'; return std::move(out_); }

 private:
  static std::uint64_t zigzag(std::int64_t n) { return (static_cast<std::uint64_t>(n) << 1) ^ static_cast<std::uint64_t>(n >> 63); }
  void varint(std::uint64_t n) {
    for (; n >= 128; n >>= 7) out_ += static_cast<char>((n & 127) | 128);
    out_ += static_cast<char>(n);
  }
  void put_text(std::string_view value) { varint(value.size()); out_.append(value); }
  void head(int field, int type) {
    out_ += static_cast<char>(((field - last_.back()) << 4) | type);  // every gap in Parquet's structs is below 16
    last_.back() = field;
  }
  void list(int field, std::size_t count, int type) {
    head(field, 9);
    if (count < 15) {
      out_ += static_cast<char>((count << 4) | static_cast<std::size_t>(type));
    } else {
      out_ += static_cast<char>(0xF0 | type);
      varint(count);
    }
  }
  std::string out_;
  std::vector<int> last_;
};

}  // namespace cvg
