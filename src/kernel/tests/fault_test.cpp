// The desk on a database that fails its N-th call, N = 1 … k: what was acknowledged is there, once, and what
// was refused is not; a commit that happened although its answer was lost is acknowledged.
#include <gmock/gmock.h>

#include "desk.hpp"
#include "desk_fixture.hpp"
#include "kernel/audit.hpp"
#include "kernel/embedded.hpp"
#include "store_testing/fault.hpp"

namespace plumbline::kernel::testing {
namespace {

using store::testing::FaultCalls;
using store::testing::FaultMoment;
using store::testing::FaultyDatabase;

Command draft_command(std::string const& reference) {
  Command command;
  command.register_name = "notice";
  command.action = "draft";
  command.as = Role::system;
  command.payload = R"({"title":"通知","region":"371581","reference":")" + reference + "\"}";
  return command;
}

class FaultTest : public DeskTest {
 protected:
  // The desk of the fixture's folder on a database that can fail.
  void open_desk() {
    std::string const address = GetParam() == store::Engine::postgres
                                    ? scratch_->address()
                                    : "sqlite:" + (folder_ / "plumbline.db").string();
    system_.reset();
    database_.emplace(store::open(address));
    rules_.emplace(RuleBook::parse(embedded("rules/deadlines.json")));
    desk_.emplace(*database_, catalogue_, *rules_, clock_, "3715");
  }
  void close_desk() {
    desk_.reset();
    database_.reset();
    reopen();
  }
  // How many notices carry this reference.
  std::int64_t there(std::string const& reference) {
    Query query;
    query.where.push_back({"reference", Compare::equal, {reference}});
    return *system_->reads().count(system_viewer("3715"), "notice", query);
  }
  void expect_proved() {
    for (auto const& finding : verify_deep(*system_).findings)
      ADD_FAILURE() << finding.code << ' ' << finding.register_name << ' ' << finding.detail;
  }
  void TearDown() override {
    desk_.reset();
    database_.reset();
    DeskTest::TearDown();
  }

  std::optional<FaultyDatabase> database_;
  std::optional<RuleBook> rules_;
  std::optional<Desk> desk_;
};

TEST_P(FaultTest, EveryCallMayFailAndNothingIsHalfDone) {
  open_desk();
  std::map<std::string, bool> acknowledged;
  int struck = 0;
  for (auto const moment : {FaultMoment::before, FaultMoment::after})
    for (auto const code : {store::Errc::connection, store::Errc::full, store::Errc::serialization})
      for (std::uint64_t call = 1; call <= 14; ++call) {
        if (moment == FaultMoment::after && code != store::Errc::connection) continue;
        std::string const reference = "F-" + std::to_string(acknowledged.size());
        database_->plan({call, code, moment});
        acknowledged[reference] = desk_->submit(draft_command(reference)).get().ok();
        struck += database_->struck() ? 1 : 0;
        database_->forget_plan();
      }
  EXPECT_GT(struck, 20);
  close_desk();
  for (auto const& [reference, done] : acknowledged) EXPECT_EQ(there(reference), done ? 1 : 0) << reference;
  expect_proved();
}

TEST_P(FaultTest, ACommitWhoseAnswerWasLostIsAcknowledgedOnce) {
  open_desk();
  database_->plan({1, store::Errc::connection, FaultMoment::after}, FaultCalls::commits);
  auto const receipt = desk_->submit(draft_command("L-1")).get();
  ASSERT_TRUE(receipt) << receipt.refusal().code;
  EXPECT_EQ(receipt->version, 1);
  database_->plan({1, store::Errc::connection, FaultMoment::after}, FaultCalls::commits);
  std::vector<Command> chunk;
  for (int i = 0; i < 5; ++i) chunk.push_back(draft_command("C-" + std::to_string(i)));
  for (auto const& answer : desk_->submit_chunk(std::move(chunk))) EXPECT_TRUE(answer);
  close_desk();
  EXPECT_EQ(there("L-1"), 1);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(there("C-" + std::to_string(i)), 1);
  expect_proved();
}

TEST_P(FaultTest, ABatchThatWasNotCommittedIsDoneOneByOne) {
  open_desk();
  database_->plan({1, store::Errc::connection, FaultMoment::before}, FaultCalls::commits);
  std::vector<Command> chunk;
  for (int i = 0; i < 5; ++i) chunk.push_back(draft_command("B-" + std::to_string(i)));
  for (auto const& answer : desk_->submit_chunk(std::move(chunk))) EXPECT_TRUE(answer);
  close_desk();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(there("B-" + std::to_string(i)), 1);
  expect_proved();
}

INSTANTIATE_TEST_SUITE_P(Engines, FaultTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
