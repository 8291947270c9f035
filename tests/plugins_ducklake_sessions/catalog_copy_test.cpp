// A session opens at every moment of a writer: none, idle, in a transaction, just closed.
#include "catalog_copy.h"

#include "session_lake.h"

namespace cvg {
namespace {

using CatalogCopy = SessionLake;

TEST_F(CatalogCopy, WithoutAWriter) {
  sessions_->published("acme");
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]");
}

TEST_F(CatalogCopy, BesideAnIdleWriter) {
  auto engine = writer("acme");
  engine->rows("SELECT count(*) FROM \"lake$\".acme.bill");
  sessions_->published("acme");
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]");
  engine->detach();
}

TEST_F(CatalogCopy, BesideAWriterInATransaction) {
  auto engine = writer("acme");
  engine->begin();
  engine->exec("DELETE FROM \"lake$\".acme.bill WHERE id < 1000");
  sessions_->published("acme");
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]") << "an uncommitted delete is not seen";
  engine->rollback();
  engine->detach();
}

TEST_F(CatalogCopy, RightAfterAWriterClosed) {
  {
    auto engine = writer("other");
    engine->exec("DELETE FROM \"lake$\".other.bill WHERE id < 1000");
    engine->detach();
  }
  sessions_->published("other");
  EXPECT_EQ(rows("SELECT count(*) FROM bill", "other"), "[[4000]]");
}

TEST_F(CatalogCopy, AWarmSessionReadsWhatWasPublished) {
  EXPECT_EQ(rows("SELECT n FROM v"), "[[5000]]");
  auto engine = writer("acme");
  engine->exec("CREATE TABLE \"lake$\".acme.later AS SELECT 7 AS x");
  engine->detach();
  EXPECT_NE(rows("SELECT x FROM later").find("error"), std::string::npos) << "not told yet";
  sessions_->published("acme");
  EXPECT_EQ(rows("SELECT x FROM later"), "[[7]]");
}

TEST_F(CatalogCopy, AMissingCatalogIsNotFound) {
  try {
    ducklake::copy_catalog(folder_ + "/none.sqlite", folder_ + "/copy.sqlite", 10);
    FAIL() << "it was copied";
  } catch (const convergence::Error& e) {
    EXPECT_EQ(e.code(), CVG_E_NOT_FOUND);
  }
}

}  // namespace
}  // namespace cvg
