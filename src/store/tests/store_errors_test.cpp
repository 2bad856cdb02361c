// One table of causes for both engines, and what every Error leaves behind: no transaction, and a writer
// that goes on.
#include <filesystem>
#include <fstream>
#include <thread>

#include "engines.hpp"
#include "postgres_connection.hpp"
#include "sqlite_connection.hpp"
#include "store_testing/powercut.hpp"

namespace plumbline::store {
namespace {

constexpr Engine engines[] = {Engine::sqlite, Engine::postgres};

class Errors : public OnEngine {
 protected:
  void SetUp() override {
    OnEngine::SetUp();
    if (IsSkipped()) return;
    create(
        "CREATE TABLE firm (id {INT} PRIMARY KEY, uscc text NOT NULL UNIQUE, grade {INT} CHECK (grade < 4),"
        " mark {BIN}) {END};"
        "CREATE TABLE site (id {INT} PRIMARY KEY, firm {INT} NOT NULL REFERENCES firm (id)) {END};"
        "INSERT INTO firm (id, uscc, grade) VALUES (1, 'one', 1), (2, 'two', 2);"
        "INSERT INTO site VALUES (1, 1)");
  }

  std::optional<Errc> refusal(std::function<void()> const& act) {
    try {
      act();
    } catch (Error const& error) {
      last_what_ = error.what();
      last_statement_ = error.statement();
      return error.code();
    }
    return std::nullopt;
  }
  // Inside a transaction that has written already: that write must go too.
  std::optional<Errc> refused_write(std::string const& text, std::vector<Value> values) {
    Sql const earlier{"earlier", "INSERT INTO firm (id, uscc) VALUES ($1, $2)"};
    Sql const failing{"failing", text};
    return refusal([&] {
      writer_->begin();
      writer_->write(earlier, {std::int64_t{77}, "earlier"});
      writer_->write(failing, std::move(values));
      writer_->commit();
    });
  }
  // The writer is usable and nothing of the failed transaction is left.
  void expect_clean() {
    EXPECT_EQ(ask("SELECT count(*) FROM firm WHERE id = 77").at(0).at(0), Value{std::int64_t{0}});
    Sql const touch{"touch", "UPDATE firm SET grade = $1 WHERE id = 2"};
    commit(touch, {++touched_ % 4});
    EXPECT_EQ(ask("SELECT grade FROM firm WHERE id = 2").at(0).at(0), Value{touched_ % 4});
  }

