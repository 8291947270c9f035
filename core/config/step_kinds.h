// StepKinds: what the configuration must know of step kinds to check a template; wiring gives the loaded plugins'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace cvg {

class StepKinds {
 public:
  virtual ~StepKinds() = default;
  // False where no plugin could be asked: then types and options of steps stay unchecked.
  virtual bool known() const { return true; }
  // The JSON Schema of a step's own options; null: no loaded plugin offers this kind.
  virtual const Json* spec_schema(std::string_view type) const = 0;
  virtual std::vector<std::string> names() const = 0;
  // What the kind itself finds wrong with options whose placeholders are unresolved: an array of {"field","message"}.
  virtual Json plan(std::string_view type, const Json& spec) const = 0;
};

}  // namespace cvg
