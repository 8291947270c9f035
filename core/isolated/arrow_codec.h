// Arrow schemas and batches as bytes, by value: buffers as they lie in memory, each at a multiple of flat_alignment.  What
// is read is checked before anybody trusts it: counts, sizes, offsets, dictionary indexes.  Plain functions; any thread.
#pragma once

#include <memory>
#include <string>

#include <convergence/arrow_c.h>

#include "core/base/status.h"

namespace cvg {

constexpr int arrow_depth_max = 32;
constexpr std::int64_t arrow_columns_max = 10'000;  // children of one type
constexpr std::int64_t arrow_rows_max = std::int64_t{1} << 31;

Result<std::string> encode_schema(const ArrowSchema& schema);
// Code::limit when the batch is larger than a message may be.
Result<std::string> encode_array(const ArrowSchema& schema, const ArrowArray& array);

// out is released by whoever holds it then.  Code::data: the bytes are no schema, or no array of this schema.
Status decode_schema(std::string_view bytes, ArrowSchema& out);
// The buffers of out lie in body and keep it.
Status decode_array(const ArrowSchema& schema, std::shared_ptr<const std::string> body, ArrowArray& out);

}  // namespace cvg
