#include <algorithm>

#include "store/store.hpp"

namespace plumbline::store {
namespace {

Sql const applied_sql{"migrate.applied", "SELECT number, name FROM schema_migration ORDER BY number"};
Sql const record_sql{"migrate.record",
                     "INSERT INTO schema_migration (number, name, applied_at) VALUES ($1, $2, $3)"};
Sql const lock_sql{"migrate.lock", "SELECT pg_advisory_xact_lock(7091812340127)"};
Sql const collation_sql{
    "migrate.collation",
    "SELECT CASE WHEN pg_encoding_to_char(encoding) <> 'UTF8' THEN pg_encoding_to_char(encoding)"
    " WHEN datlocprovider <> 'c' THEN 'ICU' ELSE datcollate END FROM pg_database WHERE datname = "
    "current_database()"};

constexpr std::string_view sqlite_table =
    "CREATE TABLE IF NOT EXISTS schema_migration"
    " (number INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";
constexpr std::string_view postgres_table =
    "CREATE TABLE IF NOT EXISTS schema_migration"
    " (number bigint PRIMARY KEY, name text NOT NULL, applied_at bigint NOT NULL)";

void require_ascending(std::span<Migration const> migrations) {
  auto const not_above = [](Migration const& a, Migration const& b) { return a.number >= b.number; };
  if (std::adjacent_find(migrations.begin(), migrations.end(), not_above) != migrations.end())
    throw std::logic_error("migrations must ascend");
}

// Keyset pages and range scans must mean the same on both engines, and an index sorted by a locale of the
// operating system is broken by that system's next update.
void require_code_point_order(Writer& writer) {
  Statement const ask{&collation_sql, {}};
  std::string const collation = text(writer.fetch({&ask, 1}).at(0).at(0).at(0));
  for (char const* sorted : {"C", "POSIX", "C.UTF-8", "C.utf8"})
    if (collation == sorted) return;
  throw Error(Errc::other, collation_sql.name,
              "the database sorts by " + collation +
                  "; create it with TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'");
}

// How many of the migrations the database has; refuses one that has others.
std::size_t count_known(Rows const& applied, std::span<Migration const> migrations) {
  for (std::size_t i = 0; i < applied.size(); ++i) {
    auto const number = integer(applied[i].at(0));
    auto const& name = text(applied[i].at(1));
    if (i < migrations.size() && migrations[i].number == number && migrations[i].name == name) continue;
    throw Error(Errc::other, applied_sql.name,
                "the database has migration " + std::to_string(number) + " (" + name +
                    "), which this program does not know in this place: use the program that made it");
  }
  return applied.size();
}

std::size_t count_applied(Writer& writer, std::span<Migration const> migrations) {
  Statement const ask{&applied_sql, {}};
  return count_known(writer.fetch({&ask, 1}).at(0), migrations);
}

}  // namespace

std::size_t missing_migrations(Database& database, std::span<Migration const> migrations) {
  require_ascending(migrations);
  auto const applied = database.reader()->query(applied_sql, {});
  return migrations.size() - count_known(applied, migrations);
}

void migrate(Database& database, std::span<Migration const> migrations, Clock const& clock) {
  require_ascending(migrations);
  bool const postgres = database.engine() == Engine::postgres;
  auto const writer = database.writer();
  Statement const lock{&lock_sql, {}};
  auto const begin = [&] {
    writer->begin();
    if (postgres) writer->fetch({&lock, 1});  // SQLite has locked the file by now
  };
  try {
    begin();
    if (postgres) require_code_point_order(*writer);
    writer->script(postgres ? postgres_table : sqlite_table);
    std::size_t next = count_applied(*writer, migrations);
    writer->commit();
    while (next < migrations.size()) {
      begin();
      next = count_applied(*writer, migrations);  // another process may have been faster
      if (next < migrations.size()) {
        auto const& migration = migrations[next];
        writer->script(postgres ? migration.postgres : migration.sqlite);
        writer->write(record_sql, {std::int64_t{migration.number}, migration.name, clock.now().micros_utc});
      }
      writer->commit();
      if (next < migrations.size()) ++next;
    }
  } catch (...) {
    writer->rollback();
    throw;
  }
}

}  // namespace plumbline::store
