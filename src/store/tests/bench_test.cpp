// The reference of the benchmarks writes what it was given, in as many commits as it says.
#include "engines.hpp"
#include "store_bench/raw.hpp"

namespace plumbline::store {
namespace {

constexpr Engine engines[] = {Engine::sqlite, Engine::postgres};

class Raw : public OnEngine {};
INSTANTIATE_TEST_SUITE_P(Engines, Raw, ::testing::ValuesIn(engines), engine_name);

TEST_P(Raw, writes_every_row_as_it_is) {
  create(
      "CREATE TABLE a (id {INT} PRIMARY KEY, body text, mark {BIN}, part {REAL}) {END};"
      "CREATE TABLE b (id {INT} PRIMARY KEY) {END}");
  std::string const statements[] = {"INSERT INTO a (mark, id, body, part) VALUES ($3, $1, $2, $4)",
                                    "INSERT INTO b VALUES ($1)"};
  std::vector<bench::RawRow> rows;
  for (std::int64_t id = 0; id < 1'000; ++id) {
    rows.push_back({0, {id, "临清", Bytes{1, 0, 2}, 0.5}});
    rows.push_back({1, {id}});
  }
  auto const outcome = bench::raw_insert(scratch_->address(), {statements, rows, 300});
  EXPECT_EQ(outcome.commits, 7);
  EXPECT_GT(outcome.seconds, 0);
  EXPECT_GT(outcome.bytes_written, 1'000 * 20);
  EXPECT_EQ(ask("SELECT count(*) FROM b").at(0).at(0), Value{std::int64_t{1'000}});
  EXPECT_EQ(ask("SELECT id, body, mark, part FROM a WHERE id = 999"),
            (Rows{{std::int64_t{999}, "临清", Bytes{1, 0, 2}, 0.5}}));
  rows.resize(1);
  EXPECT_THROW(bench::raw_insert(scratch_->address(), {statements, rows, 1}), std::runtime_error);  // twice
}

}  // namespace
}  // namespace plumbline::store
