// Bringing an open object into the stage, inflated, with the SHA-256 of its source bytes.  Shared by every ObjectStore
// that can hand over a descriptor.  One thread.
#pragma once

#include <string>

#include "core/base/json.h"
#include "core/base/status.h"
#include "core/plugin/stage.h"

namespace cvg {

enum class Inflate : std::uint8_t { none, gzip, zip, by_magic };

// {"inflate":"none|gzip|zip|auto"}; auto when it is absent.  Code::config for another key or value.
Result<Inflate> read_inflate(const Json& options);

// from: read from its beginning.  Answers what cvg_objects.to_stage writes; errors name the object by its key.
Result<Json> stage_object(int from, const std::string& key, Inflate inflate, StageArea& stage);

}  // namespace cvg
