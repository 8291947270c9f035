// Inflating what clouds deliver: gzip streams and zip archives of one member, with every length and CRC verified.  The
// engine reads such files, too, but accepts a cut trailer; this does not.  ISA-L does the work, 1 MiB at a time.
// Errors are Code::data and say what is wrong and where: "cut after N bytes", "wrong CRC", "cut trailer", "wrong length";
// what `to` answers comes back unchanged.  Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/status.h"

namespace cvg {

// Takes the inflated bytes in order, up to 1 MiB at a time.  A Status that is not ok stops the work.
using InflateSink = std::function<Status(std::string_view bytes)>;
InflateSink sink_to_fd(int fd);  // the descriptor is borrowed

struct InflateOptions {
  bool sha256 = false;          // of the source's bytes, all of them, computed on the way
  std::int64_t bytes_max = 0;   // inflated; more is Code::limit; 0: no limit
};

struct Inflated {
  std::int64_t bytes_in = 0, bytes_out = 0;
  std::int32_t members = 0;
  std::string sha256;       // hex; empty when it was not asked for
  std::string member_name;  // of a zip archive
};

// from: read from its position to its end; any number of gzip members, zero bytes may follow the last one.
Result<Inflated> inflate_gzip(int from, const InflateSink& to, const InflateOptions& options = {});
Result<Inflated> inflate_gzip(int from, int to, const InflateOptions& options = {});

// from: a file, read as a whole.  Exactly one member, stored or deflated; zip64 and data descriptors are understood.
Result<Inflated> inflate_zip(int from, const InflateSink& to, const InflateOptions& options = {});
Result<Inflated> inflate_zip(int from, int to, const InflateOptions& options = {});

}  // namespace cvg
