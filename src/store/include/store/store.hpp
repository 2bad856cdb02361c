// One small interface over SQLite and PostgreSQL. SQL is written once with $1, $2 …; values are null,
// 64-bit integers, text, bytes (and reals for statistics only). Every statement has a name, which
// labels metrics and the slow-statement log.
#pragma once
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/bytes.hpp"
#include "base/time.hpp"

namespace plumbline::store {

enum class Engine : std::uint8_t { sqlite, postgres };

// One enum for both engines; tests/store_errors_test.cpp holds the shared table of causes.
enum class Errc : std::uint8_t {
  unique,  // a unique index or primary key refused the row
  foreign_key,
  check,          // CHECK, NOT NULL, a STRICT type, a value out of range, text with NUL or not UTF-8, NaN
  busy,           // lock not obtained, or statement not finished, in time
  serialization,  // deadlock or serialization failure: run again
  connection,     // connection or disk lost; the outcome of a commit is unknown
  full,           // disk or database full
  read_only,
  corrupt,
  other,
};
std::string_view to_string(Errc code);

class Error : public std::runtime_error {
 public:
  Error(Errc code, std::string_view statement, std::string const& what)
      : std::runtime_error(what), code_(code), statement_(statement) {}
  Errc code() const { return code_; }
  std::string const& statement() const { return statement_; }  // name of the failing statement, may be ""

 private:
  Errc code_;
  std::string statement_;
};

// One statement. Parameters are $1, $2 … without a gap. A parameter has the type of its value (int64:
// bigint, Bytes: bytea, double: double precision) and text takes the type the statement gives it, so that
// text also fits date or jsonb columns.
struct Sql {
  std::string_view name;
  std::string text;
};

// Both engines answer alike: booleans are 0 and 1; whole numerics (sum of bigint) are integers, other
// numerics reals; all other types are text.
using Value = std::variant<std::monostate, std::int64_t, std::string, Bytes, double>;
using Row = std::vector<Value>;
using Rows = std::vector<Row>;

// Values as C++ types; throw Error{corrupt} when the stored kind is another.
std::int64_t integer(Value const& value);
std::string const& text(Value const& value);
Bytes const& blob(Value const& value);
bool is_null(Value const& value);

struct Statement {
  Sql const* sql;
  std::vector<Value> values;
};

// Reads. One object, one thread; prepared statements are cached by text.
class Reader {
 public:
  virtual ~Reader() = default;
  virtual Rows query(Sql const& sql, std::span<Value const> values) = 0;
  Rows query(Sql const& sql, std::initializer_list<Value> values) {
    return query(sql, std::span<Value const>(values.begin(), values.size()));
  }
  // Constant memory; `row` answers false to stop. All rows come from one snapshot.
  virtual void stream(Sql const& sql, std::span<Value const> values,
                      std::function<bool(Row const&)> const& row) = 0;
  // One snapshot, taken now, over several queries until end_snapshot(). After an Error inside it the
  // snapshot is of no use any more: end it.
  virtual void begin_snapshot() = 0;
  virtual void end_snapshot() noexcept = 0;
};

// The one writer. begin() takes the write lock at once (BEGIN IMMEDIATE on SQLite; on PostgreSQL the
// desk then locks the jurisdiction's ledger_head row). write() may be queued and sent with others: its
// error surfaces at the latest in flush() or commit(). After any Error the transaction is rolled back and
// the next call is begin(), which also connects again where the connection was lost. fetch(), write(),
// flush() and commit() outside a transaction are defects (std::logic_error).
class Writer {
 public:
  virtual ~Writer() = default;
  virtual void begin() = 0;
  // Many reads in one round trip (a libpq pipeline with one sync); answers in the order asked.
  virtual std::vector<Rows> fetch(std::span<Statement const> statements) = 0;
  virtual void write(Sql const& sql, std::vector<Value> values) = 0;
  virtual void flush() = 0;
  // Returns only when the server's answer is COMMIT and the data is durable.
  virtual void commit() = 0;
  virtual void rollback() noexcept = 0;
  // Statements that are not part of acts: migrations, ANALYZE, DDL; several, separated by semicolons. Inside
  // a transaction they are part of it and may not end it. No statement_limit_ms.
  virtual void script(std::string_view sql) = 0;
};

class Database {
 public:
  virtual ~Database() = default;
  virtual Engine engine() const = 0;
  // A database has one writer object at a time in this process; destroying it frees it. A second one
  // is refused with Error{busy}. Writers and readers must not outlive their database.
  virtual std::unique_ptr<Writer> writer() = 0;
  virtual std::unique_ptr<Reader> reader() = 0;
};

struct Options {
  int lock_wait_ms = 5'000;         // how long a statement waits for a lock before Error{busy}
  int statement_limit_ms = 60'000;  // longest statement: PostgreSQL everywhere, SQLite in readers
  int idle_limit_ms = 300'000;      // PostgreSQL ends a transaction that has been idle for so long
  std::string sqlite_vfs;           // "" is the default one; tests put a power cut here
};

// "sqlite:PATH" or "postgres://…" (anything libpq takes). Throws Error{connection}.
std::unique_ptr<Database> open(std::string const& address, Options const& options = {});

// Migrations, ascending, each once, each in its own transaction, recorded in schema_migration(number, name,
// applied_at). `sqlite` and `postgres` hold the DDL. Refuses (Error{other}) a database whose migrations are
// not the first ones of this list, and a PostgreSQL database that does not sort by code point in UTF-8 as
// SQLite does. Several processes may call this at once.
struct Migration {
  int number;
  std::string name;
  std::string sqlite;
  std::string postgres;
};
// How many of them are missing; refuses as migrate() does, and changes nothing.
std::size_t missing_migrations(Database& database, std::span<Migration const> migrations);
void migrate(Database& database, std::span<Migration const> migrations, Clock const& clock = system_clock());

}  // namespace plumbline::store
