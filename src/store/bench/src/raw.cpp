#include "store_bench/raw.hpp"

#include <libpq-fe.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <chrono>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace plumbline::store::bench {
namespace {

constexpr std::string_view sqlite_prefix = "sqlite:";

using Clock = std::chrono::steady_clock;
double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

// ---- SQLite --------------------------------------------------------------------------------------------

struct CloseDatabase {
  void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
struct CloseStatement {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using SqliteStatement = std::unique_ptr<sqlite3_stmt, CloseStatement>;

struct SqliteSession {
  explicit SqliteSession(std::string const& path) {
    sqlite3* opened = nullptr;
    must(sqlite3_open_v2(path.c_str(), &opened, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr));
    database.reset(opened);
    run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA cache_size = -65536; PRAGMA wal_autocheckpoint = 2048");
  }
  void must(int code) const {
    if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW)
      throw std::runtime_error(std::string("raw sqlite: ") + sqlite3_errstr(code));
  }
  void run(char const* sql) const { must(sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr)); }

  std::unique_ptr<sqlite3, CloseDatabase> database;
};

struct SqlitePrepared {
  SqliteStatement statement;
  std::vector<int> index_of;

  void insert(SqliteSession const& session, Row const& values) const {
    for (std::size_t i = 0; i < values.size(); ++i) bind(values[i], index_of.at(i));
    session.must(sqlite3_step(statement.get()));
    session.must(sqlite3_reset(statement.get()));
  }
  void bind(Value const& value, int index) const {
    sqlite3_stmt* const to = statement.get();
    if (auto const* number = std::get_if<std::int64_t>(&value))
      sqlite3_bind_int64(to, index, *number);
    else if (auto const* text = std::get_if<std::string>(&value))
      sqlite3_bind_text(to, index, text->data(), static_cast<int>(text->size()), SQLITE_STATIC);
    else if (auto const* bytes = std::get_if<Bytes>(&value))
      sqlite3_bind_blob(to, index, bytes->empty() ? "" : static_cast<void const*>(bytes->data()),
                        static_cast<int>(bytes->size()), SQLITE_STATIC);
    else if (auto const* real = std::get_if<double>(&value))
      sqlite3_bind_double(to, index, *real);
    else
      sqlite3_bind_null(to, index);
  }
};

SqlitePrepared prepare(SqliteSession const& session, std::string const& text) {
  sqlite3_stmt* made = nullptr;
  session.must(sqlite3_prepare_v3(session.database.get(), text.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &made,
                                  nullptr));
  SqlitePrepared prepared{SqliteStatement(made), {}};
  for (int k = 1; k <= sqlite3_bind_parameter_count(made); ++k)
    prepared.index_of.push_back(sqlite3_bind_parameter_index(made, ("$" + std::to_string(k)).c_str()));
  return prepared;
}

// ---- PostgreSQL ----------------------------------------------------------------------------------------

struct ClosePostgres {
  void operator()(PGconn* connection) const { PQfinish(connection); }
};
struct ClearResult {
  void operator()(PGresult* result) const { PQclear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, ClearResult>;

class PostgresSession {
 public:
  explicit PostgresSession(std::string const& address) : connection_(PQconnectdb(address.c_str())) {
    if (PQstatus(connection_.get()) != CONNECTION_OK) fail();
  }
  std::string ask(char const* sql) {
    PostgresResult const result(PQexec(connection_.get(), sql));
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) fail();
    return PQgetvalue(result.get(), 0, 0);
  }
  void enter_pipeline() {
    // In non-blocking mode libpq takes answers while it cannot send, so that nobody waits for anybody.
    PQsetnonblocking(connection_.get(), 1);
    if (!PQenterPipelineMode(connection_.get())) fail();
  }
  void prepare(std::string const& name, std::string const& text, Row const& like) {
    std::vector<Oid> types;
    for (auto const& value : like) {
      constexpr Oid type_of[] = {0, 20, 0, 17, 701};  // left open, bigint, left open, bytea, double precision
      types.push_back(type_of[value.index()]);
    }
    sent(PQsendPrepare(connection_.get(), name.c_str(), text.c_str(), static_cast<int>(types.size()),
                       types.data()));
  }
  void command(char const* text) {
    sent(PQsendQueryParams(connection_.get(), text, 0, nullptr, nullptr, nullptr, nullptr, 0));
  }
  void insert(std::string const& name, Row const& values) {
    std::size_t const count = values.size();
    addresses_.assign(count, nullptr);
    lengths_.assign(count, 0);
    formats_.assign(count, 1);
    numbers_.resize(count);
    for (std::size_t i = 0; i < count; ++i) bind(values[i], i);
    sent(PQsendQueryPrepared(connection_.get(), name.c_str(), static_cast<int>(count), addresses_.data(),
                             lengths_.data(), formats_.data(), 0));
  }
  void sync() {
    if (!PQpipelineSync(connection_.get())) fail();
    for (; pending_ > 0; --pending_)
      while (PostgresResult const result{PQgetResult(connection_.get())})
        if (PQresultStatus(result.get()) != PGRES_COMMAND_OK &&
            PQresultStatus(result.get()) != PGRES_TUPLES_OK)
          throw std::runtime_error(std::string("raw postgres: ") + PQresultErrorMessage(result.get()));
    PostgresResult const end{PQgetResult(connection_.get())};
    if (PQresultStatus(end.get()) != PGRES_PIPELINE_SYNC) fail();
  }

 private:
  void bind(Value const& value, std::size_t i) {
    if (auto const* text = std::get_if<std::string>(&value)) {
      addresses_[i] = text->c_str();
      formats_[i] = 0;
    } else if (auto const* bytes = std::get_if<Bytes>(&value)) {
      addresses_[i] = bytes->empty() ? "" : reinterpret_cast<char const*>(bytes->data());
      lengths_[i] = static_cast<int>(bytes->size());
    } else if (value.index() != 0) {
      auto const* number = std::get_if<std::int64_t>(&value);
      auto const bits = number ? static_cast<std::uint64_t>(*number)
                               : std::bit_cast<std::uint64_t>(std::get<double>(value));
      for (std::size_t k = 0; k < 8; ++k) numbers_[i][k] = static_cast<char>(bits >> (56 - 8 * k));
      addresses_[i] = numbers_[i].data();
      lengths_[i] = 8;
    }
  }
  void sent(int done) {
    if (!done) fail();
    ++pending_;
  }
  [[noreturn]] void fail() {
    throw std::runtime_error(std::string("raw postgres: ") + PQerrorMessage(connection_.get()));
  }

  std::unique_ptr<PGconn, ClosePostgres> connection_;
  std::vector<char const*> addresses_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
  std::vector<std::array<char, 8>> numbers_;
  std::size_t pending_ = 0;
};

std::int64_t parse(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

template <class Begin, class Insert, class Commit>
RawOutcome in_commits(RawLoad const& load, Begin const& begin, Insert const& insert, Commit const& commit) {
  if (load.rows_per_commit == 0) throw std::runtime_error("rows_per_commit must be at least 1");
  RawOutcome outcome;
  auto const start = Clock::now();
  for (std::size_t at = 0; at < load.rows.size(); ++outcome.commits) {
    begin();
    for (auto const end = std::min(load.rows.size(), at + load.rows_per_commit); at < end; ++at)
      insert(load.rows[at]);
    commit();
  }
  outcome.seconds = seconds_since(start);
  return outcome;
}

}  // namespace

RawOutcome raw_sqlite_insert(std::string const& path, RawLoad const& load) {
  SqliteSession const session(path);
  std::vector<SqlitePrepared> prepared;
  for (auto const& text : load.statements) prepared.push_back(prepare(session, text));
  SqlitePrepared const begin = prepare(session, "BEGIN IMMEDIATE");
  SqlitePrepared const commit = prepare(session, "COMMIT");
  WriteMeter const meter{std::string(sqlite_prefix)};
  RawOutcome outcome = in_commits(
      load, [&] { begin.insert(session, {}); },
      [&](RawRow const& row) { prepared.at(row.statement).insert(session, row.values); },
      [&] { commit.insert(session, {}); });
  outcome.bytes_written = meter.bytes();
  return outcome;
}

RawOutcome raw_postgres_insert(std::string const& address, RawLoad const& load) {
  PostgresSession session(address);
  session.enter_pipeline();
  std::vector<std::string> names(load.statements.size());
  for (auto const& row : load.rows) {
    auto& name = names.at(row.statement);
    if (!name.empty()) continue;
    name = "raw" + std::to_string(row.statement);
    session.prepare(name, load.statements[row.statement], row.values);
  }
  session.sync();
  WriteMeter const meter(address);
  RawOutcome outcome = in_commits(
      load, [&] { session.command("BEGIN"); },
      [&](RawRow const& row) { session.insert(names[row.statement], row.values); },
      [&] {
        session.command("COMMIT");
        session.sync();
      });
  outcome.bytes_written = meter.bytes();
  return outcome;
}

RawOutcome raw_insert(std::string const& address, RawLoad const& load) {
  if (address.starts_with(sqlite_prefix))
    return raw_sqlite_insert(address.substr(sqlite_prefix.size()), load);
  return raw_postgres_insert(address, load);
}

WriteMeter::WriteMeter(std::string const& address)
    : postgres_address_(address.starts_with(sqlite_prefix) ? "" : address), start_(now()) {}

std::int64_t WriteMeter::bytes() const { return now() - start_; }

std::int64_t WriteMeter::now() const {
  if (!postgres_address_.empty())
    return parse(
        PostgresSession(postgres_address_).ask("SELECT (pg_current_wal_insert_lsn() - '0/0')::bigint"));
  std::ifstream in("/proc/self/io");
  constexpr std::string_view wanted = "wchar: ";
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(wanted)) return parse(std::string_view(line).substr(wanted.size()));
  throw std::runtime_error("no /proc/self/io to count written bytes");
}

}  // namespace plumbline::store::bench
