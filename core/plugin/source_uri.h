// SourceUri: a source's URI taken apart and decoded, so that comparing it is comparing plain names.  Values.  Any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/status.h"

namespace cvg {

constexpr std::size_t source_uri_bytes_max = 4096;

struct SourceUri {
  std::string scheme;     // file, sample, s3, gs, http, https
  std::string authority;  // a bucket or host, lower case for hosts; empty for file and sample
  std::vector<std::string> segments;  // decoded; never empty, ".", "..", with a '/' or a control character
  bool is_local() const { return scheme == "file" || scheme == "sample"; }
};

// Code::invalid says what is wrong.
Result<SourceUri> parse_source_uri(std::string_view text);

// The folders of a local URI: "/srv/exports".
std::string join_path(const std::vector<std::string>& segments, std::size_t begin, std::size_t end);

}  // namespace cvg
