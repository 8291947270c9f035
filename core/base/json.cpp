#include "core/base/json.h"

#include "core/base/text.h"

namespace cvg {

Result<Json> parse_json(std::string_view text) {
  try {
    return Json::parse(text.data(), text.size());
  } catch (const convergence::JsonError& error) {
    return Status(Code::invalid, fmt::format("The text is no valid JSON at byte {}: {}", error.offset, error.what()))
        .with_detail_json(Json::object().set("offset", static_cast<std::uint64_t>(error.offset)).dump());
  } catch (const std::exception& error) {
    return Status(Code::host, "The JSON text could not be read.", error.what());
  }
}

}  // namespace cvg
