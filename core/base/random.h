// Randomness from the kernel's generator: keys, ids, secrets.  Any thread; after a fork too.
#pragma once

#include <cstddef>
#include <string>

namespace cvg {

std::string random_bytes(std::size_t count);   // never fails: the process ends when the kernel gives none
std::string random_base62(std::size_t count);  // [0-9A-Za-z], every letter equally likely
std::string random_uuid();                     // version 4, lower case

}  // namespace cvg
