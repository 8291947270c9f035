// The version, told by the build.
#pragma once

namespace cvg {

inline constexpr const char* version = CVG_VERSION;

}  // namespace cvg
