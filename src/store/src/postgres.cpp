// PostgreSQL: a writer that pipelines a whole transaction, readers with snapshots.
#include "postgres_connection.hpp"

namespace plumbline::store {
namespace {

using postgres::Connection;
using postgres::Role;

// A connection made when needed, and made again after it was lost.
class Line {
 public:
  Line(std::string const& address, Role role, Options const& options)
      : address_(address), role_(role), options_(options) {
    made();
  }
  // The connection, after a look whether the server is still there. Only outside a transaction.
  Connection& made() {
    if (!connection_ || !connection_->still_there()) {
      connection_.reset();
      connection_ = std::make_unique<Connection>(address_, role_, options_);
    }
    return *connection_;
  }
  Connection* held() const { return connection_.get(); }
  void drop() { connection_.reset(); }

  // Ends whatever transaction is open; a connection that cannot is dropped. Never throws.
  void end_transaction() noexcept {
    if (!connection_) return;
    connection_->abandon_rows();
    // Once more when the first ROLLBACK was skipped with the rest of a failed pipeline.
    for (int attempt = 0; attempt < 2 && !connection_->broken(); ++attempt) {
      try {
        connection_->send("rollback", "ROLLBACK", "");
        connection_->sync();
      } catch (std::exception const&) {
      }
      if (!connection_->broken() && connection_->idle()) return;
    }
    connection_.reset();
  }

 private:
  std::string address_;
  Role role_;
  Options options_;
  std::unique_ptr<Connection> connection_;
};

class PostgresReader final : public Reader {
 public:
  PostgresReader(std::string const& address, Options const& options)
      : line_(address, Role::reader, options) {}
  ~PostgresReader() override { end_snapshot(); }

  Rows query(Sql const& sql, std::span<Value const> values) override {
    if (open_) return ask(*line_.held(), sql, values);
    Rows rows;
    twice([&](Connection& connection) { rows = ask(connection, sql, values); });
    return rows;
  }

  // A cursor: stopping early costs nothing, and the connection stays free for other queries.
  void stream(Sql const& sql, std::span<Value const> values,
              std::function<bool(Row const&)> const& row) override {
    bool const own_snapshot = !open_;
    if (own_snapshot) begin_snapshot();
    try {
      stream_inside(sql, values, row);
    } catch (...) {
      if (own_snapshot) end_snapshot();
      throw;
    }
    if (own_snapshot) end_snapshot();
  }

  void begin_snapshot() override {
    if (open_) throw std::logic_error("a snapshot inside a snapshot");
    twice([&](Connection& connection) {
      connection.send("begin_snapshot", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "BEGIN");
      connection.send("begin_snapshot", "SELECT 1", "");  // BEGIN alone takes none yet
      connection.sync();
    });
    open_ = true;
  }

  void end_snapshot() noexcept override {
    if (!open_) return;
    open_ = false;
    line_.end_transaction();
  }

 private:
  static constexpr char const* rows_at_a_time = "256";

  // What only reads may be tried again on a new connection: the server may just have been restarted.
  template <class Attempt>
  void twice(Attempt const& attempt) {
    try {
      Connection& connection = line_.made();
      connection.trim();
      return attempt(connection);
    } catch (Error const& error) {
      line_.end_transaction();
      if (error.code() != Errc::connection && error.code() != Errc::serialization) throw;
      line_.drop();
    }
    try {
      attempt(line_.made());
    } catch (...) {
      line_.end_transaction();
      throw;
    }
  }

  Rows ask(Connection& connection, Sql const& sql, std::span<Value const> values) {
    require_working(connection);
    Rows rows;
    connection.send(sql, values, &rows);
    connection.sync();
    return rows;
  }

