// Why a server cannot listen on an address, as a sentence for the operator.  Any thread.
#pragma once

#include <string>

namespace cvg {

// Tries listen (HOST:PORT, [v6]:PORT or PORT) once more by itself.
std::string why_not_listening(const std::string& listen);

}  // namespace cvg
