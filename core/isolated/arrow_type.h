// What an Arrow format means for the layout of its arrays: how many buffers, how many children, how wide a value is.  The
// formats that travel between server and worker are those that a warehouse reads or writes; others are refused by name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

struct ArrowType {
  enum class Layout : std::uint8_t { null, fixed, bytes, list, structure, fixed_list };
  Layout layout = Layout::null;
  std::int64_t bits = 0;          // fixed: of a value
  std::int64_t offset_bytes = 4;  // bytes and list: of an offset, 4 or 8
  std::int64_t list_size = 0;     // fixed_list
  bool is_index = false;          // an integer, which may point into a dictionary
  std::int64_t buffers() const;
};

// Code::unsupported names the format.
Result<ArrowType> arrow_type(std::string_view format);

}  // namespace cvg
