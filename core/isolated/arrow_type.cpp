#include "core/isolated/arrow_type.h"

#include <array>

#include "core/base/text.h"

namespace cvg {
namespace {

using Layout = ArrowType::Layout;

constexpr std::int64_t width_bytes_max = 1 << 20;

struct Row {
  std::string_view format;
  ArrowType type;
};
constexpr ArrowType fixed(std::int64_t bits) { return {Layout::fixed, bits, 4, 0, false}; }
constexpr ArrowType index(std::int64_t bits) { return {Layout::fixed, bits, 4, 0, true}; }
constexpr ArrowType bytes(std::int64_t offset) { return {Layout::bytes, 0, offset, 0, false}; }
constexpr ArrowType list(std::int64_t offset) { return {Layout::list, 0, offset, 0, false}; }

constexpr std::array<Row, 38> table{{
    {"n", {}}, {"b", fixed(1)}, {"c", index(8)}, {"C", index(8)}, {"s", index(16)}, {"S", index(16)}, {"i", index(32)}, {"I", index(32)},
    {"l", index(64)}, {"L", index(64)}, {"e", fixed(16)}, {"f", fixed(32)}, {"g", fixed(64)},
    {"u", bytes(4)}, {"z", bytes(4)}, {"U", bytes(8)}, {"Z", bytes(8)},
    {"tdD", fixed(32)}, {"tdm", fixed(64)}, {"tts", fixed(32)}, {"ttm", fixed(32)}, {"ttu", fixed(64)}, {"ttn", fixed(64)},
    {"tDs", fixed(64)}, {"tDm", fixed(64)}, {"tDu", fixed(64)}, {"tDn", fixed(64)}, {"tiM", fixed(32)}, {"tiD", fixed(64)}, {"tin", fixed(128)},
    {"+l", list(4)}, {"+L", list(8)}, {"+m", list(4)}, {"+s", {Layout::structure, 0, 4, 0, false}},
    {"tss:", fixed(64)}, {"tsm:", fixed(64)}, {"tsu:", fixed(64)}, {"tsn:", fixed(64)},
}};

// "d:precision,scale[,bits]"
Result<ArrowType> decimal(std::string_view format) {
  const std::vector<std::string_view> parts = split(format.substr(2), ',');
  std::int64_t bits = 128;
  const bool sound = parts.size() == 2 || (parts.size() == 3 && parse_integer(parts[2], bits));
  if (!sound || (bits != 32 && bits != 64 && bits != 128 && bits != 256)) return Status(Code::unsupported, "");
  return fixed(bits);
}

Result<ArrowType> parse(std::string_view format) {
  if (format.starts_with("d:")) return decimal(format);
  const bool timestamp = format.size() > 4 && format.starts_with("ts") && format[3] == ':';
  for (const Row& row : table)
    if (row.format == (timestamp ? format.substr(0, 4) : format)) return row.type;
  std::int64_t n = 0;
  const std::size_t colon = format.find(':');
  const bool sized = colon != std::string_view::npos && parse_integer(format.substr(colon + 1), n) && n >= 0 && n <= width_bytes_max;
  if (sized && format.starts_with("w:")) return fixed(n * 8);
  if (sized && format.starts_with("+w:")) return ArrowType{Layout::fixed_list, 0, 4, n, false};
  return Status(Code::unsupported, "");
}

}  // namespace

std::int64_t ArrowType::buffers() const {
  switch (layout) {
    case Layout::null: return 0;
    case Layout::structure:
    case Layout::fixed_list: return 1;
    case Layout::fixed:
    case Layout::list: return 2;
    case Layout::bytes: break;
  }
  return 3;
}

Result<ArrowType> arrow_type(std::string_view format) {
  Result<ArrowType> type = parse(format);
  if (type.ok()) return type;
  return Status(Code::unsupported, fmt::format("the Arrow format '{}' does not travel between the server and an isolated plugin", format.substr(0, 40)));
}

}  // namespace cvg
