// FlatView: reads a FlatBuffers table as the format says, for tests of what writes one.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>

namespace ducklake {

class FlatView {
 public:
  static FlatView root(const std::string& bytes) { return FlatView(bytes, number<uint32_t>(bytes, 0)); }

  // The field's value, or otherwise when the table does not have it.
  template <class T>
  T value(int id, T otherwise = T()) const {
    const std::size_t at = place(id);
    return at == 0 ? otherwise : number<T>(*bytes_, at);
  }
  FlatView table(int id) const { return FlatView(*bytes_, follow(place(id))); }
  std::string text(int id) const {
    const std::size_t at = follow(place(id));
    return bytes_->substr(at + 4, number<uint32_t>(*bytes_, at));
  }
  uint32_t count(int id) const { return number<uint32_t>(*bytes_, follow(place(id))); }
  FlatView item(int id, uint32_t index) const { return FlatView(*bytes_, follow(follow(place(id)) + 4 + 4 * index)); }
  // A number of a vector of 64-bit ones.
  int64_t number_of(int id, uint32_t index) const { return number<int64_t>(*bytes_, follow(place(id)) + 4 + 8 * index); }

  template <class T>
  static T number(const std::string& bytes, std::size_t at) {
    T value;
    std::memcpy(&value, bytes.data() + at, sizeof value);
    return value;
  }

 private:
  FlatView(const std::string& bytes, std::size_t start) : bytes_(&bytes), start_(start) {}
  std::size_t place(int id) const {
    const std::size_t names = start_ - static_cast<std::size_t>(number<int32_t>(*bytes_, start_));
    const std::size_t at = 4 + 2 * static_cast<std::size_t>(id);
    if (at >= number<uint16_t>(*bytes_, names)) return 0;
    const uint16_t offset = number<uint16_t>(*bytes_, names + at);
    return offset == 0 ? 0 : start_ + offset;
  }
  std::size_t follow(std::size_t at) const { return at + number<uint32_t>(*bytes_, at); }

  const std::string* bytes_;
  std::size_t start_;
};

}  // namespace ducklake
