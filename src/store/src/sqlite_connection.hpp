// One SQLite connection: prepared statements kept by text, errors as Errc.
#pragma once
#include <sqlite3.h>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engines.hpp"

namespace plumbline::store::sqlite {

Errc errc_of(int extended_code);

struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

struct Prepared {
  std::unique_ptr<sqlite3_stmt, CloseStatement> statement;
  std::vector<int> index_of;  // [k - 1] is SQLite's index of $k: it numbers by first appearance
};

enum class Role : std::uint8_t { writer, reader };

class Connection {
 public:
  // A writer creates the file where it is missing. Throws Error{connection}, Error{corrupt} …
  Connection(std::string const& path, Role role, Options const& options);
  ~Connection();
  Connection(Connection const&) = delete;
  Connection& operator=(Connection const&) = delete;

  void execute(char const* sql, std::string_view name = "");  // several statements, no values
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // Moves pages from the WAL into the database when the WAL has grown long: call after a commit.
  void keep_wal_short();
  [[noreturn]] void fail(int code, std::string_view name) const;

 private:
  friend class Running;
  void configure(Role role, Options const& options);
  Prepared prepare(Sql const& sql);
  Prepared& cached(Sql const& sql);

  sqlite3* handle_ = nullptr;
  std::unordered_map<std::string, Prepared, TextHash, std::equal_to<>> cache_;
  int wal_pages_ = 0;      // after the last commit
  int checkpoint_at_ = 0;  // pages in the WAL at which to try again
  int lock_wait_ms_ = 0;
  int statement_limit_ms_ = 0;
  std::chrono::steady_clock::time_point deadline_{};
};

// A statement with its values bound; stepping done, it is reset and its values forgotten.
class Running {
 public:
  Running(Connection& connection, Sql const& sql, std::span<Value const> values);
  ~Running();
  Running(Running const&) = delete;
  Running& operator=(Running const&) = delete;

  bool step();  // true: there is a row
  Row row() const;

 private:
  Running(Connection& connection, Sql const& sql);
  void bind(std::span<Value const> values);

  Connection& connection_;
  std::string_view name_;
  Prepared own_;  // used when the cached one is running already
  Prepared* prepared_;
  sqlite3_stmt* statement_;
};

}  // namespace plumbline::store::sqlite
