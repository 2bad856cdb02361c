#include "data_folder.hpp"

#include <algorithm>

#include "kernel/act.hpp"
#include "reflect/json.hpp"
#include "store/shape.hpp"
#include "tables.hpp"

namespace plumbline::kernel {
namespace {

namespace fs = std::filesystem;

fs::path lock_of(fs::path const& folder) {
  auto const keys = folder / "keys";
  if (!fs::exists(keys)) ledger::make_private_folder(keys);
  return keys / "in-use";
}

bool has_rows(store::Reader& reader, std::string const& table) {
  store::Sql const any{"database.any", "select 1 from " + kernel::quoted(table) + " limit 1"};
  return !reader.query(any, {}).empty();
}

}  // namespace

FolderMoves::FolderMoves(fs::path const& folder) : std::runtime_error(folder.string()) {}

Settings read_settings(fs::path const& folder) {
  auto const text = ledger::read_text_file(folder / settings_file);
  if (!text) throw std::runtime_error(folder.string() + " is no data folder: run 'plumbline init' first");
  auto const document = parse_json(*text);
  auto member = [&](std::string_view name) {
    Json const* found = document ? document->find(name) : nullptr;
    if (found == nullptr || found->as_text() == nullptr)
      throw std::runtime_error(std::string(settings_file) + " lacks '" + std::string(name) + "'");
    return *found->as_text();
  };
  return {member("jurisdiction"), member("origin"), member("database")};
}

void write_settings(fs::path const& folder, Settings const& settings) {
  auto const text = ledger::read_text_file(folder / settings_file);
  auto const known = text ? parse_json(*text) : Result<Json>(Json());
  Json document = known ? *known : Json();
  document.set("jurisdiction", settings.jurisdiction);
  document.set("origin", settings.origin);
  document.set("database", settings.database);
  // A server's address may hold a password.
  mode_t const mode = settings.database.empty() ? 0644 : 0600;
  ledger::write_file_durably(folder / settings_file, write_json_pretty(document) + "\n", mode);
}

std::string database_address(fs::path const& folder, Settings const& settings) {
  return settings.database.empty() ? "sqlite:" + (folder / database_file).string() : settings.database;
}

ledger::FileLock share_folder(fs::path const& folder) {
  auto lock = ledger::FileLock::share(lock_of(folder));
  if (!lock) throw FolderMoves(folder);
  return *std::move(lock);
}

std::optional<ledger::FileLock> take_folder(fs::path const& folder) {
  return ledger::FileLock::acquire(lock_of(folder));
}

bool is_about_tables(std::string_view table) {
  return table == "schema_migration" || table == "register_schema";
}

bool is_own_table(std::string_view table, Catalogue const& catalogue) {
  auto const is_it = [table](auto const& known) { return known.name == table; };
  auto const registers = catalogue.registers();
  return is_about_tables(table) || std::ranges::any_of(kernel_tables(), is_it) ||
         std::ranges::any_of(registers, [table](Register const& reg) { return table_name(reg) == table; });
}

Result<void> require_free(store::Database& database, Catalogue const& catalogue) {
  auto const reader = database.reader();
  auto const place = store::place_of(*reader, database.engine());
  std::string others;
  bool is_used = false;
  for (auto const& table : store::tables_of(*reader, database.engine())) {
    if (!is_own_table(table.name, catalogue))
      others += (others.empty() ? ": " : ", ") + table.name;
    else if (!is_about_tables(table.name))
      is_used = is_used || has_rows(*reader, table.name);
  }
  if (is_used) return refuse("database_holds_city", "", place);
  if (!others.empty()) return refuse("database_has_others_tables", "", place + others);
  return {};
}

}  // namespace plumbline::kernel
