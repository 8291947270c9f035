/* Proves that what scripts/deps installed works together: the engine loads both extensions and answers from a lake
 * whose catalog is a SQLite file. Use: deps_check EXTENSIONS_DIR SCRATCH_DIR. Exit status 0 means yes. */
#include <duckdb.h>
#include <stdio.h>
#include <string.h>

static int run(duckdb_connection connection, const char* sql) {
    duckdb_result result;
    int failed = duckdb_query(connection, sql, &result) != DuckDBSuccess;
    if (failed) {
        fprintf(stderr, "deps: the engine refused \"%s\": %s\n", sql, duckdb_result_error(&result));
    }
    duckdb_destroy_result(&result);
    return failed;
}

int main(int argc, char** argv) {
    if (argc != 3) {
        fprintf(stderr, "use: deps_check EXTENSIONS_DIR SCRATCH_DIR\n");
        return 2;
    }
    duckdb_config config;
    duckdb_database database;
    duckdb_connection connection;
    char* error = NULL;
    duckdb_create_config(&config);
    duckdb_set_config(config, "allow_unsigned_extensions", "true");
    duckdb_set_config(config, "autoload_known_extensions", "false");
    duckdb_set_config(config, "autoinstall_known_extensions", "false");
    if (duckdb_open_ext(NULL, &database, config, &error) != DuckDBSuccess) {
        fprintf(stderr, "deps: the engine does not open: %s\n", error);
        return 1;
    }
    duckdb_connect(database, &connection);
    char sql[4096];
    int failed = 0;
    const char* extensions[] = {"sqlite_scanner", "ducklake"};
    for (int i = 0; i < 2 && !failed; ++i) {
        snprintf(sql, sizeof sql, "LOAD '%s/%s.duckdb_extension'", argv[1], extensions[i]);
        failed = run(connection, sql);
    }
    snprintf(sql, sizeof sql, "ATTACH 'ducklake:sqlite:%s/catalog.sqlite' AS lake (DATA_PATH '%s/data')", argv[2], argv[2]);
    failed = failed || run(connection, sql) || run(connection, "CREATE TABLE lake.proof AS SELECT 41 + 1 AS answer") ||
             run(connection, "FROM lake.proof");
    duckdb_disconnect(&connection);
    duckdb_close(&database);
    duckdb_destroy_config(&config);
    if (!failed) {
        printf("%s\n", duckdb_library_version());
    }
    return failed;
}
