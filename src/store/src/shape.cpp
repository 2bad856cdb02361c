#include "store/shape.hpp"

#include <algorithm>
#include <map>

namespace plumbline::store {
namespace {

// Both answer: table, column, type, its number in the primary key or 0.
Sql const sqlite_columns{
    "shape.columns",
    "select m.name, c.name, c.type, c.pk from sqlite_schema m, pragma_table_info(m.name) c where m.type = "
    "'table' and m.name not like 'sqlite\\_%' escape '\\'"};
Sql const postgres_columns{
    "shape.columns",
    "select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(array_position(k.conkey, "
    "a.attnum), 0) from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not "
    "a.attisdropped left join pg_constraint k on k.conrelid = c.oid and k.contype = 'p' where c.relkind in "
    "('r', 'p', 'f') and c.relnamespace = (select oid from pg_namespace where nspname = current_schema())"};
Sql const postgres_place{"shape.place", "select current_database() || '.' || coalesce(current_schema(), '')"};

std::string plain_type(std::string const& type) {
  if (type == "INTEGER" || type == "bigint") return "integer";
  if (type == "TEXT") return "text";
  if (type == "BLOB" || type == "bytea") return "bytes";
  return type;
}

}  // namespace

std::vector<TableShape> tables_of(Reader& reader, Engine engine) {
  struct Known {
    std::vector<ColumnShape> columns;
    std::map<std::int64_t, std::string> key;
  };
  std::map<std::string, Known> known;
  for (auto const& row : reader.query(engine == Engine::sqlite ? sqlite_columns : postgres_columns, {})) {
    auto& table = known[text(row[0])];
    table.columns.push_back({text(row[1]), plain_type(text(row[2]))});
    if (auto const number = integer(row[3]); number > 0) table.key[number] = text(row[1]);
  }
  std::vector<TableShape> tables;
  for (auto& [name, table] : known) {
    std::ranges::sort(table.columns);
    std::vector<std::string> key;
    for (auto& [number, column] : table.key) key.push_back(std::move(column));
    tables.push_back({name, std::move(table.columns), std::move(key)});
  }
  return tables;
}

std::string place_of(Reader& reader, Engine engine) {
  return engine == Engine::sqlite ? "" : text(reader.query(postgres_place, {}).at(0).at(0));
}

}  // namespace plumbline::store
