#include "plugins/ducklake/engine_faults.h"

#include <gtest/gtest.h>

namespace ducklake {
namespace {

TEST(EngineFaults, HidesPathsAndAdvice) {
  EXPECT_EQ(engine_message("IO Error: Cannot open file \"/var/lib/lakes/acme/data/x.parquet\": nope\nPossible fixes:\n* a"),
            "IO Error: Cannot open file \"x.parquet\": nope");
  EXPECT_EQ(without_paths("a / b, 1 /x"), "a / b, 1 /x");
  EXPECT_EQ(without_paths("file:/a/b/c.sqlite"), "file:c.sqlite");
}

TEST(EngineFaults, AdviceOnMemoryIsOurOwn) {
  const std::string text = engine_message("Out of Memory Error: could not allocate block\n\nPossible solutions:\n* Reducing the number of threads (SET threads=X)");
  EXPECT_EQ(text, "Out of Memory: the statement needs more than the engine may take (warehouse.memory_mb)");
}

TEST(EngineFaults, HidesInnerNames) {
  EXPECT_EQ(engine_message("Catalog Error: Table with name markers does not exist!\nDid you mean \"__cvg.markers\"?\n\nLINE 1: SELECT"),
            "Catalog Error: Table with name markers does not exist!\n\nLINE 1: SELECT");
  EXPECT_EQ(engine_message("Catalog Error: \"__ducklake_metadata_x\" is not there"), "the statement asks for something that is not offered here");
}

TEST(EngineFaults, MapsErrorsToTheHostsCodes) {
  EXPECT_EQ(engine_status(DUCKDB_ERROR_IO, "IO Error: No space left on device"), CVG_E_UNAVAILABLE);
  EXPECT_EQ(engine_message("IO Error: No space left on device"), "the disk that holds the lakes is full; nothing was published");
  EXPECT_EQ(engine_status(DUCKDB_ERROR_TRANSACTION, "Failed: database is locked"), CVG_E_CONFLICT);
  EXPECT_EQ(engine_status(DUCKDB_ERROR_CONVERSION, "x"), CVG_E_DATA);
  EXPECT_EQ(engine_status(DUCKDB_ERROR_BINDER, "x"), CVG_E_CONFIG);
  EXPECT_EQ(engine_status(DUCKDB_ERROR_INTERRUPT, "x"), CVG_E_CANCELLED);
  EXPECT_EQ(engine_status(DUCKDB_ERROR_OUT_OF_MEMORY, "x"), CVG_E_LIMIT);
}

TEST(EngineFaults, ReadsTheTypeFromTheText) {
  EXPECT_EQ(error_type_of("Binder Error: x"), DUCKDB_ERROR_BINDER);
  EXPECT_EQ(error_type_of("something else"), DUCKDB_ERROR_INVALID);
}

TEST(EngineFaults, TheEnginesOwnFaultsTellNoAddresses) {
  EXPECT_EQ(engine_message("INTERNAL Error: no context\n\nStack Trace:\n\n/usr/lib/libduckdb.so(+0x1234) [0x7f00]"),
            "the engine failed on this statement");
}

}  // namespace
}  // namespace ducklake
