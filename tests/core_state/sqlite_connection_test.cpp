#include "core/state/sqlite_connection.h"

#include <filesystem>
#include <fstream>

#include "tests/core_state/store_fixture.h"

namespace cvg {
namespace {

class SqliteConnectionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto opened = SqliteConnection::open(":memory:", SqliteConnection::Mode::write);
    ASSERT_TRUE(opened.ok());
    connection_ = std::move(*opened);
    ASSERT_TRUE(connection_->run_script("CREATE TABLE t (a INTEGER, b TEXT, c REAL, d BLOB)").ok());
  }
  std::unique_ptr<SqliteConnection> connection_;
};

TEST_F(SqliteConnectionTest, ValuesComeBackAsTheyWereBound) {
  const std::string bytes("\0\x01\xff", 3);
  connection_->prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4)")
      .bind(1, std::int64_t{1} << 60).bind(2, std::string_view("käse'; --")).bind(3, 0.5).bind_bytes(4, bytes).step();
  Statement& row = connection_->prepare("SELECT a, b, c, d, NULL FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_EQ(row.integer(0), std::int64_t{1} << 60);
  EXPECT_EQ(row.text(1), "käse'; --");
  EXPECT_EQ(row.real(2), 0.5);
  EXPECT_EQ(row.text(3), bytes);
  EXPECT_TRUE(row.is_null(4));
  EXPECT_EQ(row.text(4), "");
  EXPECT_FALSE(row.step());
  EXPECT_TRUE(row.status().ok());
}

// Bug: "SQLite 11: database disk image is malformed", of no file and without advice.
TEST(SqliteConnectionFiles, ADamagedFileIsNamedWithWhatToDo) {
  char folder[] = "/tmp/core_state_XXXXXX";
  ASSERT_NE(mkdtemp(folder), nullptr);
  const std::string path = std::string(folder) + "/state.db";
  std::ofstream(path) << std::string(8192, 'x');
  const auto opened = SqliteConnection::open(path, SqliteConnection::Mode::write);
  ASSERT_FALSE(opened.ok());
  EXPECT_NE(opened.status().log_text().find("the file " + path + " is damaged"), std::string::npos) << opened.status().log_text();
  EXPECT_NE(opened.status().log_text().find("backup"), std::string::npos);
  EXPECT_EQ(opened.status().text().find(path), std::string::npos) << opened.status().text();
  std::filesystem::remove_all(folder);
}

TEST_F(SqliteConnectionTest, EmptyTextIsNotNull) {
  connection_->prepare("INSERT INTO t (b) VALUES (?1)").bind(1, std::string_view()).step();
  Statement& row = connection_->prepare("SELECT b FROM t");
  ASSERT_TRUE(row.step());
  EXPECT_FALSE(row.is_null(0));
}

TEST_F(SqliteConnectionTest, AStatementIsPreparedOncePerText) {
  Statement& first = connection_->prepare("SELECT 1");
  const std::string same = "SELECT 1";
  EXPECT_EQ(&first, &connection_->prepare(same));
}

TEST_F(SqliteConnectionTest, AStatementMayBeSteppedAgainAfterItsEnd) {
  Statement& row = connection_->prepare("INSERT INTO t (a) VALUES (?1)");
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(row.bind(1, i).step());
  Statement& sum = connection_->prepare("SELECT sum(a) FROM t");
  ASSERT_TRUE(sum.step());
  EXPECT_EQ(sum.integer(0), 3);
}

TEST_F(SqliteConnectionTest, WrongSqlIsAStatusThatTellsTheClientNothing) {
  const Status status = connection_->run("SELEC 1");
  EXPECT_EQ(status.code(), Code::host);
  EXPECT_EQ(status.text(), "The state store failed.");
  EXPECT_NE(status.log_text().find("SELEC"), std::string::npos);
  EXPECT_FALSE(connection_->end_use().ok());
  EXPECT_TRUE(connection_->end_use().ok());
  EXPECT_TRUE(connection_->run("SELECT 1").ok());
}

TEST_F(SqliteConnectionTest, AFileThatIsNoDatabaseIsUnavailable) {
  TempFolder folder;
  FILE* file = std::fopen(folder.file("db").c_str(), "w");
  std::fputs("this is a text and no database, although it is long enough to be looked at as one", file);
  std::fclose(file);
  const auto opened = SqliteConnection::open(folder.file("db"), SqliteConnection::Mode::write);
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.status().code(), Code::unavailable);
}

TEST_F(SqliteConnectionTest, MoreTextsThanTheCacheHoldsAreForgottenBetweenUses) {
  for (int i = 0; i < 600; ++i) {
    ASSERT_TRUE(connection_->run("SELECT " + std::to_string(i)).ok());
    if (i % 100 == 0) {
      ASSERT_TRUE(connection_->end_use().ok());
    }
  }
}

}  // namespace
}  // namespace cvg
