// The table of options behind ServerConfig: one row an option.  Read-only after start; any thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/config/server_config.h"

namespace cvg {

// Where an option's value lies; the alternative is its type.
using OptionField = std::variant<std::string* (*)(ServerConfig&), std::int64_t* (*)(ServerConfig&), bool* (*)(ServerConfig&),
                                 std::vector<std::string>* (*)(ServerConfig&)>;

struct ServerOption {
  std::string_view key;      // "section.name" or "name"
  OptionField field;
  std::string_view initial;  // the default as text; lists comma-separated
  std::string_view unit;     // of numbers; for texts the allowed words "a|b", or empty
  std::string_view doc;      // one sentence, printed above the option
  std::int64_t min = 0, max = 0;
  std::string_view seed_name = {};  // an environment variable that means the same
};

const std::vector<ServerOption>& server_options();
// "CONVERGENCE_RATE_LIMITS_RUN_PER_MINUTE"
std::string environment_name(const ServerOption& option);
// A sentence for each CONVERGENCE_* variable that is no option, with the nearest one: it may be misspelt.
std::vector<std::string> environment_doubts(const std::map<std::string, std::string>& environment);
// Stores text into config; Status names what is wrong with it, not where it came from.
Status set_option(ServerConfig& config, const ServerOption& option, std::string_view text);

}  // namespace cvg
