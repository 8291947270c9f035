// Reading at a place of a descriptor: the two calls that the stage, the objects and the ELF reader share.  Any thread.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/base/status.h"

namespace cvg {

Result<std::int64_t> file_size(int fd);
// Up to count bytes from offset; fewer only at the end of the file.
Result<std::size_t> read_at(int fd, void* to, std::size_t count, std::uint64_t offset);

}  // namespace cvg
