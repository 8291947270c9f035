"""LakeReader: the rows of a tenant's lake as its files tell them, without the server and without the DuckLake extension.

The catalog is a copy read by Python's own SQLite; the Parquet files that it names are opened by path, and what delete files
and the catalog's own tables of rows and deletions say is applied here. Only for lakes that no server has open.
"""
import collections
import ctypes
import os
import pathlib
import shutil
import sqlite3
import tempfile

DEPS = pathlib.Path(os.environ.get("CONVERGENCE_DEPS_DIR") or
                    pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "convergence")
DUCKDB = pathlib.Path(os.environ.get("CONVERGENCE_TEST_DUCKDB") or DEPS / "duckdb" / "lib" / "libduckdb.so")
RESULT_BYTES = 256  # more than a duckdb_result has


class ParquetFiles:
    """An engine in memory with no database and no extension that could be loaded; it only opens Parquet files."""

    def __init__(self):
        self.library = ctypes.CDLL(str(DUCKDB))
        self.library.duckdb_result_error.restype = ctypes.c_char_p
        self.library.duckdb_value_varchar.restype = ctypes.c_void_p
        for name in ("duckdb_row_count", "duckdb_column_count"):
            getattr(self.library, name).restype = ctypes.c_uint64
        self.database, self.connection = ctypes.c_void_p(), ctypes.c_void_p()
        if self.library.duckdb_open(None, ctypes.byref(self.database)) or self.library.duckdb_connect(self.database, ctypes.byref(self.connection)):
            raise RuntimeError("the reader's engine does not start")
        for name in ("autoinstall_known_extensions", "autoload_known_extensions"):
            self.rows(f"SET {name} = false")

    def close(self):
        self.library.duckdb_disconnect(ctypes.byref(self.connection))
        self.library.duckdb_close(ctypes.byref(self.database))

    def rows(self, sql):
        """Every value as text or None."""
        result = ctypes.create_string_buffer(RESULT_BYTES)
        try:
            if self.library.duckdb_query(self.connection, sql.encode(), result):
                raise RuntimeError((self.library.duckdb_result_error(result) or b"").decode())
            width, height = self.library.duckdb_column_count(result), self.library.duckdb_row_count(result)
            return [tuple(self.value(result, column, row) for column in range(width)) for row in range(height)]
        finally:
            self.library.duckdb_destroy_result(result)

    def value(self, result, column, row):
        address = self.library.duckdb_value_varchar(result, ctypes.c_uint64(column), ctypes.c_uint64(row))
        if not address:
            return None
        try:
            return ctypes.string_at(address).decode()
        finally:
            self.library.duckdb_free(ctypes.c_void_p(address))


class LakeReader:
    """One lake: {data}/lakes/{tenant}, at its last snapshot."""

    def __init__(self, data, tenant):
        self.lake, self.tenant = pathlib.Path(data) / "lakes" / tenant, tenant
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-reader-"))
        for path in self.lake.glob("catalog.sqlite*"):
            shutil.copy(path, self.folder / path.name)
        self.catalog = sqlite3.connect(self.folder / "catalog.sqlite")
        self.files = ParquetFiles()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.files.close()
        self.catalog.close()
        shutil.rmtree(self.folder)

    def tables(self):
        """{name: table_id} of the tenant's dataset."""
        return dict(self.catalog.execute("SELECT t.table_name, t.table_id FROM ducklake_table t JOIN ducklake_schema s USING (schema_id) "
                                         "WHERE t.end_snapshot IS NULL AND s.end_snapshot IS NULL AND s.schema_name = ?", (self.tenant,)))

    def path(self, table, path, is_relative):
        return self.lake / "data" / self.tenant / table / path if is_relative else pathlib.Path(path)

    def rows(self, table, columns):
        """Every row of a table, columns as text; a table that was never made has none."""
        number = self.tables().get(table)
        if number is None:
            return []
        return self.rows_of_files(table, number, columns) + self.rows_of_catalog(number, columns)

    def count(self, table, columns):
        return collections.Counter(self.rows(table, columns))

    def rows_of_files(self, table, number, columns):
        gone = collections.defaultdict(set)
        for file, path, is_relative in self.catalog.execute("SELECT data_file_id, path, path_is_relative FROM ducklake_delete_file "
                                                            "WHERE table_id = ? AND end_snapshot IS NULL", (number,)):
            gone[file] |= {int(row[0]) for row in self.files.rows(f"SELECT pos FROM read_parquet('{self.path(table, path, is_relative)}')")}
        if self.catalog.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (f"ducklake_inlined_delete_{number}",)).fetchone():
            for file, position in self.catalog.execute(f"SELECT file_id, row_id FROM ducklake_inlined_delete_{number}"):
                gone[file].add(position)
        names, found = ", ".join(f'CAST("{name}" AS VARCHAR)' for name in columns), []
        for file, path, is_relative, count in self.catalog.execute("SELECT data_file_id, path, path_is_relative, record_count FROM ducklake_data_file "
                                                                   "WHERE table_id = ? AND end_snapshot IS NULL", (number,)):
            rows = self.files.rows(f"SELECT file_row_number, {names} FROM read_parquet('{self.path(table, path, is_relative)}', file_row_number = true)")
            if len(rows) != count:
                raise AssertionError(f"{path}: {len(rows)} rows, its catalog says {count}")
            found += [row[1:] for row in rows if int(row[0]) not in gone[file]]
        return found

    def rows_of_catalog(self, number, columns):
        found = []
        for name, in self.catalog.execute("SELECT table_name FROM ducklake_inlined_data_tables WHERE table_id = ?", (number,)).fetchall():
            there = {row[1] for row in self.catalog.execute(f"PRAGMA table_info({name})")}
            names = ", ".join(f'CAST("{column}" AS TEXT)' if column in there else "NULL" for column in columns)
            found += self.catalog.execute(f"SELECT {names} FROM {name} WHERE end_snapshot IS NULL").fetchall()
        return found
