// Gzip and zip files for the tests, made by zlib, which is not the library that reads them.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cvg {

inline std::string deflated(std::string_view content, int window_bits) {
  z_stream stream{};
  deflateInit2(&stream, 6, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&stream, content.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

inline std::string gzipped(std::string_view content) { return deflated(content, 15 + 16); }

inline std::string little_endian(std::uint64_t value, int bytes) {
  std::string out;
  for (int i = 0; i < bytes; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
  return out;
}

struct ZipMember {
  std::string name = {}, content = {};
  bool stored = false, descriptor = false, zip64 = false;
  std::uint32_t wrong_crc = 0;  // added to the right one
  std::int64_t wrong_bytes = 0;
  int flags = 0, method = -1;
};

inline std::string zipped(const std::vector<ZipMember>& members, const std::string& comment = "") {
  std::string file, directory;
  for (const ZipMember& m : members) {
    const std::string data = m.stored ? m.content : deflated(m.content, -15);
    const auto crc = static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(m.content.data()), static_cast<uInt>(m.content.size()))) + m.wrong_crc;
    const std::uint64_t bytes = m.content.size() + static_cast<std::uint64_t>(m.wrong_bytes);
    const int flags = m.flags | (m.descriptor ? 8 : 0), method = m.method >= 0 ? m.method : m.stored ? 0 : 8;
    const std::string kind = little_endian(static_cast<unsigned>(flags), 2) + little_endian(static_cast<unsigned>(method), 2) + std::string(4, '\0');
    const std::uint64_t at = file.size();
    const std::string sizes = little_endian(crc, 4) + (m.zip64 ? std::string(8, '\xff') : little_endian(data.size(), 4) + little_endian(bytes, 4));
    file += "PK\x03\x04" + little_endian(20, 2) + kind + (m.descriptor ? std::string(12, '\0') : sizes) +
            little_endian(m.name.size(), 2) + little_endian(0, 2) + m.name + data;
    if (m.descriptor) file += "PK\x07\x08" + little_endian(crc, 4) + little_endian(data.size(), 4) + little_endian(bytes, 4);
    const std::string extra = m.zip64 ? little_endian(1, 2) + little_endian(24, 2) + little_endian(bytes, 8) + little_endian(data.size(), 8) + little_endian(at, 8) : "";
    directory += "PK\x01\x02" + little_endian(20, 2) + little_endian(20, 2) + kind + sizes + little_endian(m.name.size(), 2) +
                 little_endian(extra.size(), 2) + little_endian(0, 2) + std::string(8, '\0') +
                 (m.zip64 ? std::string(4, '\xff') : little_endian(at, 4)) + m.name + extra;
  }
  const std::string count = little_endian(members.size(), 2);
  return file + directory + "PK\x05\x06" + std::string(4, '\0') + count + count + little_endian(directory.size(), 4) +
         little_endian(file.size(), 4) + little_endian(comment.size(), 2) + comment;
}

}  // namespace cvg
