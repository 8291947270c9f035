#include "core/plugin/fd_read.h"

#include <fcntl.h>

#include "core/base/files.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

TEST(FdRead, ReadsAtAPlaceAndStopsAtTheEnd) {
  const Scratch scratch;
  const Fd fd(::open(scratch.write("f", "0123456789").c_str(), O_RDONLY | O_CLOEXEC));
  EXPECT_EQ(*file_size(fd.get()), 10);
  char bytes[8] = {};
  EXPECT_EQ(*read_at(fd.get(), bytes, 4, 3), 4u);
  EXPECT_EQ(std::string_view(bytes, 4), "3456");
  EXPECT_EQ(*read_at(fd.get(), bytes, 8, 8), 2u);
  EXPECT_EQ(*read_at(fd.get(), bytes, 8, 100), 0u);
  EXPECT_EQ(*read_at(fd.get(), bytes, 8, UINT64_MAX), 0u);
}

TEST(FdRead, ClosedDescriptorIsAnError) {
  char byte = 0;
  EXPECT_FALSE(read_at(-1, &byte, 1, 0).ok());
  EXPECT_FALSE(file_size(-1).ok());
}

}  // namespace
}  // namespace cvg
