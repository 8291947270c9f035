// FuzzTargets: what reads bytes of strangers, each as a function of any bytes that answers what is wrong (empty: nothing).
// The same functions are run by libFuzzer (scripts/fuzz) and, with seeded mutations of the corpus, by fuzz_test.  One thread.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace cvg {

std::string fuzz_path(std::string_view bytes);  // router, percent-decoding, queries and single headers
std::string fuzz_head(std::string_view bytes);  // heads, bodies and where messages end
std::string fuzz_json(std::string_view bytes);  // bodies of requests
std::string fuzz_sql(std::string_view bytes);   // SQL and values that are placed into it

struct FuzzTarget {
  std::string_view name;  // of its folder below corpus/, too
  std::string (*run)(std::string_view bytes);
};
inline constexpr std::array<FuzzTarget, 4> fuzz_targets{{{"path", fuzz_path}, {"head", fuzz_head}, {"json", fuzz_json}, {"sql", fuzz_sql}}};

}  // namespace cvg
