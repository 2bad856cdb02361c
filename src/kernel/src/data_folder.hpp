// What a data folder says of itself, who is at work in it, and whether a database is free to take a city.
#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "kernel/system.hpp"
#include "ledger/files.hpp"
#include "store/store.hpp"

namespace plumbline::kernel {

inline constexpr std::string_view settings_file = "plumbline.json";
inline constexpr std::string_view database_file = "plumbline.db";

// Throws std::runtime_error where there are none.
Settings read_settings(std::filesystem::path const& folder);
// Durably; what else the file says stays.
void write_settings(std::filesystem::path const& folder, Settings const& settings);
std::string database_address(std::filesystem::path const& folder, Settings const& settings);

// Everybody who opens a data folder shares its lock; a move has it alone. share_folder() throws FolderMoves.
ledger::FileLock share_folder(std::filesystem::path const& folder);
std::optional<ledger::FileLock> take_folder(std::filesystem::path const& folder);

// For who holds the folder's lock already. Nothing is written yet: no file of an erased record removed, no
// policy put in place.
std::unique_ptr<System> open_unshared(std::filesystem::path const& folder, Settings settings,
                                      Catalogue const& catalogue, Clock const& clock);

// A database holds one city: there is nothing in this one but, at most, our own tables without a row.
// Refused "database_holds_city", "database_has_others_tables".
Result<void> require_free(store::Database& database, Catalogue const& catalogue);
// One that migrations or registers make.
bool is_own_table(std::string_view table, Catalogue const& catalogue);
// The tables that migrations and registers fill themselves, with what was done to the tables.
bool is_about_tables(std::string_view table);

}  // namespace plumbline::kernel
