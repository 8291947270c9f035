#include "core/plugin/component_config.h"

#include <vector>

#include <convergence/plugin.hpp>

#include "core/base/clock.h"
#include "core/base/json_schema.h"
#include "core/base/text.h"
#include "core/plugin/call.h"
#include "core/plugin/plugin_call.h"

namespace cvg {
namespace {

Status refused(std::string why) { return Status(Code::config, std::move(why)); }

// The schema with unknown keys refused, unless it says itself what becomes of them.
Json closed_schema(const Json& schema) {
  Json closed = schema.is_object() ? schema : Json::object();
  if (!closed.find("type")) closed.set("type", "object");
  if (!closed.find("additionalProperties")) closed.set("additionalProperties", false);
  return closed;
}

// ", did you mean x?" for the first key that a closed schema does not know.
std::string hint(const Json& schema, const Json& config) {
  std::vector<std::string> known;
  for (const Json::Member& member : schema["properties"].members()) known.push_back(member.first);
  for (const Json::Member& member : config.members()) {
    if (schema["properties"].find(member.first)) continue;
    const std::string near = nearest_name(member.first, known);
    if (!near.empty()) return fmt::format("; did you mean {} instead of {}?", near, member.first);
  }
  return {};
}

}  // namespace

Result<Json> describe_component(const cvg_component& component, const std::string& who) {
  const SystemClock clock;
  Call::Options options;
  options.clock = &clock;
  Call call(options);
  convergence::StringOut out(describe_bytes_max);
  const Status described = call_plugin(who, [&](cvg_error* e) { return component.describe(call.raw(), out.out(), e); });
  if (!described.ok()) return refused(fmt::format("its {} cannot describe itself: {}", who, described.log_text()));
  Result<Json> json = parse_json(out.text());
  if (!json.ok()) return refused(fmt::format("its {} describes itself in something that is no JSON: {}", who, json.status().text()));
  CVG_RETURN_IF_ERROR(check_description(*json, who));
  return json;
}

Status check_description(const Json& description, const std::string& who) {
  if (!description.is_object()) return refused(fmt::format("its {} describes itself in JSON that is no object", who));
  for (const char* schema : {"config_schema", "spec_schema"})
    if (description.find(schema) && !description[schema].is_object())
      return refused(fmt::format("its {} describes a {} that is no JSON object", who, schema));
  return Status();
}

Json config_of(const Json& config, const std::string& component) {
  const Json& by_name = config["components"];
  const Json& own = by_name.is_object() ? by_name[component] : config;
  return own.is_null() ? Json::object() : own;
}

Status check_config_names(const Json& config, const PluginManifest& manifest) {
  if (!config.is_null() && !config.is_object()) return refused("its config is no map");
  const Json& by_name = config["components"];
  if (!by_name.is_object()) return Status();
  if (config.size() > 1) return refused("its config holds other keys beside components");
  std::vector<std::string> names;
  for (const PluginManifest::Offer& offer : manifest.offers) names.push_back(offer.name);
  for (const Json::Member& member : by_name.members()) {
    if (std::find(names.begin(), names.end(), member.first) != names.end()) continue;
    const std::string near = nearest_name(member.first, names);
    return refused(fmt::format("its config names the component {}, which it does not offer{}", member.first,
                               near.empty() ? "" : "; did you mean " + near + "?"));
  }
  return Status();
}

Status check_config(const Json& description, const Json& config, const std::string& who) {
  const Json schema = closed_schema(description["config_schema"]);
  const std::vector<SchemaError> errors = validate_schema(schema, config);
  if (errors.empty()) return Status();
  std::string text = to_text(errors);
  if (text.find("did you mean") == std::string::npos) text += hint(schema, config);
  return refused(fmt::format("the config of its {} is wrong: {}", who, text));
}

}  // namespace cvg
