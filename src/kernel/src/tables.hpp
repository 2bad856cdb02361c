// The kernel's own tables, and the generic table of a register. Every primary key, unique index and
// statement carries `jurisdiction`. Ids are 16 bytes, hashes 32 bytes, instants microseconds of UTC, dates
// ISO text.
//
//   derived      a function of the log (entry + version): rebuilt and compared by verify --deep
//   rebuildable  made again by followers
//   unlogged     sessions, drafts, passwords, idempotency
#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "kernel/register.hpp"
#include "ledger/tree.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

enum class TableKind : std::uint8_t { log, derived, rebuildable, unlogged };
struct TableInfo {
  std::string_view name;
  TableKind kind;
};
std::span<TableInfo const> kernel_tables();
std::span<store::Migration const> kernel_migrations();

// size, last_time, frontier and schema_seq of a jurisdiction's log, locked until the transaction ends: the
// lock that keeps several server processes in one order (on SQLite the writer's transaction is the lock).
store::Sql head_lock(store::Engine engine);
// What it answers; nothing where the Merkle frontier does not fit the size.
struct LogHead {
  ledger::CompactRange range;
  std::int64_t last_time = 0;  // microseconds of UTC
  std::int64_t schema_seq = 0;
};
std::optional<LogHead> log_head(store::Row const& row);

// One lifted column of a register's table. Names equal the field's.
struct Column {
  reflect::Field const* field;
  std::string_view sqlite_type;    // INTEGER, TEXT, BLOB
  std::string_view postgres_type;  // bigint, text, bytea
};
std::vector<Column> lifted_columns(Register const& reg);
std::string table_name(Register const& reg);      // "r_firm"
std::string quoted(std::string_view name);        // a column's name in SQL
std::string text_literal(std::string_view text);  // where a statement takes no values
// The member of `record` as it stands in its column; monostate where absent.
store::Value column_value(Column const& column, void const* record);
// A text (as in CSV cells, filters) as a column value; nothing when it does not fit the field's kind.
std::optional<store::Value> cell_value(Register const& reg, Column const& column, std::string_view text);

// Are the tables of every register there, with every column? Throws as ensure_registers() does.
bool has_registers(store::Database& database, Catalogue const& catalogue);
// Creates missing tables, adds columns that were lifted since and fills them from the bodies, adds
// missing indexes; recorded in register_schema. Refuses a database that has registers or columns of a newer
// program.
void ensure_registers(store::Database& database, Catalogue const& catalogue);

}  // namespace plumbline::kernel
