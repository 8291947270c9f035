// LoadPeer: the database engine alone, through its C API: the SELECT that a hand would write for the same rows, copied to a
// synced Parquet file. The columns, types and constants are those of a file that the warehouse wrote. One thread.
#pragma once

#include <duckdb.h>

#include <string>
#include <vector>

namespace cvg {

class LoadPeer {
 public:
  // Files: the delivered ones. written: a Parquet file of the warehouse's table.
  LoadPeer(std::string format, const std::vector<std::string>& files, const std::string& written);
  ~LoadPeer();
  LoadPeer(const LoadPeer&) = delete;
  LoadPeer& operator=(const LoadPeer&) = delete;

  double copy(const std::string& path);    // seconds, with the file on the disk
  double insert(const std::string& path);  // into a table of a database file, with its checkpoint
  // "rows sum" of what copy() wrote.
  std::string checked(const std::string& path);

 private:
  struct Source {
    std::string name, type;
  };
  std::vector<Source> described(const std::string& relation);
  std::string column(const std::string& name, const std::string& type);
  std::string map_of(const std::string& name) const;
  void exec(const std::string& sql);
  std::vector<std::vector<std::string>> rows(const std::string& sql);

  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
  std::string written_, select_;
  std::vector<Source> source_;
};

}  // namespace cvg
