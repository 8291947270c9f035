#include "core/state/store_schema.h"

namespace cvg {

Result<StoreSchema> read_store_schema(Database& database) {
  StoreSchema schema;
  CVG_RETURN_IF_ERROR(database.read([&](Connection& c) {
    Statement& version = c.prepare("SELECT coalesce(max(version), 0) FROM schema_migrations");
    if (version.step()) schema.version = version.integer(0);
    CVG_RETURN_IF_ERROR(version.status());
    Statement& table = c.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name");
    while (table.step()) schema.tables.push_back(table.text(0));
    return table.status();
  }));
  return schema;
}

}  // namespace cvg
