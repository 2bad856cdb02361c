// What goes in comes out, on both engines alike.
#include "engines.hpp"

namespace plumbline::store {
namespace {

constexpr Engine engines[] = {Engine::sqlite, Engine::postgres};

class Values : public OnEngine {
 protected:
  void SetUp() override {
    OnEngine::SetUp();
    if (IsSkipped()) return;
    create(
        "CREATE TABLE kept (id {INT} PRIMARY KEY, number {INT}, written text, bytes {BIN}, part {REAL}) "
        "{END}");
  }
  Value round_trip(std::string const& column, Value const& value) {
    Sql const put{"put", "INSERT INTO kept (id, " + column + ") VALUES ($1, $2)"};
    commit(put, {std::int64_t{++id_}, value});
    return ask("SELECT " + column + " FROM kept WHERE id = $1", {id_}).at(0).at(0);
  }
  std::int64_t id_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Engines, Values, ::testing::ValuesIn(engines), engine_name);

TEST_P(Values, integers_are_exact) {
  for (std::int64_t number :
       {std::int64_t{0}, std::int64_t{-1}, (std::int64_t{1} << 53) + 1,
        std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
    EXPECT_EQ(integer(round_trip("number", number)), number);
}

TEST_P(Values, text_keeps_every_code_point) {
  for (std::string const written :
       {"", "临清市轴承厂", "a'b\"c\\d$1%_", "\U0001F9EA \xEF\xBF\xBD", "line\nline\ttab\r"})
    EXPECT_EQ(text(round_trip("written", written)), written);
  std::string const large(5'000'000, 'x');
  EXPECT_EQ(text(round_trip("written", large)), large);
}

TEST_P(Values, bytes_keep_every_byte) {
  Bytes all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_EQ(blob(round_trip("bytes", all)), all);
  Bytes large(9'000'000);
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 31 >> 3);
  EXPECT_EQ(blob(round_trip("bytes", large)), large);
}

TEST_P(Values, empty_is_not_null) {
  EXPECT_EQ(blob(round_trip("bytes", Bytes{})), Bytes{});
  EXPECT_EQ(text(round_trip("written", std::string{})), "");
  EXPECT_TRUE(is_null(round_trip("bytes", {})));
  EXPECT_TRUE(is_null(round_trip("written", {})));
  EXPECT_TRUE(is_null(round_trip("number", {})));
  EXPECT_EQ(
      integer(ask("SELECT count(*) FROM kept WHERE bytes IS NULL AND written IS NULL AND number IS NULL")
                  .at(0)
                  .at(0)),
      3);
}

TEST_P(Values, reals_are_exact) {
  for (double real : {0.1, -1.0 / 3, 5e-324, 1.7976931348623157e308, 4.0})
    EXPECT_EQ(std::get<double>(round_trip("part", real)), real);
}

TEST_P(Values, a_parameter_has_the_type_of_its_value) {
  EXPECT_EQ(ask("SELECT $1", {std::int64_t{7}}).at(0).at(0), Value{std::int64_t{7}});
  EXPECT_EQ(ask("SELECT $1", {"seven"}).at(0).at(0), Value{"seven"});
  EXPECT_EQ(ask("SELECT $1", {Bytes{7}}).at(0).at(0), Value{Bytes{7}});
  EXPECT_EQ(ask("SELECT COALESCE($1, 0)", {(std::int64_t{1} << 53) + 1}).at(0).at(0),
            Value{(std::int64_t{1} << 53) + 1});
}

TEST_P(Values, one_text_takes_null_first_and_a_value_later) {
  auto const reader = database_->reader();
  Sql const sql{"either", "SELECT COALESCE($1, $2)"};
  auto const first = [&](Value a, Value b) {
    return reader->query(sql, {std::move(a), std::move(b)}).at(0).at(0);
  };
  EXPECT_EQ(first({}, std::int64_t{5}), Value{std::int64_t{5}});
  EXPECT_EQ(first(std::int64_t{6}, {}), Value{std::int64_t{6}});
  EXPECT_EQ(first({}, "text"), Value{"text"});
  EXPECT_EQ(first({}, Bytes{1, 2}), (Value{Bytes{1, 2}}));
  EXPECT_EQ(first(std::int64_t{8}, std::int64_t{9}), Value{std::int64_t{8}});
}

TEST_P(Values, aggregates_and_truth_answer_alike) {
  for (int i = 1; i <= 3; ++i) round_trip("number", std::int64_t{i} << 61);
  EXPECT_EQ(ask("SELECT count(*), max(number), sum(number / 4) FROM kept").at(0),
            (Row{std::int64_t{3}, std::int64_t{3} << 61, std::int64_t{6} << 59}));
  EXPECT_EQ(ask("SELECT number > 0, number = 0 FROM kept WHERE id = 1").at(0),
            (Row{std::int64_t{1}, std::int64_t{0}}));
  EXPECT_TRUE(is_null(ask("SELECT sum(number) FROM kept WHERE id > 100").at(0).at(0)));
  EXPECT_THROW(ask("SELECT sum(number) FROM kept"), Error);  // beyond 64 bits: an error on both, never a real
}

TEST_P(Values, parameters_count_from_one_wherever_they_stand) {
  round_trip("written", "second");
  EXPECT_EQ(
      ask("SELECT written FROM kept WHERE written = $2 AND id = $1", {std::int64_t{1}, "second"}).size(), 1u);
  EXPECT_EQ(ask("SELECT id FROM kept WHERE id = $1 OR id = $1", {std::int64_t{1}}).size(), 1u);
  EXPECT_THROW(ask("SELECT id FROM kept WHERE id = $1"), Error);
  EXPECT_THROW(ask("SELECT 1; SELECT 2"), Error);
  if (postgres()) return;  // which takes values that nobody reads
  EXPECT_THROW(ask("SELECT id FROM kept WHERE id = $1", {std::int64_t{1}, std::int64_t{2}}), Error);
  EXPECT_THROW(ask("SELECT id FROM kept WHERE id = $2", {std::int64_t{1}, std::int64_t{2}}), Error);
}

TEST_P(Values, order_is_by_code_point) {
  for (char const* written : {"b", "B", "a", "é", "临", "A", "1"}) round_trip("written", written);
  std::string order;
  for (auto const& row : ask("SELECT written FROM kept ORDER BY written")) order += text(row.at(0));
  EXPECT_EQ(order, "1ABabé临");
}

TEST_P(Values, a_wrong_kind_is_told) {
  Row const row = ask("SELECT 1, 'x', NULL").at(0);
  EXPECT_THROW(integer(row.at(1)), Error);
  EXPECT_THROW(text(row.at(0)), Error);
  EXPECT_THROW(blob(row.at(2)), Error);
}

}  // namespace
}  // namespace plumbline::store
