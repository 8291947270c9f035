#include "flat_buffer.h"

#include <algorithm>

namespace ducklake {

void FlatBuffer::align(std::size_t to, std::size_t ahead) {
  while ((bytes_.size() + ahead) % to != 0) bytes_ += '\0';
}

void FlatBuffer::put(uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) bytes_ += static_cast<char>((value >> (8 * i)) & 0xff);
}

void FlatBuffer::set(std::size_t at, uint64_t value, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; ++i) bytes_[at + i] = static_cast<char>((value >> (8 * i)) & 0xff);
}

void FlatBuffer::point(std::size_t place) {
  pending_ = place;
  points_ = true;
}

void FlatBuffer::arrive() {
  if (points_) set(pending_, bytes_.size() - pending_, 4);
  points_ = false;
}

void FlatBuffer::table(const std::vector<Scalar> &fields, std::vector<std::size_t> &places) {
  uint16_t count = 0;
  for (const Scalar &field : fields) count = std::max<uint16_t>(count, static_cast<uint16_t>(field.id + 1));
  align(2);
  const std::size_t names = bytes_.size();
  bytes_.append(4 + 2 * std::size_t{count}, '\0');
  align(8);
  arrive();
  const std::size_t start = bytes_.size();
  put(start - names, 4);
  places.clear();
  for (const Scalar &field : fields) {
    align(field.bytes);
    places.push_back(bytes_.size());
    set(names + 4 + 2 * std::size_t{field.id}, bytes_.size() - start, 2);
    put(field.value, field.bytes);
  }
  set(names, 4 + 2 * std::size_t{count}, 2);
  set(names + 2, bytes_.size() - start, 2);
}

void FlatBuffer::text(std::string_view value) {
  align(4);
  arrive();
  put(value.size(), 4);
  bytes_.append(value);
  bytes_ += '\0';
}

void FlatBuffer::references(std::size_t count, std::vector<std::size_t> &places) {
  align(4);
  arrive();
  put(count, 4);
  places.clear();
  for (std::size_t i = 0; i < count; ++i) {
    places.push_back(bytes_.size());
    put(0, 4);
  }
}

void FlatBuffer::pairs(const std::vector<std::pair<int64_t, int64_t>> &values) {
  align(8, 4);
  arrive();
  put(values.size(), 4);
  for (const auto &[first, second] : values) {
    put(static_cast<uint64_t>(first), 8);
    put(static_cast<uint64_t>(second), 8);
  }
}

}  // namespace ducklake
