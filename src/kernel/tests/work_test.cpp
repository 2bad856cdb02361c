// The work queue: what is due, for whom, in pages whose counts are true.
#include <gmock/gmock.h>

#include "desk_fixture.hpp"
#include "kernel/work.hpp"

namespace plumbline::kernel::testing {
namespace {

class WorkTest : public DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    maker_ = person("maker", Role::officer);
    leader_ = person("leader", Role::leader);
    for (int i = 0; i < 7; ++i) {
      auto const region = i % 2 == 0 ? "371581" : "371502";
      Uuid const id = draft(maker_, "N-" + std::to_string(i), region);
      EXPECT_EQ(code_of(act(leader_, "issue", id)), "done");
      clock_.set(clock_.now() + std::chrono::hours(24));
    }
    county_ = person("county", Role::officer, "371581");
    auditor_ = person("auditor", Role::auditor);
  }
  WorkPage page(Uuid account, WorkQuery const& query) {
    auto found = list_work(system_->database(), catalogue_, system_->viewer(account), query);
    EXPECT_TRUE(found);
    return *found;
  }
  std::int64_t count(Uuid account, WorkQuery const& query) {
    return count_work(system_->database(), catalogue_, system_->viewer(account), query).count;
  }
  // Every page, two items at a time.
  std::vector<WorkItem> all(Uuid account, Whose whose) {
    WorkQuery query;
    query.whose = whose;
    query.limit = 2;
    std::vector<WorkItem> items;
    do {
      auto const next = page(account, query);
      items.insert(items.end(), next.items.begin(), next.items.end());
      query.cursor = next.next;
    } while (!query.cursor.empty());
    return items;
  }

  Uuid maker_, leader_, county_, auditor_;
};

TEST_P(WorkTest, PagesRunByDueDayAndCountsAreTrue) {
  auto const items = all(maker_, Whose::team);
  EXPECT_EQ(items.size(), 7U);
  EXPECT_TRUE(std::ranges::is_sorted(items, {}, &WorkItem::due_on));
  WorkQuery query;
  query.whose = Whose::team;
  EXPECT_EQ(count(maker_, query), 7);
  query.due_until = items[2].due_on;
  EXPECT_EQ(count(maker_, query), static_cast<std::int64_t>(page(maker_, query).items.size()));
  EXPECT_LT(count(maker_, query), 7);
}

TEST_P(WorkTest, ACountySeesItsOwnOnly) {
  EXPECT_EQ(all(county_, Whose::team).size(), 4U);
  WorkQuery query;
  query.whose = Whose::team;
  EXPECT_EQ(count(county_, query), 4);
  EXPECT_EQ(all(county_, Whose::mine).size(), static_cast<std::size_t>(count(county_, {})));
  for (auto const& item : all(county_, Whose::mine))
    EXPECT_TRUE(system_->reads().get(system_->viewer(county_), "notice", item.record));
}

// Only the firm may object, and objecting is what stops the clock.
TEST_P(WorkTest, MineIsWhatOneMayStop) {
  Uuid const firm = make_uuid7(clock_.now());
  auto const clerk = person("clerk", Role::firm, "", firm);
  auto const rival = person("rival", Role::firm, "", make_uuid7(clock_.now()));
  auto const served =
      act(maker_, "draft", {},
          R"({"title":"通知","contact":"13800001234","pages":2,"reference":"F-1","region":"371581",)"
          R"("firm":")" +
              to_string(firm) + "\"}");
  ASSERT_TRUE(served);
  ASSERT_EQ(code_of(act(leader_, "issue", served->record)), "done");
  auto const own = all(clerk, Whose::mine);
  ASSERT_EQ(own.size(), 1U);
  EXPECT_EQ(own.front().record, served->record);
  EXPECT_EQ(count(clerk, {}), 1);
  EXPECT_TRUE(all(rival, Whose::mine).empty());
  EXPECT_TRUE(all(auditor_, Whose::mine).empty()) << "an auditor changes nothing";
  EXPECT_EQ(all(auditor_, Whose::team).size(), 8U);
  ASSERT_EQ(code_of(act(clerk, "object", served->record, R"({"ground":"不服"})")), "done");
  EXPECT_TRUE(all(clerk, Whose::mine).empty());
}

TEST_P(WorkTest, ForgedCursorsAreRefused) {
  for (auto const* cursor :
       {"x", "2026-01-01/notice/no/0", "2026-13-01/notice/00000000-0000-7000-8000-000000000000/0",
        "2026-01-01/notice/00000000-0000-7000-8000-000000000000/0x"}) {
    WorkQuery query;
    query.cursor = cursor;
    auto const refused = list_work(system_->database(), catalogue_, system_->viewer(maker_), query);
    ASSERT_FALSE(refused) << cursor;
    EXPECT_EQ(refused.refusal().code, "bad_cursor");
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, WorkTest, ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