  std::string last_what_;
  std::string last_statement_;
  std::int64_t touched_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Engines, Errors, ::testing::ValuesIn(engines), engine_name);

TEST_P(Errors, causes) {
  struct Cause {
    char const* text;
    std::vector<Value> values;
    Errc code;
  };
  std::int64_t const nine = 9;
  Cause const causes[] = {
      {"INSERT INTO firm (id, uscc) VALUES (1, $1)", {"x"}, Errc::unique},
      {"INSERT INTO firm (id, uscc) VALUES ($1, 'two')", {nine}, Errc::unique},
      {"UPDATE firm SET uscc = $1 WHERE id = 2", {"one"}, Errc::unique},
      {"INSERT INTO site VALUES (2, $1)", {nine}, Errc::foreign_key},
      {"DELETE FROM firm WHERE id = $1", {std::int64_t{1}}, Errc::foreign_key},
      {"UPDATE firm SET grade = $1", {nine}, Errc::check},
      {"UPDATE firm SET uscc = $1", {Value{}}, Errc::check},
      {"UPDATE firm SET grade = $1", {"first"}, Errc::check},
      {"UPDATE firm SET grade = $1", {"99999999999999999999"}, Errc::check},
      {"UPDATE firm SET grade = $1", {Bytes{1}}, Errc::check},
      {"UPDATE firm SET mark = $1", {nine}, Errc::check},
      {"UPDATE firm SET uscc = $1", {std::string("pending\0evil", 12)}, Errc::check},
      {"UPDATE firm SET uscc = $1", {"\xC3\x28"}, Errc::check},
      {"UPDATE firm SET uscc = $1", {"\xED\xA0\x80"}, Errc::check},
      {"UPDATE firm SET grade = $1", {std::numeric_limits<double>::quiet_NaN()}, Errc::check},
      {"UPDATE nowhere SET grade = $1", {nine}, Errc::other},
      {"UPDATE firm SET SET", {}, Errc::other},
      {"UPDATE firm SET grade = \"grde\"", {}, Errc::other},
      {"UPDATE firm SET grade = $1", {}, Errc::other},
  };
  for (auto const& cause : causes) {
    auto const code = refused_write(cause.text, cause.values);
    ASSERT_TRUE(code) << cause.text << " was taken";
    EXPECT_EQ(to_string(*code), to_string(cause.code)) << cause.text << ": " << last_what_;
    EXPECT_EQ(last_statement_, "failing") << last_what_;
    expect_clean();
  }
}

TEST_P(Errors, a_failure_in_fetch_ends_the_transaction) {
  Sql const insert{"insert", "INSERT INTO firm (id, uscc) VALUES ($1, 'one') RETURNING id"};
  Sql const good{"good", "INSERT INTO firm (id, uscc) VALUES (77, 'seventy-seven') RETURNING id"};
  Statement const both[] = {{&good, {}}, {&insert, {std::int64_t{9}}}, {&good, {}}};
  EXPECT_EQ(refusal([&] {
              writer_->begin();
              writer_->fetch(both);
            }),
            Errc::unique);
  EXPECT_EQ(last_statement_, "insert");
  EXPECT_THROW(writer_->commit(), std::logic_error);
  expect_clean();
}

TEST_P(Errors, the_first_of_several_is_told) {
  Sql const unique{"unique", "INSERT INTO firm (id, uscc) VALUES (9, 'one')"};
  Sql const check{"check", "UPDATE firm SET grade = 9"};
  EXPECT_EQ(refusal([&] {
              writer_->begin();
              writer_->write(check, {});
              writer_->write(unique, {});
              writer_->commit();
            }),
            Errc::check);
  expect_clean();
}

TEST_P(Errors, messages_do_not_quote_rows) {
  refused_write("INSERT INTO firm (id, uscc) VALUES (9, 'one')", {});
  EXPECT_EQ(last_what_.find("'one'"), std::string::npos) << last_what_;
  EXPECT_EQ(last_what_.find("(one)"), std::string::npos) << last_what_;
  refused_write("UPDATE firm SET grade = $1", {"13800138000"});
  EXPECT_EQ(last_what_.find("13800138000"), std::string::npos) << last_what_;
}

TEST_P(Errors, a_lock_not_obtained_is_busy) {
  Sql const touch{"touch", "UPDATE firm SET grade = 3 WHERE id = 2"};
  auto const other = open(scratch_->address(), options());
  auto const other_writer = other->writer();
  other_writer->begin();
  other_writer->write(touch, {});
  other_writer->flush();
  EXPECT_EQ(refusal([&] {
              writer_->begin();
              writer_->write(touch, {});
              writer_->commit();
            }),
            Errc::busy)
      << last_what_;
  other_writer->rollback();
  expect_clean();
}

TEST_P(Errors, a_reader_may_not_write) {
  auto const reader = database_->reader();
  for (char const* text : {"UPDATE firm SET grade = 3", "DROP TABLE site", "CREATE TABLE more (id integer)"})
    EXPECT_EQ(refusal([&] { reader->query({"reader", text}, {}); }), Errc::read_only) << last_what_;
  EXPECT_EQ(reader->query({"count", "SELECT count(*) FROM site"}, {}).at(0).at(0), Value{std::int64_t{1}});
}

TEST_P(Errors, a_second_writer_is_refused) {
  EXPECT_EQ(refusal([&] { database_->writer(); }), Errc::busy);
  writer_.reset();
  writer_ = database_->writer();
  expect_clean();
}

TEST_P(Errors, calls_outside_a_transaction_are_defects) {
  Sql const touch{"touch", "UPDATE firm SET grade = 3"};
  EXPECT_THROW(writer_->write(touch, {}), std::logic_error);
  EXPECT_THROW(writer_->flush(), std::logic_error);
  EXPECT_THROW(writer_->commit(), std::logic_error);
  EXPECT_THROW(writer_->fetch({}), std::logic_error);
  writer_->rollback();  // harmless
  writer_->begin();
  EXPECT_THROW(writer_->begin(), std::logic_error);
  writer_->rollback();
  expect_clean();
}

TEST_P(Errors, a_script_may_not_end_the_transaction_it_runs_in) {
  writer_->begin();
  EXPECT_EQ(refusal([&] { writer_->script("INSERT INTO firm (id, uscc) VALUES (78, 'y'); COMMIT"); }),
            Errc::other);
  expect_clean();
  EXPECT_EQ(refusal([&] { writer_->script("BEGIN; INSERT INTO firm (id, uscc) VALUES (77, 'x')"); }),
            Errc::other);
  expect_clean();
  EXPECT_EQ(refusal([&] { writer_->script("BEGIN; INSERT INTO firm (id, uscc) VALUES (77, 'one')"); }),
            Errc::unique);
  expect_clean();
}

TEST(ErrorsOpen, an_address_that_leads_nowhere_is_a_lost_connection) {
  for (char const* address :
       {"sqlite:/nowhere/at/all/store.db", "sqlite:", "sqlite::memory:", "postgres://nobody@127.0.0.1:1/x"}) {
    try {
      open(address);
      ADD_FAILURE() << address;
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), Errc::connection) << error.what();
    }
  }
}

