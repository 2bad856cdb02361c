// What commit() acknowledged is there after the power failed, and nothing is there by half.
#include <gtest/gtest.h>

#include <filesystem>

#include "store_testing/powercut.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline::store {
namespace {

Migration const first{
    1, "first",
    "CREATE TABLE part (act INTEGER, part INTEGER, body BLOB NOT NULL, PRIMARY KEY (act, part)) STRICT;"
    "CREATE UNIQUE INDEX by_body ON part (body, act, part)",
    ""};
Sql const insert_part{"insert", "INSERT INTO part VALUES ($1, $2, $3)"};
Sql const update_part{"update", "UPDATE part SET body = $2 WHERE act % 7 = $1"};
constexpr std::int64_t parts = 5;

struct Outcome {
  std::int64_t acknowledged = 0;
  bool lost = false;
  bool halved = false;
  bool corrupt = false;
};

class City {
 public:
  explicit City(std::uint64_t seed) : scratch_(Engine::sqlite), power_(seed), random_(seed * 7919 + 1) {}

  // Opens, works until the power fails, restores it, looks what is left.
  Outcome live_through_a_cut(char const* weaken) {
    Outcome outcome;
    try {
      // Either while opening, migrating and recovering, or well into the work, with checkpoints.
      power_.cut_at(1 + random() % (random() % 2 ? 40 : 3'000));
      auto const database = open(scratch_.address(), options());
      migrate(*database, {&first, 1});
      auto const writer = database->writer();
      writer->script(weaken);
      for (;;) act(*writer);
    } catch (Error const& error) {
      EXPECT_EQ(error.code(), Errc::connection) << error.what();
    }
    EXPECT_TRUE(power_.is_cut());
    power_.restore();
    try {
      look(outcome);
    } catch (Error const&) {
      outcome.corrupt = true;
    }
    return outcome;
  }

 private:
  Options options() const {
    Options options;
    options.sqlite_vfs = power_.vfs();
    return options;
  }
  std::uint64_t random() {
    return random_ = random_ * 6364136223846793005u + 1442695040888963407u, random_ >> 33;
  }

  void act(Writer& writer) {
    std::int64_t const number = acknowledged_ + 1;
    Bytes body(random() % 4 ? 300 : 12'000);
    for (auto& byte : body) byte = static_cast<std::uint8_t>(random());
    writer.begin();
    for (std::int64_t part = 0; part < parts; ++part) writer.write(insert_part, {number, part, body});
    if (random() % 4 == 0)
      writer.write(update_part, {static_cast<std::int64_t>(random() % 7), Bytes(200, 7)});
    writer.commit();
    acknowledged_ = number;
    // By itself a checkpoint comes only every 8 MiB.
    if (random() % 8 == 0)
      writer.script(random() % 2 ? "PRAGMA wal_checkpoint(PASSIVE)" : "PRAGMA wal_checkpoint(RESTART)");
  }

  void look(Outcome& outcome) {
    auto const database = open(scratch_.address(), options());
    migrate(*database, {&first, 1});
    auto const reader = database->reader();
    auto const ask = [&](char const* text) { return reader->query({"look", text}, {}); };
    outcome.corrupt = text(ask("PRAGMA integrity_check").at(0).at(0)) != "ok";
    std::int64_t complete = 0;
    for (auto const& row : ask("SELECT act, count(*) FROM part GROUP BY act ORDER BY act")) {
      if (integer(row.at(1)) != parts) outcome.halved = true;
      if (integer(row.at(0)) == complete + 1) ++complete;
    }
    outcome.acknowledged = acknowledged_;
    outcome.lost = complete < acknowledged_;
    acknowledged_ = complete;  // one commit may have happened whose answer was lost
  }

  testing::Scratch scratch_;
  testing::PowerCut power_;
  std::uint64_t random_;
  std::int64_t acknowledged_ = 0;
};

TEST(PowerCut, loses_nothing_acknowledged) {
  std::int64_t acts = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    City city(seed);
    std::int64_t acknowledged = 0;
    for (int cut = 1; cut <= 10; ++cut) {
      Outcome const outcome = city.live_through_a_cut("");
      ASSERT_FALSE(outcome.lost || outcome.halved || outcome.corrupt)
          << "seed " << seed << ", cut " << cut << (outcome.lost ? ": lost" : "")
          << (outcome.halved ? ": half" : "") << (outcome.corrupt ? ": corrupt" : "");
      acknowledged = outcome.acknowledged;
    }
    acts += acknowledged;
  }
  EXPECT_GT(acts, 1'000) << "the cuts came too early to prove anything";
}

// The same with a store that does not wait for the disk: the test must notice.
TEST(PowerCut, notices_a_store_that_does_not_sync) {
  int noticed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Outcome const outcome = City(seed).live_through_a_cut("PRAGMA synchronous = OFF");
    noticed += outcome.lost || outcome.halved || outcome.corrupt;
  }
  EXPECT_GT(noticed, 0);
}

TEST(PowerCut, notices_a_log_that_is_not_synced_at_commit) {
  int noticed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed)
    noticed += City(seed).live_through_a_cut("PRAGMA synchronous = NORMAL").lost;
  EXPECT_GT(noticed, 0);
}

}  // namespace
}  // namespace plumbline::store
