// The manifest of a plugin, read from the ELF note section .note.cvg of its file, without loading anything: the file may
// be hostile.  Every offset and count is checked against the file's size and a named limit.  Any thread.
#pragma once

#include <cstddef>
#include <string>

#include "core/base/status.h"

namespace cvg {

constexpr std::size_t elf_sections_max = 8192;
constexpr std::size_t manifest_bytes_max = std::size_t{64} << 10;

// The manifest's text, as CVG_MANIFEST_NOTE wrote it.  Code::config says what is wrong with the file.
Result<std::string> read_manifest_note(int fd);

}  // namespace cvg