// ---- SQLite alone --------------------------------------------------------------------------------------

TEST(ErrorsSqlite, extended_codes) {
  EXPECT_EQ(sqlite::errc_of(SQLITE_BUSY_SNAPSHOT), Errc::serialization);
  EXPECT_EQ(sqlite::errc_of(SQLITE_BUSY_TIMEOUT), Errc::busy);
  EXPECT_EQ(sqlite::errc_of(SQLITE_CONSTRAINT_TRIGGER), Errc::check);
  EXPECT_EQ(sqlite::errc_of(SQLITE_CORRUPT_INDEX), Errc::corrupt);
  EXPECT_EQ(sqlite::errc_of(SQLITE_IOERR_FSYNC), Errc::connection);
  EXPECT_EQ(sqlite::errc_of(SQLITE_TOOBIG), Errc::other);
}

class ErrorsSqliteFile : public Errors {};
INSTANTIATE_TEST_SUITE_P(Engines, ErrorsSqliteFile, ::testing::Values(Engine::sqlite), engine_name);

// PostgreSQL writes them as the text \x01: any type may be assigned to text there.
TEST_P(ErrorsSqliteFile, bytes_are_no_text) {
  EXPECT_EQ(refused_write("UPDATE firm SET uscc = $1", {Bytes{1}}), Errc::check) << last_what_;
  expect_clean();
}

TEST_P(ErrorsSqliteFile, a_full_disk) {
  writer_->script("PRAGMA max_page_count = 64");
  EXPECT_EQ(refused_write("UPDATE firm SET mark = $1", {Bytes(1'000'000)}), Errc::full) << last_what_;
  expect_clean();
}

TEST_P(ErrorsSqliteFile, a_file_that_is_no_database) {
  std::string const path = scratch_->path() + ".other";
  std::ofstream(path) << std::string(8'192, 'x');
  EXPECT_EQ(refusal([&] { open("sqlite:" + path); }), Errc::corrupt) << last_what_;
}

TEST(ErrorsSqlite, a_lost_disk_is_a_lost_connection) {
  testing::Scratch const scratch(Engine::sqlite);
  testing::PowerCut power(1);
  Options options;
  options.sqlite_vfs = power.vfs();
  auto database = open(scratch.address(), options);
  auto writer = database->writer();
  writer->script("CREATE TABLE one (id INTEGER PRIMARY KEY) STRICT");
  writer->begin();
  writer->write({"insert", "INSERT INTO one VALUES ($1)"}, {std::int64_t{1}});
  power.cut();
  try {
    writer->commit();
    ADD_FAILURE() << "acknowledged without a disk";
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), Errc::connection) << error.what();
  }
  EXPECT_THROW(writer->commit(), std::logic_error);
  writer.reset();
  database.reset();
  power.restore();
}

