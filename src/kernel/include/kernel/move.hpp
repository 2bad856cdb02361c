// A city's data from one database to another: from the folder's own SQLite file to a PostgreSQL server when
// the city grows, and back. Keys, attachments and published files stay in the folder.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

#include "base/result.hpp"
#include "kernel/audit.hpp"
#include "kernel/system.hpp"

namespace plumbline::kernel {

struct MoveReport {
  std::int64_t tables = 0;
  std::int64_t rows = 0;
  std::int64_t entries = 0;  // of the log, verified where they are now
  store::Engine left = store::Engine::sqlite;
  std::string kept;  // where the data lie as they were: a file, or "database.schema" of the server
};

// `to` is "sqlite" or postgres://…: an empty database. Nobody else may have the folder open, and nobody can
// open it meanwhile. Every table that the old database's catalogue names is copied from one snapshot in one
// transaction, read again and compared row by row, and the log verified in its new place. Only then does
// plumbline.json name the new database; a SQLite file that was left is renamed. Cut off before, the city is
// where it was. No act of the city, hence nothing in its log: that is the same before and after.
// Refused "bad_database_address", "city_in_use", "already_there", "file_in_the_way", "database_holds_city",
// "database_has_others_tables", "tables_differ", "copy_differs", "log_does_not_verify". Throws store::Error,
// OutdatedDatabase, std::runtime_error; then, too, the new database is left without rows where it answers.
Result<MoveReport> move_city(std::filesystem::path const& folder, std::string const& to,
                             Catalogue const& catalogue, Clock const& clock, Progress const& progress = {});

}  // namespace plumbline::kernel
