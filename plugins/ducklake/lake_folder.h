// Where a tenant's lake lies on disk, and the durable operations on its files. The engine never syncs Parquet files:
// whatever is published is synced here first.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace ducklake {

// {lakes_dir}/{tenant}: one tenant's lake. The tenant's id is kept in lower case.
struct LakeFolder {
  LakeFolder(const std::string &lakes_dir, const std::string &tenant_id);
  std::string tenant;  // lower case: also the name of the schema
  std::string root;
  std::string catalog() const { return root + "/catalog.sqlite"; }
  std::string data() const { return root + "/data/"; }
  std::string table(const std::string &schema, const std::string &name) const { return data() + schema + "/" + name; }
  bool exists() const;
  // So few and small files that several threads would only stand in each other's way.
  bool is_small() const;
};

// A random name part: 32 hexadecimal digits.
std::string unique_name();

// Makes a folder with its parents and syncs every folder that got a new entry.
void make_folder(const std::string &path);

// fsync of a file or a folder. A full disk is CVG_E_UNAVAILABLE.
void sync_path(const std::string &path);

// Writes a new file and syncs it, but not the folder that it lies in.
void write_file(const std::string &path, const std::string &bytes);

// The names of the entries of a folder; empty when there is no folder.
std::set<std::string> entries(const std::string &folder);

// What lay in some folders when a transaction began. A DELETE of a part of a file, and rows too many to stay in the
// catalog, write new files there, which must be synced before COMMIT.
class NewFiles {
 public:
  explicit NewFiles(const std::vector<std::string> &folders);
  void sync() const;

 private:
  std::map<std::string, std::set<std::string>> before_;
};

// Removes a file; a missing one is no error.
void remove_file(const std::string &path) noexcept;
void remove_tree(const std::string &path) noexcept;

// Renames a folder and syncs the parent. With exchange the two swap places in one step.
void rename_folder(const std::string &from, const std::string &to, bool exchange);

}  // namespace ducklake