// ---- PostgreSQL alone ----------------------------------------------------------------------------------

TEST(ErrorsPostgres, sqlstates) {
  EXPECT_EQ(postgres::errc_of("40001"), Errc::serialization);
  EXPECT_EQ(postgres::errc_of("53100"), Errc::full);
  EXPECT_EQ(postgres::errc_of("57P01"), Errc::connection);
  EXPECT_EQ(postgres::errc_of("25P03"), Errc::connection);
  EXPECT_EQ(postgres::errc_of("08006"), Errc::connection);
  EXPECT_EQ(postgres::errc_of("08P01"), Errc::other);
  EXPECT_EQ(postgres::errc_of("XX001"), Errc::corrupt);
  EXPECT_EQ(postgres::errc_of("XX000"), Errc::other);
  EXPECT_EQ(postgres::errc_of("42P01"), Errc::other);
}

class ErrorsServer : public Errors {
 protected:
  // Ends every other session of this database, as a fail-over would, and waits until they are gone.
  void hang_up() {
    auto const other = open(scratch_->address());
    other->reader()->query({"hang_up",
                            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
                            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                            " AND application_name = 'plumbline'"},
                           {});
  }
  Sql const insert_{"insert", "INSERT INTO firm (id, uscc) VALUES ($1, $2)"};
};
INSTANTIATE_TEST_SUITE_P(Engines, ErrorsServer, ::testing::Values(Engine::postgres), engine_name);

TEST_P(ErrorsServer, a_lost_connection_is_told_and_made_again) {
  for (int moment = 0; moment < 3; ++moment) {
    EXPECT_EQ(refusal([&] {
                writer_->begin();
                writer_->write(insert_, {std::int64_t{77}, "x"});
                if (moment != 0) writer_->flush();
                hang_up();
                if (moment == 2) writer_->fetch({});
                writer_->commit();
              }),
              Errc::connection)
        << last_what_;
    expect_clean();
  }
}

TEST_P(ErrorsServer, a_connection_lost_while_idle_is_not_noticed) {
  auto const reader = database_->reader();
  EXPECT_EQ(reader->query({"one", "SELECT 1"}, {}).size(), 1u);
  hang_up();
  expect_clean();
  EXPECT_EQ(reader->query({"one", "SELECT 1"}, {}).size(), 1u);
  hang_up();
  reader->begin_snapshot();
  hang_up();
  EXPECT_EQ(refusal([&] { reader->query({"one", "SELECT 1"}, {}); }), Errc::connection) << last_what_;
  reader->end_snapshot();
  EXPECT_EQ(reader->query({"one", "SELECT 1"}, {}).size(), 1u);
}

TEST_P(ErrorsServer, a_failed_transaction_is_no_commit_although_commit_answers) {
  writer_->begin();
  // Leaves the transaction failed without an error in the pipeline that commits it.
  Sql const insert{"insert", "INSERT INTO firm (id, uscc) VALUES (77, 'x')"};
  writer_->write(insert, {});
  EXPECT_EQ(refusal([&] { writer_->script("SELECT 1 / 0"); }), Errc::check) << last_what_;
  EXPECT_THROW(writer_->commit(), std::logic_error);
  expect_clean();

  // The tag itself, at the level of the connection.
  postgres::Connection connection(scratch_->address(), postgres::Role::writer, {});
  connection.send("begin", "BEGIN", "BEGIN");
  connection.send("fails", "SELECT 1 / 0", "");
  EXPECT_EQ(refusal([&] { connection.sync(); }), Errc::check);
  connection.send("commit", "COMMIT", "COMMIT");
  EXPECT_EQ(refusal([&] { connection.sync(); }), Errc::other);
  EXPECT_NE(last_what_.find("ROLLBACK"), std::string::npos) << last_what_;
  EXPECT_TRUE(connection.idle());
}

