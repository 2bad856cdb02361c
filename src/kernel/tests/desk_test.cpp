#include <gmock/gmock.h>

#include "desk_fixture.hpp"

namespace plumbline::kernel::testing {
namespace {

TEST_P(DeskTest, AnActLeavesAVersionAnEntryAndAReceipt) {
  auto const officer = person("officer", Role::officer, "371581");
  auto const answer = act(officer, "draft", {}, R"({"title":"通知","region":"371581","reference":"A-1"})");
  ASSERT_TRUE(answer) << answer.refusal().code;
  EXPECT_EQ(answer->version, 1);
  EXPECT_EQ(answer->state, "draft");
  Found const found = must_find(answer->record);
  EXPECT_EQ(found.as<Notice>().title, "通知");
  EXPECT_THAT(found.envelope.scopes, ::testing::ElementsAre("371581"));
  EXPECT_EQ(found.entry, answer->entry);
}

TEST_P(DeskTest, InvalidPayloadNamesEveryPlace) {
  auto const officer = person("officer", Role::officer);
  auto const answer = act(officer, "draft", {}, R"({"pages":5000,"nonsense":1,"number":"x"})");
  ASSERT_FALSE(answer);
  std::vector<std::string> places;
  for (auto const& problem : answer.refusal().problems) places.push_back(problem.path + " " + problem.code);
  EXPECT_THAT(places,
              ::testing::IsSupersetOf({"/nonsense unknown_field", "/number read_only", "/title required"}));
}

TEST_P(DeskTest, DeniesByDefault) {
  auto const officer = person("officer", Role::officer, "371581");
  auto const id = draft(officer, "A-1");
  EXPECT_EQ(code_of(act(person("clerk", Role::auditor, "371581"), "edit", id, R"({"title":"x"})")),
            "forbidden");
  EXPECT_EQ(code_of(act(person("neighbour", Role::officer, "371502"), "edit", id, R"({"title":"x"})")),
            "not_found");
  EXPECT_EQ(code_of(act(person("neighbour", Role::officer, "371502"), "draft", {},
                        R"({"title":"x","region":"371581"})")),
            "forbidden");
  EXPECT_EQ(code_of(act(make_uuid7(clock_.now()), "edit", id, R"({"title":"x"})")), "forbidden");
}

TEST_P(DeskTest, RefusesWhatTheTableDoesNotHold) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_EQ(code_of(act(officer, "withdraw", id)), "done");
  EXPECT_EQ(code_of(act(officer, "edit", id, R"({"title":"x"})")), "illegal_in_state");
  EXPECT_EQ(code_of(act(officer, "burn", id)), "unknown_action");
  EXPECT_EQ(code_of(act(officer, "edit", make_uuid7(clock_.now()), R"({"title":"x"})")), "not_found");
}

TEST_P(DeskTest, FourEyes) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  // The drafter is made leader as well and still may not issue.
  Grant grant;
  grant.account = officer;
  grant.role = Role::leader;
  grant.scope = "3715";
  grant.valid_from = make_date(2020, 1, 1);
  Command give;
  give.register_name = "grant";
  give.action = "give";
  give.as = Role::system;
  give.payload = reflect::to_text(grant);
  ASSERT_TRUE(system_->act(give));
  EXPECT_EQ(code_of(act(officer, "issue", id)), "four_eyes");
  EXPECT_EQ(code_of(act(person("leader", Role::leader), "issue", id)), "done");
}

TEST_P(DeskTest, SameKeySameAnswerOtherPayloadRefused) {
  auto const officer = person("officer", Role::officer);
  std::string const payload = R"({"title":"x","reference":"A-1","region":"371581"})";
  auto const first = act(officer, "draft", {}, payload, "key-1");
  auto const second = act(officer, "draft", {}, payload, "key-1");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(second->record, first->record);
  EXPECT_TRUE(second->repeated);
  EXPECT_EQ(code_of(act(officer, "draft", {}, R"({"title":"y"})", "key-1")), "idempotency_mismatch");
  reopen();
  auto const third = act(officer, "draft", {}, payload, "key-1");
  ASSERT_TRUE(third);
  EXPECT_EQ(third->entry, first->entry);
}

TEST_P(DeskTest, StaleVersionIsRefused) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  Command edit;
  edit.register_name = "notice";
  edit.action = "edit";
  edit.record = id;
  edit.account = officer;
  edit.payload = R"({"title":"neu","region":"371581"})";
  edit.version_seen = 1;
  ASSERT_TRUE(system_->act(edit));
  auto const stale = system_->act(edit);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.refusal().code, "version_conflict");
  EXPECT_EQ(stale.refusal().detail, "2");
}

TEST_P(DeskTest, UniqueValuesAreRefusedWithTheirPlaceAndFreedByEdits) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  auto const clash = act(officer, "draft", {}, R"({"title":"x","reference":"A-1","region":"371581"})");
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.refusal().code, "duplicate");
  ASSERT_FALSE(clash.refusal().problems.empty());
  EXPECT_EQ(clash.refusal().problems.front().path, "/reference");
  ASSERT_TRUE(act(officer, "edit", id, R"({"title":"x","reference":"A-2","region":"371581"})"));
  EXPECT_TRUE(act(officer, "draft", {}, R"({"title":"x","reference":"A-1","region":"371581"})"));
}

TEST_P(DeskTest, NumbersHaveNoGaps) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  std::vector<std::string> numbers;
  for (int i = 0; i < 3; ++i) {
    auto const id = draft(officer, "N-" + std::to_string(i));
    auto const empty = act(officer, "draft", {}, R"({"title":"leer","region":"371581"})");
    ASSERT_TRUE(empty);
    EXPECT_EQ(code_of(act(leader, "issue", empty->record)), "no_pages");  // takes no number
    ASSERT_TRUE(act(leader, "issue", id));
    numbers.push_back(must_find(id).as<Notice>().number);
  }
  EXPECT_THAT(numbers, ::testing::ElementsAre("通字1", "通字2", "通字3"));
}

