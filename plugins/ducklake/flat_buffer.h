// FlatBuffer: writes one FlatBuffers message from front to back: tables, strings and vectors, each referred to by what was
// written before it (https://flatbuffers.dev/internals). Little-endian, as the format. One thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ducklake {

class FlatBuffer {
 public:
  // A field of a table: its number in the schema, its size (1, 2, 4 or 8 bytes) and its value.
  struct Scalar {
    uint16_t id;
    uint16_t bytes;
    uint64_t value;
  };
  static Scalar reference(uint16_t id) { return {id, 4, 0}; }  // filled by point()

  FlatBuffer() { bytes_.assign(4, '\0'); }

  // Writes a table; places gets where each field lies, in the order of fields. The first table is the root.
  void table(const std::vector<Scalar> &fields, std::vector<std::size_t> &places);
  // Lets the reference at place lead to what is written next.
  void point(std::size_t place);
  void text(std::string_view value);
  // A vector of references; places gets where each lies.
  void references(std::size_t count, std::vector<std::size_t> &places);
  // A vector of structures of two 64-bit numbers.
  void pairs(const std::vector<std::pair<int64_t, int64_t>> &values);

  const std::string &bytes() const { return bytes_; }

 private:
  void align(std::size_t to, std::size_t ahead = 0);
  void put(uint64_t value, std::size_t bytes);
  void set(std::size_t at, uint64_t value, std::size_t bytes);

  std::string bytes_;
  std::size_t pending_ = 0;  // the reference that leads to what comes next; the root's is 0
  bool points_ = true;
  void arrive();
};

}  // namespace ducklake
