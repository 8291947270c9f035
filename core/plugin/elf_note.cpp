// The format: System V ABI, "Object Files" (ELF-64); notes: the same, "Note Section".
#include "core/plugin/elf_note.h"

#include <elf.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "core/base/text.h"
#include "core/plugin/fd_read.h"

namespace cvg {
namespace {

constexpr std::string_view section_name = ".note.cvg";
constexpr std::string_view note_owner{"cvg\0", 4};
constexpr std::uint32_t note_type = 1;

#if defined(__x86_64__)
constexpr Elf64_Half our_machine = EM_X86_64;
#elif defined(__aarch64__)
constexpr Elf64_Half our_machine = EM_AARCH64;
#else
#error "the plugin ABI is defined for LP64 little-endian machines"
#endif

Status refused(std::string_view why) { return Status(Code::config, std::string(why)); }

// A file that is read by absolute place only; a place outside it is an error, never a short read.
class ElfFile {
 public:
  static Result<ElfFile> open(int fd) {
    CVG_ASSIGN(const std::int64_t size, file_size(fd));
    return ElfFile(fd, static_cast<std::uint64_t>(size));
  }
  Status read(std::uint64_t offset, void* to, std::size_t count) const {
    if (offset > size_ || count > size_ - offset) return refused("it is a damaged ELF file: a table reaches beyond its end");
    CVG_ASSIGN(const std::size_t got, read_at(fd_, to, count, offset));
    return got == count ? Status() : refused("it became shorter while it was read");
  }

 private:
  ElfFile(int fd, std::uint64_t size) : fd_(fd), size_(size) {}
  int fd_;
  std::uint64_t size_;
};

Result<Elf64_Ehdr> read_header(const ElfFile& file) {
  Elf64_Ehdr header;
  if (!file.read(0, &header, sizeof header).ok() || std::memcmp(header.e_ident, ELFMAG, SELFMAG) != 0)
    return refused("it is no ELF file");
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_ident[EI_DATA] != ELFDATA2LSB)
    return refused("it is no 64-bit little-endian ELF file");
  if (header.e_type != ET_DYN) return refused("it is an ELF file, but no shared object");
  if (header.e_machine != our_machine) return refused("it was built for another kind of processor");
  if (header.e_shoff == 0 || header.e_shnum == 0) return refused("it has no section table, so that its manifest cannot be read");
  if (header.e_shentsize != sizeof(Elf64_Shdr)) return refused("it is a damaged ELF file: its section table has another entry size");
  if (header.e_shnum > elf_sections_max) return refused("it has more sections than a plugin may have (elf_sections_max)");
  if (header.e_shstrndx >= header.e_shnum) return refused("it is a damaged ELF file: its section names are missing");
  return header;
}

// Whether the name at this place of the section names is the one we look for.
Result<bool> is_ours(const ElfFile& file, const Elf64_Shdr& names, const Elf64_Shdr& section) {
  char name[section_name.size() + 1];
  const std::uint64_t at = section.sh_name;
  if (at > names.sh_size || names.sh_size - at < sizeof name) return false;
  if (names.sh_offset > UINT64_MAX - at) return refused("it is a damaged ELF file: its section names lie nowhere");
  CVG_RETURN_IF_ERROR(file.read(names.sh_offset + at, name, sizeof name));
  return std::string_view(name, section_name.size()) == section_name && name[section_name.size()] == 0;
}

// The text of the one note in the section.
Result<std::string> read_note(std::string_view section) {
  Elf64_Nhdr header;
  if (section.size() < sizeof header) return refused("its manifest note is cut");
  std::memcpy(&header, section.data(), sizeof header);
  section.remove_prefix(sizeof header);
  if (header.n_namesz != note_owner.size() || !section.starts_with(note_owner) || header.n_type != note_type)
    return refused("its section .note.cvg holds something else than a manifest");
  section.remove_prefix(note_owner.size());
  if (header.n_descsz == 0 || header.n_descsz > section.size()) return refused("its manifest note is cut");
  const std::string_view text = section.substr(0, header.n_descsz - 1);
  if (section[header.n_descsz - 1] != 0 || text.find('\0') != std::string_view::npos)
    return refused("its manifest is no text of one piece");
  if (section.substr(header.n_descsz).find_first_not_of('\0') != std::string_view::npos)
    return refused("it holds more than one manifest");
  return std::string(text);
}

}  // namespace

Result<std::string> read_manifest_note(int fd) {
  CVG_ASSIGN(const ElfFile file, ElfFile::open(fd));
  CVG_ASSIGN(const Elf64_Ehdr header, read_header(file));
  std::vector<Elf64_Shdr> sections(header.e_shnum);
  CVG_RETURN_IF_ERROR(file.read(header.e_shoff, sections.data(), sections.size() * sizeof(Elf64_Shdr)));
  const Elf64_Shdr& names = sections[header.e_shstrndx];
  const Elf64_Shdr* found = nullptr;
  for (const Elf64_Shdr& section : sections) {
    CVG_ASSIGN(const bool ours, is_ours(file, names, section));
    if (!ours) continue;
    if (found) return refused("it holds more than one manifest");
    found = &section;
  }
  if (!found) return refused("it has no manifest (the section .note.cvg, which CVG_MANIFEST_NOTE writes), so it is no plugin");
  if (found->sh_type == SHT_NOBITS) return refused("its manifest note is empty");
  if (found->sh_size > manifest_bytes_max) return refused("its manifest is larger than a plugin may have (manifest_bytes_max)");
  std::string bytes(found->sh_size, '\0');
  CVG_RETURN_IF_ERROR(file.read(found->sh_offset, bytes.data(), bytes.size()));
  return read_note(bytes);
}

}  // namespace cvg
