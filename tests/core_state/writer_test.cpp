#include "core/state/writer.h"

#include <map>
#include <thread>

#include "core/base/random.h"
#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class WriterTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteConnection> connect() {
    auto connection = SqliteConnection::open(folder_.file("db"), SqliteConnection::Mode::write);
    EXPECT_TRUE(connection.ok());
    EXPECT_TRUE((*connection)->run_script("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, k INTEGER UNIQUE)").ok());
    return std::move(*connection);
  }
  static Status insert(Connection& c, std::int64_t id, std::int64_t k) {
    Statement& row = c.prepare("INSERT INTO t VALUES (?1, ?2)");
    row.bind(1, id).bind(2, k).step();
    return row.status();
  }
  std::vector<std::int64_t> stored() {
    auto connection = SqliteConnection::open(folder_.file("db"), SqliteConnection::Mode::read);
    std::vector<std::int64_t> ids;
    Statement& row = (*connection)->prepare("SELECT id FROM t ORDER BY id");
    while (row.step()) ids.push_back(row.integer(0));
    return ids;
  }
  TempFolder folder_;
};

// Any mix of closures that succeed, refuse, break a constraint or throw: exactly the ones answered ok are stored.
TEST_F(WriterTest, ExactlyTheWritesAnsweredOkAreStored) {
  std::vector<std::vector<std::int64_t>> ok(16);
  {
    Writer writer(connect(), 4096, 64);
    std::vector<std::thread> threads;
    for (int t = 0; t < 16; ++t)
      threads.emplace_back([&, t] {
        for (int i = 0; i < 60; ++i) {
          const std::int64_t id = t * 1000 + i;
          const int kind = static_cast<unsigned char>(random_bytes(1)[0]) % 4;
          const Status status = writer.submit([&](Connection& c) {
            CVG_RETURN_IF_ERROR(insert(c, id, kind == 1 ? 7 : id + 100));
            if (kind == 2) return Status(Code::quota, "refused");
            if (kind == 3) throw std::runtime_error("thrown");
            return Status();
          });
          if (status.ok()) ok[static_cast<std::size_t>(t)].push_back(id);
          const std::map<int, Code> wanted{{0, Code::ok}, {2, Code::quota}, {3, Code::host}};
          if (const auto found = wanted.find(kind); found != wanted.end()) {
            EXPECT_EQ(status.code(), found->second) << status.log_text();
          }
        }
      });
    for (std::thread& thread : threads) thread.join();
  }
  std::vector<std::int64_t> wanted;
  for (const auto& ids : ok) wanted.insert(wanted.end(), ids.begin(), ids.end());
  EXPECT_EQ(stored(), wanted);
}

TEST_F(WriterTest, AStatementThatFailedUndoesTheClosureThatDidNotLook) {
  Writer writer(connect(), 10, 10);
  ASSERT_TRUE(writer.submit([](Connection& c) { return insert(c, 1, 1); }).ok());
  const Status status = writer.submit([](Connection& c) {
    static_cast<void>(insert(c, 2, 2));
    static_cast<void>(insert(c, 3, 1));
    return Status();
  });
  EXPECT_EQ(status.code(), Code::conflict);
  EXPECT_EQ(stored(), std::vector<std::int64_t>{1});
}

// A closure that ends the transaction under the writer stands for a disk error: nobody of its batch is answered ok.
TEST_F(WriterTest, WhenTheTransactionIsLostTheWholeBatchIsUnavailable) {
  std::atomic<bool> go{false};
  std::atomic<bool> running{false};
  std::vector<Status> answers(5);
  {
    Writer writer(connect(), 100, 100);
    std::vector<std::thread> threads;
    threads.emplace_back([&] {
      static_cast<void>(writer.submit([&](Connection&) {
        running = true;
        running.notify_all();
        go.wait(false);
        return Status();
      }));
    });
    running.wait(false);
    for (int i = 0; i < 5; ++i)
      threads.emplace_back([&, i] {
        answers[static_cast<std::size_t>(i)] = writer.submit([&, i](Connection& c) {
          CVG_RETURN_IF_ERROR(insert(c, i, i));
          return i == 2 ? c.run("ROLLBACK") : Status();
        });
      });
    while (writer.waiting() < 5) std::this_thread::yield();
    go = true;
    go.notify_all();
    for (std::thread& thread : threads) thread.join();
    EXPECT_TRUE(writer.submit([](Connection& c) { return insert(c, 100, 100); }).ok()) << "the writer goes on";
  }
  for (const Status& answer : answers) EXPECT_EQ(answer.code(), Code::unavailable);
  EXPECT_EQ(stored(), std::vector<std::int64_t>{100});
}

