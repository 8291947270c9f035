#include "core/run/publication.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/base/text.h"

namespace cvg {
namespace {

// Beside the cursors; never the key of one, because those of units hold two |.
constexpr std::string_view outputs_key = "outputs";
constexpr std::size_t outputs_bytes_max = 65536;  // of one step

Json bounded(const Json& outputs) {
  constexpr std::array<std::string_view, 3> first{"rows", "bytes", "table"};
  Json out = Json::object();
  std::size_t bytes = 0;
  const auto add = [&](std::string_view name, const Json& value) {
    const std::size_t size = name.size() + value.dump().size();
    if (bytes + size > outputs_bytes_max) return;
    bytes += size;
    out.set(std::string(name), value);
  };
  for (const std::string_view name : first) {
    if (const Json* value = outputs.find(std::string(name))) add(name, *value);
  }
  for (const auto& [name, value] : outputs.members()) {
    if (std::find(first.begin(), first.end(), name) == first.end()) add(name, value);
  }
  return out;
}

std::string escaped(const std::string& part) {
  std::string out;
  for (const char c : part) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

// Of the mark on a table; its two parts make it the key of no unit.
std::string rewrite_key(const std::string& table) { return "rewritten|" + escaped(lower_ascii(table)); }

// What a unit was derived from is a question to the publication alone: nobody finds it in a stored cursor.
Json stored_form(Json cursor) {
  std::erase_if(cursor.members(), [](const Json::Member& member) { return member.first == "derived_from"; });
  return cursor;
}

std::vector<std::string> key_parts(const std::string& key) {
  std::vector<std::string> parts(1);
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (key[i] == '\\' && i + 1 < key.size()) parts.back() += key[++i];
    else if (key[i] == '|') parts.emplace_back();
    else parts.back() += key[i];
  }
  return parts;
}

}  // namespace

Result<cvg_handle> Publication::open(cvg_call* call) {
  MutexLock lock(mutex_);
  if (handle_ != 0) return handle_;
  CVG_ASSIGN(handle_, warehouse_.begin(call, marker_));
  return handle_;
}

cvg_handle Publication::handle() const {
  MutexLock lock(mutex_);
  return handle_;
}

void Publication::set_cursor(const std::string& step_id, const std::string& key, const Json& cursor) {
  MutexLock lock(mutex_);
  cursors_.push_back({step_id, key, cursor});
}

Result<Json> Publication::cursor(cvg_call* call, const std::string& key) const {
  {
    MutexLock lock(mutex_);
    for (auto one = cursors_.rbegin(); one != cursors_.rend(); ++one)
      if (one->key == key) return stored_form(one->cursor);
  }
  return stored_cursor(call, key);
}

Result<Json> Publication::stored_cursor(cvg_call* call, const std::string& key) const {
  Result<Json> stored = warehouse_.cursor(call, key);
  return stored.ok() || stored.status().code() != Code::not_found ? stored : Result<Json>(Json());
}

void Publication::mark_rewritten(const std::string& step_id, const std::string& table, std::uint32_t mode, const std::string& run_id) {
  if (mode != CVG_REPLACE_TABLE && mode != CVG_REPLACE_PARTITION && mode != CVG_MERGE) return;
  set_cursor(step_id, rewrite_key(table), Json::object().set("version", "").set("run", run_id));
}

Result<std::string> Publication::rewritten_by(cvg_call* call, const std::string& table) const {
  CVG_ASSIGN(const Json mark, cursor(call, rewrite_key(table)));
  return mark["run"].text_or("");
}

void Publication::set_outputs(const std::string& step_id, const Json& outputs) {
  MutexLock lock(mutex_);
  outputs_[step_id] = bounded(outputs);
}

Result<bool> Publication::commit(cvg_call* call) {
  cvg_handle handle = 0;
  Json cursors = Json::object();
  Status broken;
  {
    MutexLock lock(mutex_);
    handle = std::exchange(handle_, 0);
    broken = broken_;
    for (const StepCursor& one : cursors_) cursors.set(one.key, one.cursor);
    Json outputs = Json::object();
    for (const auto& [step_id, told] : outputs_) outputs.set(step_id, told);
    if (!outputs_.empty()) cursors.set(std::string(outputs_key), outputs);
  }
  if (handle == 0) return false;
  if (!broken.ok()) {
    (void)warehouse_.end(call, handle, false, Json::object());
    return broken;
  }
  CVG_RETURN_IF_ERROR(warehouse_.end(call, handle, true, cursors).status());
  return true;
}

Status Publication::discard(cvg_call* call, const std::string& step_id) {
  cvg_handle handle = 0;
  {
    MutexLock lock(mutex_);
    handle = handle_;
    std::erase_if(cursors_, [&](const StepCursor& one) { return one.step_id == step_id; });
    outputs_.erase(step_id);
  }
  if (handle == 0) return {};
  const Status discarded = warehouse_.discard(call, handle);
  MutexLock lock(mutex_);
  if (!discarded.ok()) broken_ = discarded;
  return discarded;
}

Status Publication::drop(cvg_call* call) {
  cvg_handle handle = 0;
  {
    MutexLock lock(mutex_);
    handle = std::exchange(handle_, 0);
    cursors_.clear();
    outputs_.clear();
  }
  return handle == 0 ? Status() : warehouse_.end(call, handle, false, Json::object()).status();
}

std::string cursor_key(const std::string& table, const RunUnit& unit) {
  return fmt::format("{}|{}|{}", escaped(lower_ascii(table)), escaped(unit.source), escaped(unit.unit));
}

TableUnits units_of_cursors(const Json& cursors) {
  TableUnits out;
  for (const auto& [key, cursor] : cursors.members()) {
    const std::vector<std::string> parts = key_parts(key);
    if (parts.size() == 3) add_unit(out, parts[0], {parts[1], parts[2]});
  }
  return out;
}

std::map<std::string, Json> outputs_of_cursors(const Json& cursors) {
  std::map<std::string, Json> out;
  const Json* stored = cursors.find(std::string(outputs_key));
  if (!stored) return out;
  for (const auto& [step_id, told] : stored->members()) out[step_id] = told;
  return out;
}

}  // namespace cvg
