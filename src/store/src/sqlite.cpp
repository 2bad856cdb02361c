// SQLite: one write connection kept open for the whole life of the database, readers of their own.
#include "sqlite_connection.hpp"

namespace plumbline::store {
namespace {

using sqlite::Connection;
using sqlite::Role;
using sqlite::Running;

Rows all_rows(Connection& connection, Sql const& sql, std::span<Value const> values) {
  Running running(connection, sql, values);
  Rows rows;
  while (running.step()) rows.push_back(running.row());
  return rows;
}

class SqliteReader final : public Reader {
 public:
  SqliteReader(std::string const& path, Options const& options) : connection_(path, Role::reader, options) {}

  Rows query(Sql const& sql, std::span<Value const> values) override {
    return all_rows(connection_, sql, values);
  }

  void stream(Sql const& sql, std::span<Value const> values,
              std::function<bool(Row const&)> const& row) override {
    Running running(connection_, sql, values);
    while (running.step())
      if (!row(running.row())) return;
  }

  void begin_snapshot() override {
    if (connection_.in_transaction()) throw std::logic_error("a snapshot inside a snapshot");
    connection_.execute("BEGIN", "begin_snapshot");
    // BEGIN alone waits for the first read to look at the file.
    try {
      query({"begin_snapshot", "SELECT 1 FROM sqlite_schema LIMIT 1"}, std::span<Value const>());
    } catch (...) {
      end_snapshot();
      throw;
    }
  }

  void end_snapshot() noexcept override {
    try {
      if (connection_.in_transaction()) connection_.execute("ROLLBACK");
    } catch (Error const&) {  // nothing was written: the next begin_snapshot() shows what is wrong
    }
  }

 private:
  Connection connection_;
};

class SqliteWriter final : public Writer {
 public:
  SqliteWriter(Connection& connection, std::atomic<bool>& taken) : slot_(taken), connection_(connection) {}
  ~SqliteWriter() override { rollback(); }

  void begin() override {
    if (open_) throw std::logic_error("begin() inside a transaction");
    connection_.execute("BEGIN IMMEDIATE", "begin");
    open_ = true;
  }

  std::vector<Rows> fetch(std::span<Statement const> statements) override {
    std::vector<Rows> answers;
    answers.reserve(statements.size());
    inside([&] {
      for (auto const& statement : statements)
        answers.push_back(all_rows(connection_, *statement.sql, statement.values));
    });
    return answers;
  }

  void write(Sql const& sql, std::vector<Value> values) override {
    inside([&] {
      Running running(connection_, sql, values);
      while (running.step()) {
      }
    });
  }

  void flush() override {
    inside([] {});
  }

  void commit() override {
    inside([&] { connection_.execute("COMMIT", "commit"); });
    open_ = false;
    connection_.keep_wal_short();
  }

  void rollback() noexcept override {
    open_ = false;
    try {
      if (connection_.in_transaction()) connection_.execute("ROLLBACK");  // some errors have done so already
    } catch (Error const&) {  // a broken disk: the next begin() shows it
    }
  }

  void script(std::string_view sql) override {
    std::string const text(sql);
    if (!open_) {
      try {
        connection_.execute(text.c_str(), "script");
        if (connection_.in_transaction())
          throw Error(Errc::other, "script", "script left a transaction open");
      } catch (...) {
        rollback();
        throw;
      }
      return connection_.keep_wal_short();
    }
    inside([&] {
      connection_.execute(text.c_str(), "script");
      if (!connection_.in_transaction()) throw Error(Errc::other, "script", "script ended its transaction");
    });
  }

 private:
  // Runs a part of the transaction; any failure rolls it back.
  template <class Part>
  void inside(Part const& part) {
    if (!open_) throw std::logic_error("no transaction is open");
    try {
      part();
    } catch (...) {
      rollback();
      throw;
    }
  }

  WriterSlot slot_;
  Connection& connection_;
  bool open_ = false;
};

class SqliteDatabase final : public Database {
 public:
  SqliteDatabase(std::string const& path, Options const& options)
      : path_(path), options_(options), write_connection_(path, Role::writer, options) {}

  Engine engine() const override { return Engine::sqlite; }
  std::unique_ptr<Writer> writer() override {
    return std::make_unique<SqliteWriter>(write_connection_, writer_taken_);
  }
  std::unique_ptr<Reader> reader() override {
    auto idle = shelf_.take();
    return std::make_unique<LentReader>(
        shelf_, idle ? std::move(idle) : std::make_unique<SqliteReader>(path_, options_));
  }

 private:
  std::string path_;
  Options options_;
  Connection write_connection_;
  std::atomic<bool> writer_taken_ = false;
  ReaderShelf shelf_;
};

}  // namespace

std::unique_ptr<Database> open_sqlite(std::string const& path, Options const& options) {
  // Those have no file: every connection would see a database of its own.
  if (path.empty() || path.find(":memory:") != std::string::npos || path.starts_with("file:"))
    throw Error(Errc::connection, "open", "sqlite: needs the path of a file");
  return std::make_unique<SqliteDatabase>(path, options);
}

}  // namespace plumbline::store
