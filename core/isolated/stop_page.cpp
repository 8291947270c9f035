#include "core/isolated/stop_page.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace cvg {
namespace {

constexpr std::size_t page_bytes = 4096;
static_assert(std::atomic<std::int32_t>::is_always_lock_free);

}  // namespace

Result<StopPage> StopPage::create() {
  Fd memory(::memfd_create("convergence-stop", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!memory) return status_from_errno(errno, "made", "a page of shared memory");
  if (::ftruncate(memory.get(), page_bytes) != 0) return status_from_errno(errno, "made", "a page of shared memory");
  // A worker that made the page smaller would end the server at its next write.
  if (::fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) return status_from_errno(errno, "sealed", "a page of shared memory");
  return open(std::move(memory));
}

Result<StopPage> StopPage::open(Fd memory) {
  void* page = ::mmap(nullptr, page_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (page == MAP_FAILED) return status_from_errno(errno, "mapped", "a page of shared memory");
  return StopPage(std::move(memory), static_cast<std::atomic<std::int32_t>*>(page));
}

StopPage::StopPage(StopPage&& other) noexcept : memory_(std::move(other.memory_)), word_(std::exchange(other.word_, nullptr)) {}

StopPage::~StopPage() {
  if (word_) ::munmap(static_cast<void*>(word_), page_bytes);
}

}  // namespace cvg