// Deferred foreign keys are looked at by COMMIT, which is how a test makes it fail.
TEST_F(WriterTest, WhenCommitFailsTheWholeBatchIsUnavailableAndNothingIsStored) {
  auto connection = connect();
  ASSERT_TRUE(connection->run_script("CREATE TABLE child (t INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)").ok());
  std::atomic<bool> go{false};
  std::atomic<bool> running{false};
  std::vector<Status> answers(3);
  Writer writer(std::move(connection), 100, 100);
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    static_cast<void>(writer.submit([&](Connection&) {
      running = true;
      running.notify_all();
      go.wait(false);
      return Status();
    }));
  });
  running.wait(false);
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&, i] {
      answers[static_cast<std::size_t>(i)] = writer.submit([i](Connection& c) {
        CVG_RETURN_IF_ERROR(insert(c, i, i));
        return i == 1 ? c.run("INSERT INTO child VALUES (77)") : Status();
      });
    });
  while (writer.waiting() < 3) std::this_thread::yield();
  go = true;
  go.notify_all();
  for (std::thread& thread : threads) thread.join();
  for (const Status& answer : answers) EXPECT_EQ(answer.code(), Code::unavailable);
  EXPECT_TRUE(stored().empty());
  EXPECT_TRUE(writer.submit([](Connection& c) { return insert(c, 5, 5); }).ok());
}

TEST_F(WriterTest, AFullDiskIsUnavailableAndLosesNothingOlder) {
  Writer writer(connect(), 100, 100);
  ASSERT_TRUE(writer.submit([](Connection& c) { return c.run("PRAGMA max_page_count = 10"); }).ok());
  const auto insert_large = [&](int id) {
    return writer.submit([id](Connection& c) {
      c.prepare("CREATE TABLE IF NOT EXISTS large (id INTEGER, content BLOB)").step();
      c.prepare("INSERT INTO large VALUES (?1, zeroblob(5000))").bind(1, id).step();
      return insert(c, id, id);
    });
  };
  std::vector<std::int64_t> ok;
  Status last;
  for (int id = 0; id < 20; ++id) {
    last = insert_large(id);
    if (last.ok()) ok.push_back(id);
  }
  EXPECT_EQ(last.code(), Code::unavailable);
  EXPECT_FALSE(ok.empty());
  EXPECT_EQ(stored(), ok);
  ASSERT_TRUE(writer.submit([](Connection& c) { return c.run("PRAGMA max_page_count = 10000"); }).ok());
  EXPECT_TRUE(insert_large(100).ok());
}

TEST_F(WriterTest, AFullQueueAnswersUnavailableAtOnce) {
  std::atomic<bool> go{false};
  std::atomic<bool> running{false};
  Writer writer(connect(), 1, 1);
  std::thread first([&] {
    static_cast<void>(writer.submit([&](Connection&) {
      running = true;
      running.notify_all();
      go.wait(false);
      return Status();
    }));
  });
  running.wait(false);
  std::thread second([&] { EXPECT_TRUE(writer.submit([](Connection& c) { return insert(c, 1, 1); }).ok()); });
  while (writer.waiting() < 1) std::this_thread::yield();
  const Status status = writer.submit([](Connection& c) { return insert(c, 2, 2); });
  EXPECT_EQ(status.code(), Code::unavailable);
  EXPECT_TRUE(status.retry_after_ms().has_value());
  go = true;
  go.notify_all();
  first.join();
  second.join();
}

TEST_F(WriterTest, ListenersHearOnlyOfMarkedCommitsAndNoneAfterRemoval) {
  Writer writer(connect(), 10, 10);
  std::atomic<int> heard{0};
  writer.on_commit([&] { ++heard; });
  ASSERT_TRUE(writer.submit([](Connection& c) { return insert(c, 1, 1); }).ok());
  static_cast<void>(writer.submit([](Connection& c) {
    c.notify_after_commit();
    return Status(Code::quota, "undone");
  }));
  ASSERT_TRUE(writer.submit([](Connection& c) {
    c.notify_after_commit();
    return insert(c, 2, 2);
  }).ok());
  ASSERT_TRUE(writer.submit([](Connection&) { return Status(); }).ok());  // the commit before has told by now
  EXPECT_EQ(heard, 1);
  writer.on_commit({});
  ASSERT_TRUE(writer.submit([](Connection& c) {
    c.notify_after_commit();
    return Status();
  }).ok());
  ASSERT_TRUE(writer.submit([](Connection&) { return Status(); }).ok());
  EXPECT_EQ(heard, 1);
}

}  // namespace
}  // namespace cvg