TEST_P(ErrorsServer, a_deferred_constraint_fails_the_commit) {
  writer_->script("ALTER TABLE site ALTER CONSTRAINT site_firm_fkey DEFERRABLE INITIALLY DEFERRED");
  EXPECT_EQ(refused_write("INSERT INTO site VALUES (2, 99)", {}), Errc::foreign_key) << last_what_;
  expect_clean();
}

TEST_P(ErrorsServer, a_deadlock_is_a_serialization_failure) {
  Options patient;
  patient.lock_wait_ms = 20'000;
  Sql const lock{"lock", "SELECT id FROM firm WHERE id = $1 FOR UPDATE"};
  auto const a = open(scratch_->address(), patient);
  auto const b = open(scratch_->address(), patient);
  auto const writer_a = a->writer();
  auto const writer_b = b->writer();
  auto const take = [&](Writer& writer, std::int64_t id) {
    Statement const statement{&lock, {id}};
    writer.fetch({&statement, 1});
  };
  for (auto* writer : {writer_a.get(), writer_b.get()}) {
    writer->begin();
    writer->script("SET LOCAL deadlock_timeout = '50ms'");
  }
  take(*writer_a, 1);
  take(*writer_b, 2);
  std::optional<Errc> of_a;
  std::thread second([&] {
    try {
      take(*writer_a, 2);
    } catch (Error const& error) {
      of_a = error.code();
    }
    writer_a->rollback();
  });
  auto const of_b = refusal([&] { take(*writer_b, 1); });
  writer_b->rollback();
  second.join();
  EXPECT_NE(of_a.has_value(), of_b.has_value());  // one of them, and only one
  EXPECT_EQ(of_a ? of_a : of_b, Errc::serialization);
}

TEST_P(ErrorsServer, a_statement_that_takes_too_long_is_busy) {
  Options impatient;
  impatient.statement_limit_ms = 50;
  auto const database = open(scratch_->address(), impatient);
  EXPECT_EQ(refusal([&] { database->reader()->query({"slow", "SELECT pg_sleep(5)"}, {}); }), Errc::busy);
  auto const writer = database->writer();
  writer->script("SELECT pg_sleep(0.1)");  // scripts have no limit …
  EXPECT_EQ(refusal([&] {
              writer->begin();
              writer->write({"slow", "SELECT pg_sleep(5)"}, {});
              writer->commit();
            }),
            Errc::busy);  // … and leave the limit as it was
}

TEST_P(ErrorsServer, an_idle_transaction_is_ended_by_the_server) {
  Options impatient;
  impatient.idle_limit_ms = 30;
  auto const database = open(scratch_->address(), impatient);
  auto const writer = database->writer();
  writer->begin();
  writer->write(insert_, {std::int64_t{77}, "x"});
  writer->flush();
  ask("SELECT pg_sleep(0.3)");
  EXPECT_EQ(refusal([&] { writer->commit(); }), Errc::connection) << last_what_;
  expect_clean();
}

TEST_P(ErrorsServer, a_table_changed_under_a_kept_statement) {
  auto const reader = database_->reader();
  Sql const all{"all", "SELECT * FROM site"};
  EXPECT_EQ(reader->query(all, {}).at(0).size(), 2u);
  writer_->begin();
  Statement const statement{&all, {}};
  EXPECT_EQ(writer_->fetch({&statement, 1}).at(0).at(0).size(), 2u);
  writer_->rollback();
  auto const other = open(scratch_->address());
  other->writer()->script("ALTER TABLE site ADD COLUMN more bigint");
  EXPECT_EQ(reader->query(all, {}).at(0).size(), 3u);
  EXPECT_EQ(refusal([&] {
              writer_->begin();
              writer_->fetch({&statement, 1});
            }),
            Errc::serialization);  // run again …
  writer_->begin();
  EXPECT_EQ(writer_->fetch({&statement, 1}).at(0).at(0).size(), 3u);  // … and it works
  writer_->rollback();
}

}  // namespace
}  // namespace plumbline::store
