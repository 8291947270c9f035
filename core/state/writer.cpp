#include "core/state/writer.h"

#include <algorithm>
#include <exception>

#include "core/base/text.h"

namespace cvg {
namespace {

Status unavailable(std::string log_text) {
  return Status(Code::unavailable, "The state store is not usable now.", std::move(log_text));
}

}  // namespace

Writer::Writer(std::unique_ptr<SqliteConnection> connection, std::int64_t queue_max, std::int64_t batch_max)
    : connection_(std::move(connection)), queue_max_(static_cast<std::size_t>(std::max<std::int64_t>(queue_max, 1))),
      batch_max_(static_cast<std::size_t>(std::max<std::int64_t>(batch_max, 1))), thread_([this] { loop(); }) {}

Writer::~Writer() {
  {
    const MutexLock lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

Status Writer::submit(const Work& work) {
  const auto task = std::make_shared<Task>();
  task->work = &work;
  {
    const MutexLock lock(mutex_);
    if (stopping_) return unavailable("The writer has stopped.");
    if (queue_.size() >= queue_max_) return unavailable(fmt::format("{} writes wait already.", queue_max_)).with_retry_after_ms(1000);
    queue_.push_back(task);
    if (queue_.size() == 1) wake_.notify_one();
  }
  while (::sem_wait(&task->done) != 0) continue;  // a signal came
  return std::move(task->answer);
}

std::size_t Writer::waiting() {
  const MutexLock lock(mutex_);
  return queue_.size();
}

void Writer::on_commit(std::function<void()> listener) {
  const MutexLock lock(listeners_mutex_);
  if (listener) listeners_.push_back(std::move(listener));
  else listeners_.clear();
}

Writer::Batch Writer::next_batch() {
  const MutexLock lock(mutex_);
  while (queue_.empty() && !stopping_) wake_.wait(mutex_);
  const std::size_t count = std::min(queue_.size(), batch_max_);
  const auto end = queue_.begin() + static_cast<std::ptrdiff_t>(count);
  Batch batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
  queue_.erase(queue_.begin(), end);
  return batch;
}

void Writer::loop() {
  for (Batch batch = next_batch(); !batch.empty(); batch = next_batch()) run(batch);
}

void Writer::run(const Batch& batch) {
  bool notify = false;
  Status done = run_all(batch, notify);
  if (!done.ok() && connection_->in_transaction()) {
    // A rollback that fails leaves the transaction to the next BEGIN, which then fails in turn: nothing is committed.
    static_cast<void>(connection_->run("ROLLBACK"));
    static_cast<void>(connection_->end_use());
  }
  // The listeners first: waking a large batch takes longer than telling them.
  if (done.ok() && notify) tell_listeners();
  for (const std::shared_ptr<Task>& task : batch) {
    if (!done.ok()) task->answer = done;
    ::sem_post(&task->done);
  }
}

// Some failures (a full disk, an I/O error) make SQLite undo the whole transaction by itself; then no closure of the batch
// may be answered ok, not even one that ran before.
Status Writer::run_all(const Batch& batch, bool& notify) {
  const auto failed = [](const Status& why) { return unavailable(why.log_text()); };
  if (const Status begun = connection_->run("BEGIN IMMEDIATE"); !begun.ok()) {
    static_cast<void>(connection_->end_use());
    return failed(begun);
  }
  for (const std::shared_ptr<Task>& task : batch) {
    const Status kept = run_one(*task, notify);
    if (!kept.ok()) return failed(kept);
    if (!connection_->in_transaction()) return failed(task->answer);
  }
  const Status committed = connection_->run("COMMIT");
  commits_.fetch_add(1);  // also when it failed: nobody knows then what was stored
  static_cast<void>(connection_->end_use());
  return committed.ok() ? Status() : failed(committed);
}

// The Status is the savepoint's; the closure's own goes to the task.
Status Writer::run_one(Task& task, bool& notify) {
  CVG_RETURN_IF_ERROR(connection_->run("SAVEPOINT one"));
  try {
    task.answer = (*task.work)(*connection_);
  } catch (const std::exception& error) {
    task.answer = Status(Code::host, "The state store failed.", error.what());
  }
  Status failure = connection_->end_use();
  if (task.answer.ok() && !failure.ok()) task.answer = std::move(failure);
  const bool notified = connection_->take_notify();
  if (!connection_->in_transaction()) return Status();
  if (task.answer.ok()) {
    notify = notify || notified;
    return connection_->run("RELEASE one");
  }
  CVG_RETURN_IF_ERROR(connection_->run("ROLLBACK TO one"));
  return connection_->run("RELEASE one");
}

void Writer::tell_listeners() {
  const MutexLock lock(listeners_mutex_);
  for (const std::function<void()>& listener : listeners_) listener();
}

}  // namespace cvg
