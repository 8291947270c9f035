// The zip format is PKWARE's APPNOTE.TXT 6.3; section numbers stand beside the structures.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/deflate_reader.h"
#include "core/base/files.h"
#include "core/base/inflate.h"
#include "core/base/text.h"

namespace cvg {
namespace {

constexpr std::int64_t end_bytes = 22, end64_bytes = 56, locator64_bytes = 20, central_bytes = 46, local_bytes = 30;
constexpr std::int64_t comment_bytes_max = 65535;
constexpr std::uint64_t in_zip64_16 = 0xFFFF, in_zip64_32 = 0xFFFFFFFF;
constexpr unsigned flag_encrypted = 1, method_stored = 0, method_deflated = 8;

std::uint64_t little_endian(std::string_view bytes, std::size_t at, std::size_t count) {
  std::uint64_t value = 0;
  for (std::size_t i = at + count; i > at; --i) value = value << 8 | static_cast<unsigned char>(bytes[i - 1]);
  return value;
}

Status damaged(std::string text) { return Status(Code::data, "the zip archive " + std::move(text)); }

Result<std::string> read_at(int fd, std::int64_t at, std::int64_t count, std::int64_t file_bytes) {
  if (at < 0 || count < 0 || at > file_bytes - count) return damaged(fmt::format("is cut after {} bytes", file_bytes));
  std::string bytes(static_cast<std::size_t>(count), '\0');
  std::size_t filled = 0;
  while (filled < bytes.size()) {
    const ssize_t got = ::pread(fd, bytes.data() + filled, bytes.size() - filled, at + static_cast<std::int64_t>(filled));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return status_from_errno(errno, "read", "The zip archive");
    if (got == 0) return damaged(fmt::format("is cut after {} bytes", at + static_cast<std::int64_t>(filled)));
    filled += static_cast<std::size_t>(got);
  }
  return bytes;
}

struct Directory {
  std::uint64_t entries = 0, bytes = 0, offset = 0;
};

// 4.3.14 and 4.3.15: the zip64 record, whose place a locator before the end record tells.
Status read_directory64(int fd, std::int64_t end_at, std::int64_t file_bytes, Directory& directory) {
  CVG_ASSIGN(const std::string locator, read_at(fd, end_at - locator64_bytes, locator64_bytes, file_bytes));
  if (!locator.starts_with("PK\x06\x07")) return damaged("has no zip64 locator");
  const auto at = static_cast<std::int64_t>(little_endian(locator, 8, 8));
  CVG_ASSIGN(const std::string record, read_at(fd, at, end64_bytes, file_bytes));
  if (!record.starts_with("PK\x06\x06")) return damaged("has no zip64 end record");
  directory = {little_endian(record, 32, 8), little_endian(record, 40, 8), little_endian(record, 48, 8)};
  return Status();
}

// 4.3.16: the end record, the last thing of a file except for a comment whose length it tells.
Result<Directory> read_directory(int fd, std::int64_t file_bytes) {
  const std::int64_t tail_bytes = std::min(file_bytes, end_bytes + comment_bytes_max);
  CVG_ASSIGN(const std::string tail, read_at(fd, file_bytes - tail_bytes, tail_bytes, file_bytes));
  for (std::int64_t at = tail_bytes - end_bytes; at >= 0; --at) {
    const std::string_view record = std::string_view(tail).substr(static_cast<std::size_t>(at));
    if (!record.starts_with("PK\x05\x06")) continue;
    if (little_endian(record, 20, 2) != static_cast<std::uint64_t>(tail_bytes - at - end_bytes)) continue;
    Directory directory{little_endian(record, 10, 2), little_endian(record, 12, 4), little_endian(record, 16, 4)};
    const bool zip64 = directory.entries == in_zip64_16 || directory.bytes == in_zip64_32 || directory.offset == in_zip64_32;
    if (zip64) CVG_RETURN_IF_ERROR(read_directory64(fd, file_bytes - tail_bytes + at, file_bytes, directory));
    return directory;
  }
  return damaged(fmt::format("is cut after {} bytes: its directory is missing", file_bytes));
}

struct Member {
  std::string name;
  unsigned flags = 0, method = 0;
  std::uint32_t crc = 0;
  std::uint64_t packed_bytes = 0, bytes = 0, local_at = 0;
};

// 4.5.3: sizes that do not fit stand in the extra field with the id 1, in this order.
Status read_sizes64(std::string_view extra, Member& member) {
  while (extra.size() >= 4) {
    const std::uint64_t id = little_endian(extra, 0, 2);
    const auto length = static_cast<std::size_t>(little_endian(extra, 2, 2));
    if (length > extra.size() - 4) break;
    std::string_view content = extra.substr(4, length);
    extra.remove_prefix(4 + length);
    if (id != 1) continue;
    for (std::uint64_t* field : {&member.bytes, &member.packed_bytes, &member.local_at}) {
      if (*field != in_zip64_32) continue;
      if (content.size() < 8) return damaged("has a cut zip64 field");
      *field = little_endian(content, 0, 8);
      content.remove_prefix(8);
    }
    return Status();
  }
  return damaged("lacks the zip64 sizes that it announces");
}

// 4.3.12
Result<Member> read_member(int fd, const Directory& directory, std::int64_t file_bytes) {
  if (directory.entries != 1) return damaged(fmt::format("holds {} members, exactly one is expected", directory.entries));
  if (directory.bytes > in_zip64_32) return damaged("has a directory that is too large");
  CVG_ASSIGN(const std::string entry, read_at(fd, static_cast<std::int64_t>(directory.offset),
                                              static_cast<std::int64_t>(directory.bytes), file_bytes));
  if (!entry.starts_with("PK\x01\x02") || entry.size() < central_bytes) return damaged("has a damaged directory");
  Member member;
  member.flags = static_cast<unsigned>(little_endian(entry, 8, 2));
  member.method = static_cast<unsigned>(little_endian(entry, 10, 2));
  member.crc = static_cast<std::uint32_t>(little_endian(entry, 16, 4));
  member.packed_bytes = little_endian(entry, 20, 4);
  member.bytes = little_endian(entry, 24, 4);
  member.local_at = little_endian(entry, 42, 4);
  const auto name_bytes = static_cast<std::size_t>(little_endian(entry, 28, 2));
  const auto extra_bytes = static_cast<std::size_t>(little_endian(entry, 30, 2));
  if (central_bytes + name_bytes + extra_bytes > entry.size()) return damaged("has a damaged directory");
  member.name = entry.substr(central_bytes, name_bytes);
  const bool zip64 = member.packed_bytes == in_zip64_32 || member.bytes == in_zip64_32 || member.local_at == in_zip64_32;
  if (zip64) CVG_RETURN_IF_ERROR(read_sizes64(std::string_view(entry).substr(central_bytes + name_bytes, extra_bytes), member));
  if ((member.flags & flag_encrypted) != 0) return damaged("is encrypted");
  if (member.method != method_stored && member.method != method_deflated)
    return damaged(fmt::format("uses the compression method {}, only stored and deflated are understood", member.method));
  return member;
}

Status skip_to(DeflateReader& reader, std::int64_t position) {
  while (reader.position() < position) {
    CVG_ASSIGN(const std::string_view bytes, reader.take_some(static_cast<std::size_t>(position - reader.position())));
    if (bytes.empty()) return damaged(fmt::format("is cut after {} bytes", reader.position()));
  }
  return Status();
}

Status read_local_header(DeflateReader& reader, const Member& member) {  // 4.3.7
  CVG_RETURN_IF_ERROR(skip_to(reader, static_cast<std::int64_t>(member.local_at)));
  std::string header;
  CVG_ASSIGN(const bool whole, reader.take(local_bytes, header));
  if (!whole || !header.starts_with("PK\x03\x04")) return damaged("has no member where its directory says");
  const auto more = static_cast<std::int64_t>(little_endian(header, 26, 2) + little_endian(header, 28, 2));
  return skip_to(reader, reader.position() + more);
}

Status unpack(DeflateReader& reader, const Member& member) {
  reader.begin_member();
  const std::int64_t begin = reader.position();
  if (member.method == method_deflated) {
    CVG_RETURN_IF_ERROR(reader.inflate());
  } else {
    for (std::uint64_t left = member.packed_bytes; left > 0;) {
      CVG_ASSIGN(const std::string_view bytes, reader.take_some(static_cast<std::size_t>(std::min<std::uint64_t>(left, 1 << 20))));
      if (bytes.empty()) return damaged(fmt::format("is cut after {} bytes", reader.position()));
      CVG_RETURN_IF_ERROR(reader.pass(bytes));
      left -= bytes.size();
    }
  }
  if (static_cast<std::uint64_t>(reader.position() - begin) != member.packed_bytes ||
      static_cast<std::uint64_t>(reader.member_bytes()) != member.bytes)
    return damaged(fmt::format("has a wrong length: {} bytes are written, {} came out", member.bytes, reader.member_bytes()));
  if (reader.crc() != member.crc)
    return damaged(fmt::format("has a wrong CRC: {:08x} is written, {:08x} computed", member.crc, reader.crc()));
  return Status();
}

}  // namespace

// The directory at the end is read first: it alone knows the sizes of a member that was written with a data descriptor.
Result<Inflated> inflate_zip(int from, const InflateSink& to, const InflateOptions& options) {
  struct stat info{};
  if (::fstat(from, &info) != 0 || !S_ISREG(info.st_mode)) return Status(Code::data, "a zip archive must be a regular file");
  if (::lseek(from, 0, SEEK_SET) != 0) return status_from_errno(errno, "read", "The zip archive");
  CVG_ASSIGN(const Directory directory, read_directory(from, info.st_size));
  CVG_ASSIGN(const Member member, read_member(from, directory, info.st_size));
  DeflateReader reader(from, to, options);
  CVG_RETURN_IF_ERROR(read_local_header(reader, member));
  CVG_RETURN_IF_ERROR(unpack(reader, member));
  Inflated done;
  done.members = 1;
  done.member_name = member.name;
  done.bytes_out = reader.bytes_out();
  if (options.sha256) CVG_RETURN_IF_ERROR(skip_to(reader, info.st_size));
  done.bytes_in = info.st_size;
  done.sha256 = reader.sha256();
  return done;
}

Result<Inflated> inflate_zip(int from, int to, const InflateOptions& options) {
  return inflate_zip(from, sink_to_fd(to), options);
}

}  // namespace cvg
