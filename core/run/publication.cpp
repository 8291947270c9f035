#include "core/run/publication.h"

#include "core/base/text.h"

namespace cvg {
namespace {

std::string escaped(const std::string& part) {
  std::string out;
  for (const char c : part) {
    if (c == '|' || c == '\\') out += '\\';
    out += c;
  }
  return out;
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

Result<bool> Publication::commit(cvg_call* call) {
  cvg_handle handle = 0;
  Json cursors = Json::object();
  Status broken;
  {
    MutexLock lock(mutex_);
    handle = std::exchange(handle_, 0);
    broken = broken_;
    for (const StepCursor& one : cursors_) cursors.set(one.key, one.cursor);
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

}  // namespace cvg
