// Writers, readers, snapshots, streams and migrations, on both engines.
#include <atomic>
#include <filesystem>
#include <thread>

#include "engines.hpp"
#include "store_testing/fault.hpp"

namespace plumbline::store {
namespace {

constexpr Engine engines[] = {Engine::sqlite, Engine::postgres};

class Transactions : public OnEngine {
 protected:
  void SetUp() override {
    OnEngine::SetUp();
    if (IsSkipped()) return;
    create("CREATE TABLE item (id {INT} PRIMARY KEY, body text NOT NULL) {END}");
  }
  std::int64_t count() { return integer(ask("SELECT count(*) FROM item").at(0).at(0)); }
  void add(std::int64_t first, std::int64_t last, std::string const& body) {
    writer_->begin();
    for (std::int64_t id = first; id <= last; ++id) writer_->write(insert_, {id, body});
    writer_->commit();
  }

  Sql const insert_{"insert", "INSERT INTO item VALUES ($1, $2)"};
  Sql const all_{"all", "SELECT id, body FROM item ORDER BY id"};
  Sql const one_{"one", "SELECT body FROM item WHERE id = $1"};
};
INSTANTIATE_TEST_SUITE_P(Engines, Transactions, ::testing::ValuesIn(engines), engine_name);

TEST_P(Transactions, fetch_answers_in_order_and_sees_what_was_written) {
  add(1, 3, "kept");
  writer_->begin();
  writer_->write(insert_, {std::int64_t{4}, "queued"});
  Statement const asked[] = {
      {&one_, {std::int64_t{4}}}, {&one_, {std::int64_t{9}}}, {&one_, {std::int64_t{1}}}, {&all_, {}}};
  auto const answers = writer_->fetch(asked);
  ASSERT_EQ(answers.size(), 4u);
  EXPECT_EQ(answers[0], (Rows{{Value{"queued"}}}));
  EXPECT_EQ(answers[1], Rows{});
  EXPECT_EQ(answers[2], (Rows{{Value{"kept"}}}));
  EXPECT_EQ(answers[3].size(), 4u);
  EXPECT_EQ(count(), 3);  // nobody else sees it yet
  writer_->rollback();
  EXPECT_EQ(count(), 3);
  writer_->begin();
  writer_->write(insert_, {std::int64_t{4}, "kept"});
  writer_->flush();
  EXPECT_EQ(count(), 3);
  writer_->commit();
  EXPECT_EQ(count(), 4);
}

TEST_P(Transactions, an_empty_one_commits) {
  writer_->begin();
  writer_->commit();
  writer_->begin();
  EXPECT_TRUE(writer_->fetch({}).empty());
  writer_->flush();
  writer_->commit();
}

TEST_P(Transactions, a_writer_that_goes_takes_its_transaction_along) {
  writer_->begin();
  writer_->write(insert_, {std::int64_t{1}, "x"});
  writer_.reset();
  writer_ = database_->writer();
  EXPECT_EQ(count(), 0);
}

// Far more than the socket's buffers hold in either direction: the server stops reading while nobody takes
// its answers.
TEST_P(Transactions, a_large_one_does_not_stand_still) {
  std::string const body(2'000, 'x');
  Sql const returning{"returning", "INSERT INTO item VALUES ($1, $2) RETURNING id, body, body || body"};
  writer_->begin();
  for (std::int64_t id = 1; id <= 8'000; ++id) writer_->write(returning, {id, body});
  std::vector<Statement> asked;
  for (std::int64_t id = 1; id <= 4'000; ++id) asked.push_back({&one_, {id}});
  EXPECT_EQ(writer_->fetch(asked).back().at(0).at(0), Value{body});
  writer_->commit();
  EXPECT_EQ(count(), 8'000);
}

TEST_P(Transactions, a_statement_that_failed_to_prepare_can_be_tried_again) {
  Sql const late{"late", "INSERT INTO later VALUES ($1)"};
  EXPECT_THROW(commit(late, {std::int64_t{1}}), Error);
  create("CREATE TABLE later (id {INT} PRIMARY KEY) {END}");
  commit(late, {std::int64_t{1}});
  commit(late, {std::int64_t{2}});
  EXPECT_EQ(ask("SELECT id FROM later").size(), 2u);
}

TEST_P(Transactions, statements_prepared_after_a_failure_in_the_same_round_work_later) {
  Sql const other{"other", "INSERT INTO item (body, id) VALUES ($1, $2)"};
  add(1, 1, "x");
  writer_->begin();
  EXPECT_THROW(
      {
        writer_->write(insert_, {std::int64_t{1}, "again"});
        writer_->write(other, {"y", std::int64_t{2}});  // skipped with everything after the failure
        writer_->write(other, {"y", std::int64_t{3}});
        writer_->commit();
      },
      Error);
  commit(other, {"y", std::int64_t{2}});
  EXPECT_EQ(count(), 2);
}

TEST_P(Transactions, more_texts_than_are_kept) {
  auto const reader = database_->reader();
  for (int round = 0; round < 2; ++round) {
    writer_->begin();
    for (int i = 0; i < 1'100; ++i) {
      std::string const number = std::to_string(i);
      writer_->write({"many", "DELETE FROM item WHERE id = $1 AND id < " + number}, {std::int64_t{5'000}});
      EXPECT_EQ(reader->query({"many", "SELECT $1, " + number}, {"x"}).at(0).at(1), Value{std::int64_t{i}});
    }
    writer_->commit();
  }
  add(1, 2, "x");
  EXPECT_EQ(reader->query(all_, {}).size(), 2u);
}

TEST_P(Transactions, a_snapshot_stands_still) {
  add(1, 10, "old");
  auto const reader = database_->reader();
  reader->begin_snapshot();
  add(11, 20, "new");
  EXPECT_EQ(reader->query(all_, {}).size(), 10u);
  EXPECT_THROW(reader->begin_snapshot(), std::logic_error);
  add(21, 30, "newer");
  EXPECT_EQ(reader->query(all_, {}).size(), 10u);
  reader->end_snapshot();
  EXPECT_EQ(reader->query(all_, {}).size(), 30u);
  reader->end_snapshot();  // harmless
}

TEST_P(Transactions, a_stream_shows_one_moment) {
  add(1, 2'000, "old");
  auto const reader = database_->reader();
  std::int64_t seen = 0;
  reader->stream(all_, {}, [&](Row const& row) {
    if (++seen == 1) add(5'000, 5'100, "new");
    EXPECT_EQ(integer(row.at(0)), seen);
    return true;
  });
  EXPECT_EQ(seen, 2'000);
}

TEST_P(Transactions, a_stream_can_stop_throw_and_be_asked_within) {
  add(1, 1'000, "x");
  auto const reader = database_->reader();
  int seen = 0;
  reader->stream(all_, {}, [&](Row const&) { return ++seen < 300; });
  EXPECT_EQ(seen, 300);
  EXPECT_THROW(reader->stream(all_, {}, [](Row const&) -> bool { throw std::runtime_error("caller's own"); }),
               std::runtime_error);
  seen = 0;
  Value const limit[] = {std::int64_t{5}};
  Sql const first{"first", "SELECT id FROM item WHERE id <= $1 ORDER BY id"};
  reader->stream(first, limit, [&](Row const& outer) {
    reader->stream(first, limit, [&](Row const&) { return ++seen, true; });
    EXPECT_EQ(reader->query(one_, {integer(outer.at(0))}).size(), 1u);
    EXPECT_EQ(reader->query(first, {std::int64_t{2}}).size(), 2u);
    return true;
  });
  EXPECT_EQ(seen, 25);
  reader->begin_snapshot();
  seen = 0;
  reader->stream(all_, {}, [&](Row const&) { return ++seen, true; });
  add(2'001, 2'001, "x");
  EXPECT_EQ(seen, 1'000);
  EXPECT_EQ(reader->query(all_, {}).size(), 1'000u);  // still the snapshot
  reader->end_snapshot();
  EXPECT_EQ(reader->query(all_, {}).size(), 1'001u);
}

TEST_P(Transactions, readers_read_while_somebody_writes) {
  constexpr std::int64_t per_commit = 20;
  std::atomic<bool> done = false;
  std::atomic<int> halves = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i)
    threads.emplace_back([&] {
      auto const reader = database_->reader();
      while (!done) halves += reader->query(all_, {}).size() % per_commit != 0;
    });
  for (std::int64_t i = 0; i < 30; ++i) add(i * per_commit + 1, (i + 1) * per_commit, "x");
  done = true;
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(halves, 0);
}

// ---- SQLite's log --------------------------------------------------------------------------------------

class Wal : public Transactions {
 protected:
  std::uintmax_t wal_bytes() const { return std::filesystem::file_size(scratch_->path() + "-wal"); }
};
INSTANTIATE_TEST_SUITE_P(Engines, Wal, ::testing::Values(Engine::sqlite), engine_name);

TEST_P(Wal, stays_short) {
  std::uintmax_t longest = 0;
  for (std::int64_t i = 1; i <= 40; ++i) {
    add(i, i, std::string(1'000'000, 'x'));
    longest = std::max(longest, wal_bytes());
  }
  EXPECT_LT(longest, 12u << 20);
}

// At every moment somebody holds a snapshot, though nobody for long.
TEST_P(Wal, stays_bounded_under_readers_without_a_gap) {
  std::atomic<bool> done = false;
  std::thread readers([&] {
    std::unique_ptr<Reader> const pair[] = {database_->reader(), database_->reader()};
    pair[0]->begin_snapshot();
    for (std::size_t i = 1; !done; ++i) {
      pair[i % 2]->begin_snapshot();
      pair[(i + 1) % 2]->end_snapshot();
      pair[i % 2]->query(one_, {std::int64_t{1}});
    }
  });
  std::uintmax_t longest = 0;
  for (std::int64_t i = 1; i <= 120; ++i) {
    add(i, i, std::string(1'000'000, 'x'));
    longest = std::max(longest, wal_bytes());
  }
  done = true;
  readers.join();
  EXPECT_LT(longest, 96u << 20);
}

TEST_P(Wal, a_reader_gives_up_after_its_limit) {
  Options impatient;
  impatient.statement_limit_ms = 20;
  auto const database = open(scratch_->address(), impatient);
  Sql const endless{"endless",
                    "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"};
  try {
    database->reader()->query(endless, {});
    ADD_FAILURE();
  } catch (Error const& error) {
    EXPECT_EQ(error.code(), Errc::busy) << error.what();
  }
}

TEST_P(Wal, a_commit_is_synced_and_rows_are_strict) {
  auto const pragma = [&](std::string const& name) {
    writer_->begin();
    Sql const sql{"pragma", "PRAGMA " + name};
    Statement const statement{&sql, {}};
    auto const value = writer_->fetch({&statement, 1}).at(0).at(0).at(0);
    writer_->rollback();
    return value;
  };
  EXPECT_EQ(pragma("journal_mode"), Value{"wal"});
  EXPECT_EQ(pragma("synchronous"), Value{std::int64_t{2}});
  EXPECT_EQ(pragma("foreign_keys"), Value{std::int64_t{1}});
  EXPECT_EQ(pragma("secure_delete"), Value{std::int64_t{1}});
}

// ---- migrations ----------------------------------------------------------------------------------------

class Migrations : public OnEngine {
 protected:
  static Migration step(int number, std::string const& name, std::string const& ddl) {
    return {number, name, ddl, ddl};
  }
  std::vector<Migration> const first_{
      step(1, "first", "CREATE TABLE a (id integer); INSERT INTO a VALUES (1)"),
      step(2, "second", "ALTER TABLE a ADD COLUMN name text")};
  FixedClock const clock_{Instant{1'700'000'000'000'000}};
  void SetUp() override {
    OnEngine::SetUp();
    writer_.reset();
  }
  std::string problem(std::vector<Migration> const& migrations) {
    try {
      migrate(*database_, migrations, clock_);
    } catch (Error const& error) {
      return error.what();
    }
    return "";
  }
};
INSTANTIATE_TEST_SUITE_P(Engines, Migrations, ::testing::ValuesIn(engines), engine_name);

TEST_P(Migrations, run_once_each) {
  migrate(*database_, first_, clock_);
  migrate(*database_, first_, clock_);
  EXPECT_EQ(ask("SELECT id, name FROM a").size(), 1u);
  auto const rows = ask("SELECT number, name, applied_at FROM schema_migration ORDER BY number");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1], (Row{std::int64_t{2}, "second", clock_.now().micros_utc}));
  auto more = first_;
  more.push_back(step(5, "third", "INSERT INTO a VALUES (3, 'three')"));
  migrate(*database_, more, clock_);
  EXPECT_EQ(ask("SELECT id, name FROM a").size(), 2u);
}

TEST_P(Migrations, refuse_what_they_do_not_know) {
  migrate(*database_, first_, clock_);
  EXPECT_NE(problem({first_[0]}).find("second"), std::string::npos);
  EXPECT_NE(problem({first_[0], step(2, "other", "")}).find("second"), std::string::npos);
  EXPECT_NE(problem({first_[1]}).find("first"), std::string::npos);
  EXPECT_NE(problem({step(0, "earlier", ""), first_[0], first_[1]}), "");
  EXPECT_THROW(migrate(*database_, std::vector{first_[1], first_[0]}, clock_), std::logic_error);
  EXPECT_EQ(problem(first_), "");
}

TEST_P(Migrations, leave_nothing_of_one_that_fails) {
  auto broken = first_;
  broken.push_back(step(3, "broken", "CREATE TABLE b (id integer); INSERT INTO nowhere VALUES (1)"));
  EXPECT_NE(problem(broken), "");
  EXPECT_THROW(ask("SELECT * FROM b"), Error);
  EXPECT_EQ(ask("SELECT * FROM schema_migration").size(), 2u);
  broken.back() = step(3, "ends its transaction", "CREATE TABLE c (id integer); COMMIT");
  EXPECT_NE(problem(broken), "");
  EXPECT_EQ(ask("SELECT * FROM schema_migration").size(), 2u);
}

TEST_P(Migrations, of_two_processes_at_once_run_once) {
  Options const patient;
  std::vector<std::thread> threads;
  std::atomic<int> failed = 0;
  for (int i = 0; i < 3; ++i)
    threads.emplace_back([&] {
      try {
        migrate(*open(scratch_->address(), patient), first_, clock_);
      } catch (std::exception const& error) {
        ++failed;
        ADD_FAILURE() << error.what();
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(ask("SELECT id, name FROM a").size(), 1u);
}

TEST(MigrationsPostgres, want_an_order_by_code_point) {
  if (!testing::Scratch::available(Engine::postgres)) GTEST_SKIP() << "PLUMBLINE_TEST_POSTGRES is not set";
  std::string const address = *testing::postgres_address();
  std::string const name = "plumbline_latin_" + std::to_string(::getpid());
  {
    auto const server = open(address);
    auto const writer = server->writer();
    writer->script("CREATE DATABASE " + name + " TEMPLATE template0 LOCALE_PROVIDER icu ICU_LOCALE 'zh'");
    try {
      migrate(*open(testing::with_database(address, name, "")), {});
      ADD_FAILURE() << "taken";
    } catch (Error const& error) {
      EXPECT_NE(std::string(error.what()).find("ICU"), std::string::npos) << error.what();
    }
    writer->script("DROP DATABASE " + name + " WITH (FORCE)");
  }
}

// ---- planned faults ------------------------------------------------------------------------------------

class Faults : public Transactions {};
INSTANTIATE_TEST_SUITE_P(Engines, Faults, ::testing::ValuesIn(engines), engine_name);

TEST_P(Faults, strike_each_call_once) {
  testing::FaultyDatabase faulty(open(scratch_->address(), options()));
  auto const writer = faulty.writer();
  Statement const statement{&all_, {}};
  auto const act = [&](std::int64_t id) {
    writer->begin();
    writer->fetch({&statement, 1});
    writer->write(insert_, {id, "x"});
    writer->flush();
    writer->commit();
  };
  act(100);
  ASSERT_EQ(faulty.calls(), 5u);
  for (auto moment : {testing::FaultMoment::before, testing::FaultMoment::after})
    for (std::uint64_t call = 1; call <= 6; ++call) {
      auto const before = count();
      faulty.plan({call, Errc::connection, moment});
      bool failed = false;
      try {
        act(static_cast<std::int64_t>(call) + (moment == testing::FaultMoment::after ? 10 : 0));
      } catch (Error const& error) {
        failed = true;
        EXPECT_EQ(error.code(), Errc::connection);
      }
      EXPECT_EQ(failed, call <= 5);
      EXPECT_EQ(faulty.struck(), failed);
      faulty.forget_plan();
      // An uncertain commit has happened, although its answer says otherwise.
      bool const happened = call == 6 || (call == 5 && moment == testing::FaultMoment::after);
      EXPECT_EQ(count() - before, happened ? 1 : 0) << call;
    }
  faulty.plan({2, Errc::full, testing::FaultMoment::before}, testing::FaultCalls::commits);
  act(201);
  EXPECT_THROW(act(202), Error);
  act(202);
}

}  // namespace
}  // namespace plumbline::store
