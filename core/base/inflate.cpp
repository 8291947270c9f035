// The gzip format is RFC 1952.
#include "core/base/inflate.h"

#include <algorithm>

#include "core/base/deflate_reader.h"
#include "core/base/files.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::size_t header_bytes = 10, trailer_bytes = 8;
constexpr unsigned flag_crc = 2, flag_extra = 4, flag_name = 8, flag_comment = 16, flags_reserved = 0xE0;

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = bytes.size(); i > 0; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

Status cut(const DeflateReader& reader, std::string_view part) {
  return Status(Code::data, fmt::format("the gzip stream is cut after {} bytes, in its {}", reader.position(), part));
}

Status need(DeflateReader& reader, std::size_t count, std::string& out) {
  CVG_ASSIGN(const bool whole, reader.take(count, out));
  return whole ? Status() : cut(reader, "header");
}

Status skip_text(DeflateReader& reader) {
  std::string letter;
  do CVG_RETURN_IF_ERROR(need(reader, 1, letter));
  while (letter[0] != '\0');
  return Status();
}

Status read_header(DeflateReader& reader) {
  const std::int64_t at = reader.position();
  std::string bytes;
  CVG_ASSIGN(const bool whole, reader.take(header_bytes, bytes));
  if (!bytes.starts_with(std::string_view("\x1f\x8b").substr(0, bytes.size())))
    return Status(Code::data, at == 0 ? std::string("the file is no gzip stream")
                                      : fmt::format("something that is no gzip stream follows at byte {}", at));
  if (!whole) return cut(reader, "header");
  if (bytes[2] != 8) return Status(Code::data, "the gzip stream uses an unknown compression method");
  const auto flags = static_cast<unsigned char>(bytes[3]);
  if ((flags & flags_reserved) != 0) return Status(Code::data, "the gzip header has unknown flags");
  if ((flags & flag_extra) != 0) {
    CVG_RETURN_IF_ERROR(need(reader, 2, bytes));
    CVG_RETURN_IF_ERROR(need(reader, little_endian(bytes), bytes));
  }
  if ((flags & flag_name) != 0) CVG_RETURN_IF_ERROR(skip_text(reader));
  if ((flags & flag_comment) != 0) CVG_RETURN_IF_ERROR(skip_text(reader));
  if ((flags & flag_crc) != 0) CVG_RETURN_IF_ERROR(need(reader, 2, bytes));
  return Status();
}

Status check_trailer(DeflateReader& reader) {
  std::string bytes;
  CVG_ASSIGN(const bool whole, reader.take(trailer_bytes, bytes));
  if (!whole) return Status(Code::data, fmt::format("the gzip stream has a cut trailer: the file ends at byte {}", reader.position()));
  const std::uint32_t crc = little_endian(std::string_view(bytes).substr(0, 4));
  if (crc != reader.crc())
    return Status(Code::data, fmt::format("the gzip stream has a wrong CRC: {:08x} is written, {:08x} computed", crc, reader.crc()));
  const std::uint32_t length = little_endian(std::string_view(bytes).substr(4));
  if (length != static_cast<std::uint32_t>(reader.member_bytes()))
    return Status(Code::data, fmt::format("the gzip stream has a wrong length: {} is written, {} bytes came out (modulo 2^32)",
                                          length, reader.member_bytes()));
  return Status();
}

// Some writers fill the last block of a tape or a sector with zero bytes.  False: the next byte is something else.
Result<bool> skip_zeros_to_end(DeflateReader& reader) {
  CVG_ASSIGN(std::string_view bytes, reader.peek());
  if (bytes.empty()) return true;
  if (bytes[0] != '\0') return false;
  while (true) {
    CVG_ASSIGN(bytes, reader.take_some(1 << 16));
    if (bytes.empty()) return true;
    if (bytes.find_first_not_of('\0') != std::string_view::npos)
      return Status(Code::data, fmt::format("something that is no gzip stream follows before byte {}", reader.position()));
  }
}

}  // namespace

InflateSink sink_to_fd(int fd) {
  return [fd](std::string_view bytes) { return write_fd(fd, bytes); };
}

Result<Inflated> inflate_gzip(int from, const InflateSink& to, const InflateOptions& options) {
  DeflateReader reader(from, to, options);
  Inflated done;
  CVG_ASSIGN(bool end, reader.at_end());
  if (end) return Status(Code::data, "the gzip stream is cut after 0 bytes: the file is empty");
  while (!end) {
    reader.begin_member();
    CVG_RETURN_IF_ERROR(read_header(reader));
    CVG_RETURN_IF_ERROR(reader.inflate());
    CVG_RETURN_IF_ERROR(check_trailer(reader));
    ++done.members;
    CVG_ASSIGN(end, skip_zeros_to_end(reader));
  }
  done.bytes_in = reader.position();
  done.bytes_out = reader.bytes_out();
  done.sha256 = reader.sha256();
  return done;
}

Result<Inflated> inflate_gzip(int from, int to, const InflateOptions& options) {
  return inflate_gzip(from, sink_to_fd(to), options);
}

}  // namespace cvg