  void stream_inside(Sql const& sql, std::span<Value const> values,
                     std::function<bool(Row const&)> const& row) {
    Connection& connection = *line_.held();
    require_working(connection);
    std::string const cursor = "stream_" + std::to_string(++last_cursor_);
    Rows rows;
    connection.send_once({sql.name, "DECLARE " + cursor + " NO SCROLL CURSOR FOR " + sql.text}, values,
                         nullptr);
    std::string const fetch = std::string("FETCH ") + rows_at_a_time + " FROM " + cursor;
    for (bool wanted = true; wanted;) {
      rows.clear();
      connection.send(sql.name, fetch, "", &rows);
      connection.sync();
      if (rows.empty()) break;
      for (auto const& one : rows)
        if (wanted = row(one); !wanted) break;
    }
    connection.send(sql.name, "CLOSE " + cursor, "");
    connection.sync();
  }

  static void require_working(Connection const& connection) {
    if (connection.broken()) throw Error(Errc::connection, "", "the snapshot was lost with its connection");
  }

  Line line_;
  bool open_ = false;
  std::uint64_t last_cursor_ = 0;
};

class PostgresWriter final : public Writer {
 public:
  PostgresWriter(Line& line, std::atomic<bool>& taken) : slot_(taken), line_(line) {}
  ~PostgresWriter() override { rollback(); }

  // BEGIN travels with the first statements.
  void begin() override {
    if (open_) throw std::logic_error("begin() inside a transaction");
    Connection& connection = line_.made();
    try {
      connection.trim();
      connection.send("begin", "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE", "BEGIN");
    } catch (...) {
      line_.end_transaction();
      throw;
    }
    open_ = true;
  }

  std::vector<Rows> fetch(std::span<Statement const> statements) override {
    std::vector<Rows> answers(statements.size());
    inside([&](Connection& connection) {
      for (std::size_t i = 0; i < statements.size(); ++i)
        connection.send(*statements[i].sql, statements[i].values, &answers[i]);
      connection.sync();
    });
    return answers;
  }

  void write(Sql const& sql, std::vector<Value> values) override {
    inside([&](Connection& connection) { connection.send(sql, values, nullptr); });
  }

  void flush() override {
    inside([](Connection& connection) { connection.sync(); });
  }

  // A transaction that failed before answers COMMIT with ROLLBACK and no error. One that was not waited for
  // until its replicas have it answers COMMIT with a warning: it may be lost in a fail-over.
  void commit() override {
    inside([](Connection& connection) {
      connection.forget_warnings();
      connection.send("commit", "COMMIT", "COMMIT");
      connection.sync();
      if (connection.warned())
        throw Error(Errc::connection, "commit", "commit: the server did not wait for its replicas");
    });
    open_ = false;
  }

  void rollback() noexcept override {
    if (!open_) return;
    open_ = false;
    line_.end_transaction();
  }

  void script(std::string_view sql) override {
    if (open_)
      return inside([&](Connection& connection) {
        connection.sync();
        connection.script(std::string(sql));
      });
    try {
      line_.made().script(std::string(sql));
    } catch (...) {
      line_.drop();  // its settings and transaction with it
      throw;
    }
  }

 private:
  // Runs a part of the transaction; any failure rolls it back.
  template <class Part>
  void inside(Part const& part) {
    if (!open_) throw std::logic_error("no transaction is open");
    try {
      part(*line_.held());
    } catch (...) {
      rollback();
      throw;
    }
  }

  WriterSlot slot_;
  Line& line_;
  bool open_ = false;
};

class PostgresDatabase final : public Database {
 public:
  PostgresDatabase(std::string const& address, Options const& options)
      : address_(address), options_(options), write_line_(address, Role::writer, options) {}

  Engine engine() const override { return Engine::postgres; }
  std::unique_ptr<Writer> writer() override {
    return std::make_unique<PostgresWriter>(write_line_, writer_taken_);
  }
  std::unique_ptr<Reader> reader() override {
    auto idle = shelf_.take();
    return std::make_unique<LentReader>(
        shelf_, idle ? std::move(idle) : std::make_unique<PostgresReader>(address_, options_));
  }

 private:
  std::string address_;
  Options options_;
  Line write_line_;
  std::atomic<bool> writer_taken_ = false;
  ReaderShelf shelf_;
};

}  // namespace

std::unique_ptr<Database> open_postgres(std::string const& address, Options const& options) {
  return std::make_unique<PostgresDatabase>(address, options);
}

}  // namespace plumbline::store