TEST_P(DeskTest, ClocksRunAndSilenceDecidesOnce) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(person("leader", Role::leader), "issue", id));
  RunningClock const clock = *must_find(id).envelope.clock("SC.OBJECTION");
  EXPECT_EQ(to_string(clock.due_on), "2026-03-17");
  clock_.set(*parse_instant("2026-03-17T10:00:00Z"));
  EXPECT_EQ(system_->run_clocks(), 0);  // the last day still counts
  clock_.set(*parse_instant("2026-05-01T10:00:00Z"));
  EXPECT_EQ(system_->run_clocks(), 1);
  EXPECT_EQ(system_->run_clocks(), 0);
  Found const found = must_find(id);
  EXPECT_EQ(found.state, "final");
  EXPECT_EQ(found.envelope.clock("SC.OBJECTION")->status, ClockStatus::lapsed);
}

TEST_P(DeskTest, ClocksArePausedResumedByOrdinaryCommands) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(leader, "issue", id));
  EXPECT_EQ(code_of(act(officer, "pause_clock", id, R"({"rule":"SC.OBJECTION"})")), "required");
  ASSERT_TRUE(act(officer, "pause_clock", id, R"({"rule":"SC.OBJECTION","reason":"鉴定"})"));
  clock_.set(*parse_instant("2026-03-12T01:00:00Z"));
  ASSERT_TRUE(act(officer, "resume_clock", id, R"({"rule":"SC.OBJECTION","reason":"鉴定结束"})"));
  EXPECT_EQ(to_string(must_find(id).envelope.clock("SC.OBJECTION")->due_on), "2026-03-26");
  EXPECT_EQ(code_of(act(leader, "extend_clock", id, R"({"rule":"SC.OBJECTION","days":5,"reason":"x"})")),
            "extension_too_long");
}

TEST_P(DeskTest, OtherRecordsAndLogEntriesOfOneAct) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(officer, "copy", id, R"({"reference":"A-2"})"));
  EXPECT_EQ(code_of(act(officer, "copy", id, R"({"reference":"A-2"})")), "duplicate");
  auto const copied = system_->reads().find(system_viewer("3715"), "notice", "reference", "A-2");
  ASSERT_TRUE(copied);
  EXPECT_EQ(copied->as<Notice>().title, "通知");
}

TEST_P(DeskTest, ListsShowOnlyTheViewersRegionsAndParties) {
  auto const officer = person("officer", Role::officer);
  for (int i = 0; i < 5; ++i) draft(officer, "L-" + std::to_string(i), i % 2 == 0 ? "371581" : "371502");
  auto const county = system_->viewer(person("county", Role::officer, "371502"));
  auto const nobody = system_->viewer(make_uuid7(clock_.now()));
  Query query;
  query.sort = "-reference";
  EXPECT_EQ(system_->reads().list(county, "notice", query)->items.size(), 2U);
  EXPECT_EQ(*system_->reads().count(county, "notice", query), 2);
  EXPECT_EQ(*system_->reads().count(nobody, "notice", query), 0);
  query.limit = 2;
  auto const viewer = system_->viewer(officer);
  std::vector<std::string> seen;
  do {
    auto const page = system_->reads().list(viewer, "notice", query);
    ASSERT_TRUE(page);
    for (auto const& item : page->items) seen.push_back(item.as<Notice>().reference);
    query.cursor = page->next;
  } while (!query.cursor.empty());
  EXPECT_THAT(seen, ::testing::ElementsAre("L-4", "L-3", "L-2", "L-1", "L-0"));
}

TEST_P(DeskTest, HistoryReadsAndMasks) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(officer, "edit", id,
                  R"({"title":"neu","reference":"A-1","region":"371581","contact":"13900004321"})"));
  auto const history = system_->reads().history(system_->viewer(officer), "notice", id);
  ASSERT_TRUE(history);
  ASSERT_EQ(history->size(), 2U);
  bool masked = false;
  for (auto const& change : history->back().changes)
    if (change.path == "/contact") masked = change.after.find("4321") == std::string::npos;
  EXPECT_TRUE(masked);
}

TEST_P(DeskTest, ErasureTakesTheValueAndKeepsTheChain) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  auto const auditor = person("privacy", Role::audit_administrator);
  ASSERT_TRUE(act(auditor, "erase", id, R"({"fields":["contact"],"ground":"pipl_47"})"));
  EXPECT_EQ(must_find(id).as<Notice>().contact, "");
  EXPECT_EQ(code_of(act(auditor, "erase", id, R"({"fields":["contact"],"ground":"pipl_47"})")),
            "nothing_to_erase");
  EXPECT_EQ(code_of(act(officer, "edit", id, R"({"title":"neu","region":"371581"})")), "done");
}

TEST_P(DeskTest, BatchesOfManyThreadsLoseNothing) {
  auto const officer = person("officer", Role::officer);
  std::vector<std::thread> threads;
  std::atomic<int> done{0};
  for (int t = 0; t < 8; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        auto const answer = act(officer, "draft", {},
                                R"({"title":"x","region":"371581","reference":"T-)" + std::to_string(t) +
                                    "-" + std::to_string(i) + "\"}");
        done += answer ? 1 : 0;
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(done, 200);
  EXPECT_EQ(*system_->reads().count(system_viewer("3715"), "notice", {}), 200);
}

INSTANTIATE_TEST_SUITE_P(Engines, DeskTest, ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
