#include "core/plugin/elf_note.h"

#include <elf.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <random>

#include "core/base/files.h"
#include "tests/core_plugin/scratch.h"

namespace cvg {
namespace {

// A file in memory that is read as the loader reads files.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : fd_(::memfd_create("plugin", MFD_CLOEXEC)) { set(bytes); }
  void set(std::string_view bytes) {
    EXPECT_EQ(::ftruncate(fd_.get(), 0), 0);
    EXPECT_EQ(::pwrite(fd_.get(), bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  }
  Result<std::string> manifest() const { return read_manifest_note(fd_.get()); }

 private:
  Fd fd_;
};

std::string good_bytes() { return read_all(broken("good")); }

template <class T>
T get(const std::string& bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}
template <class T>
void put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

std::string refusal(const std::string& bytes) {
  const Result<std::string> manifest = MemoryFile(bytes).manifest();
  return manifest.ok() ? "it was accepted" : manifest.status().text();
}

TEST(ElfNote, ReadsTheManifestOfARealPlugin) {
  const Result<std::string> manifest = MemoryFile(good_bytes()).manifest();
  ASSERT_TRUE(manifest.ok()) << manifest.status().text();
  EXPECT_TRUE(manifest->starts_with("{\"id\":\"test.good\"")) << *manifest;
  EXPECT_TRUE(manifest->ends_with("]}"));
}

TEST(ElfNote, OtherFilesAreRefused) {
  EXPECT_EQ(refusal(""), "it is no ELF file");
  EXPECT_EQ(refusal("#!/bin/sh\n" + std::string(100, 'x')), "it is no ELF file");
  EXPECT_EQ(refusal(good_bytes().substr(0, 40)), "it is no ELF file");
  std::string bytes = good_bytes();
  bytes[EI_CLASS] = ELFCLASS32;
  EXPECT_EQ(refusal(bytes), "it is no 64-bit little-endian ELF file");
  bytes = good_bytes();
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_type), ET_EXEC);
  EXPECT_EQ(refusal(bytes), "it is an ELF file, but no shared object");
  bytes = good_bytes();
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_machine), EM_S390);
  EXPECT_EQ(refusal(bytes), "it was built for another kind of processor");
}

TEST(ElfNote, TablesOutsideTheFileAreRefused) {
  for (const std::uint64_t offset : {std::uint64_t{1} << 40, UINT64_MAX, UINT64_MAX - 63, std::uint64_t{1} << 63}) {
    std::string bytes = good_bytes();
    put<Elf64_Off>(bytes, offsetof(Elf64_Ehdr, e_shoff), offset);
    EXPECT_NE(refusal(bytes).find("reaches beyond its end"), std::string::npos);
  }
  std::string bytes = good_bytes();
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shnum), 0xffff);
  EXPECT_NE(refusal(bytes).find("elf_sections_max"), std::string::npos);
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shnum), elf_sections_max);
  EXPECT_NE(refusal(bytes).find("reaches beyond its end"), std::string::npos);
  bytes = good_bytes();
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shstrndx), 0xfff0);
  EXPECT_NE(refusal(bytes).find("section names are missing"), std::string::npos);
  bytes = good_bytes();
  put<Elf64_Half>(bytes, offsetof(Elf64_Ehdr, e_shentsize), 1);
  EXPECT_NE(refusal(bytes).find("another entry size"), std::string::npos);
}

TEST(ElfNote, NoteThatIsLargerThanItsLimitIsNotRead) {
  std::string bytes = good_bytes();
  const auto header = get<Elf64_Ehdr>(bytes, 0);
  for (std::size_t i = 0; i < header.e_shnum; ++i)
    put<Elf64_Xword>(bytes, header.e_shoff + i * sizeof(Elf64_Shdr) + offsetof(Elf64_Shdr, sh_size), std::uint64_t{1} << 40);
  EXPECT_NE(refusal(bytes).find("manifest_bytes_max"), std::string::npos) << refusal(bytes);
}

// Every cut and thousands of changed files end in a manifest or a sentence; sanitizers watch what happens between.
TEST(ElfNote, EveryCutOfAPluginIsAnswered) {
  const std::string whole = good_bytes();
  MemoryFile file("");
  for (std::size_t size = 0; size < whole.size(); size += 1 + size / 50) {
    file.set(std::string_view(whole).substr(0, size));
    const Result<std::string> manifest = file.manifest();
    if (!manifest.ok()) {
      EXPECT_EQ(manifest.status().code(), Code::config);
    }
  }
}

TEST(ElfNote, EveryMutationOfAPluginIsAnswered) {
  const std::string whole = good_bytes();
  const auto header = get<Elf64_Ehdr>(whole, 0);
  std::mt19937_64 random(20251121);
  constexpr std::uint64_t strange[] = {0, 1, 7, 8, 63, 64, 0x7fff, 0xffff, 0x7fffffff, 0xffffffff, UINT64_MAX, UINT64_MAX - 8, std::uint64_t{1} << 63};
  MemoryFile file("");
  int accepted = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = whole;
    const int changes = 1 + static_cast<int>(random() % 4);
    for (int i = 0; i < changes; ++i) {
      // Mostly in the header, the section table and the note's surroundings, where it can matter.
      const std::uint64_t table = header.e_shoff + random() % (header.e_shnum * sizeof(Elf64_Shdr));
      const std::uint64_t places[] = {random() % sizeof(Elf64_Ehdr), table, random() % 4096, random() % whole.size()};
      const std::uint64_t at = std::min<std::uint64_t>(places[random() % 4], whole.size() - 8);
      const std::uint64_t value = random() % 2 ? strange[random() % std::size(strange)] : random();
      std::memcpy(bytes.data() + at, &value, std::size_t{1} << (random() % 4));
    }
    if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    file.set(bytes);
    const Result<std::string> manifest = file.manifest();
    if (manifest.ok()) {
      ++accepted;
      EXPECT_LE(manifest->size(), manifest_bytes_max);
      EXPECT_EQ(manifest->find('\0'), std::string::npos);
    } else {
      EXPECT_EQ(manifest.status().code(), Code::config);
    }
  }
  EXPECT_GT(accepted, 0);
}

}  // namespace
}  // namespace cvg
