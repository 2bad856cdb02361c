// What does not go as planned: recusals, substitutes, spoilt events, nobody to send.
#include <gmock/gmock.h>

#include "office.hpp"

namespace plumbline::inspection::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(Draw, ARecusalIsFilledByTheRuleAndReplaysForStrangers) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, task));
  auto const check = checks_of(task).front();
  Uuid const recused = check.as<Check>().inspectors.front();
  for (int i = 0; i < 2; ++i) {
    Uuid const out = record<Check>("check", check.id).inspectors.front();
    Uuid const asked = done(account_of_inspector_.at(out), "recusal", "request", {},
                            R"({"ground":"relative","reason":"亲属在该企业","check_record":)" +
                                id_text(check.id) + R"(,"inspector":)" + id_text(out) + "}");
    must(grant_recusal(*system_, leader_, asked, "同意"));
  }
  auto const after = record<Check>("check", check.id);
  EXPECT_THAT(after.recused, SizeIs(2));
  EXPECT_EQ(after.recused.front(), recused);
  EXPECT_EQ(std::ranges::count(after.inspectors, recused), 0);
  EXPECT_THAT(record<InspectionTask>("inspection_task", task).recusals, SizeIs(2));
  for (auto const& each : checks_of(task)) {
    visit(each, "no_problem");
    publish(each.id);
  }
  must(open_draw(*system_, drawer_, task, Opening::anyway));
  must(publish_folders(*system_));
  auto const verified = verify();
  ASSERT_TRUE(verified) << verified.failure().error << " " << verified.failure().file
                        << verified.failure().why;
}

TEST_F(Draw, SubstitutesEnterInTicketOrder) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, task));
  std::vector<kernel::Found> food;
  for (auto const& check : checks_of(task))
    if (check.as<Check>().stratum == "食品") food.push_back(check);
  ASSERT_THAT(food, SizeIs(3));
  for (int i : {0, 1})
    done(leader_, "check", "void", food[static_cast<std::size_t>(i)].id, R"({"reason":"moved"})");
  auto const first = must(substitute(*system_, food[0].id));
  EXPECT_EQ(substitute(*system_, food[1].id).refusal().code, "no_reserves_left");
  auto const reserve = record<Check>("check", first.record);
  EXPECT_EQ(reserve.selection, Selection::reserve);
  EXPECT_EQ(reserve.inspectors, food[0].as<Check>().inspectors);
  EXPECT_EQ(record<InspectionTask>("inspection_task", task).checks_expected, 8);
  auto const figures = must(bulletin(*system_, viewer_, task));
  EXPECT_EQ(figures.drawn.value, 7);  // substitutes stay outside estimates
}

TEST_F(Draw, ADrawThrownAwayRevealsItsResultAndTheNextReplacesIt) {
  Uuid const spoilt = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(void_draw(*system_, leader_, spoilt, "dice_on_the_floor", "骰子落地"));
  EXPECT_EQ(state("inspection_task", spoilt), "void");
  auto const thrown_away = record<InspectionTask>("inspection_task", spoilt);
  EXPECT_EQ(thrown_away.void_stage, VoidStage::after_seed);
  EXPECT_THAT(thrown_away.voided->result, SizeIs(64));

  Uuid const again = task(two_strata);
  approve_and_announce(again);
  must(freeze_task(*system_, drawer_, again));
  Uuid const called = ceremony("2026-03-10T02:00:00Z", "2026-03-12T02:00:00Z");
  must(make_plan(*system_, drawer_, again, called, *thrown_away.draw));
  go_to("2026-03-10T02:05:00Z");
  throw_dice(called, "31415926535897932384");
  must(compute_draw(*system_, again));
  Uuid const cancelled = task(two_strata);
  approve_and_announce(cancelled);
  must(freeze_task(*system_, drawer_, cancelled));
  Uuid const never = ceremony("2026-03-20T02:00:00Z", "2026-03-22T02:00:00Z");
  must(make_plan(*system_, drawer_, cancelled, never));
  must(void_draw(*system_, leader_, cancelled, "not_needed", "不再需要"));
  must(void_draw(*system_, leader_, again, "list_wrong", "名单有误"));
  for (auto const& check : checks_of(again)) EXPECT_EQ(check.state, "void");

  EXPECT_THAT(must(publish_folders(*system_)), SizeIs(3));
  auto const verified = verify();
  ASSERT_TRUE(verified) << verified.failure().error << " " << verified.failure().file << " "
                        << verified.failure().why;
  for (auto const& draw : verified.report().draws)
    EXPECT_EQ(draw.stage, publication::DrawStage::voided) << draw.draw;
}

TEST_F(Draw, WhoCannotBeMatchedIsAssignedByNameWithAReason) {
  Uuid const keeper = person("keeper", Role::system_administrator);
  // no inspector for food but one
  auto const listed = [&] {
    std::vector<Uuid> ids;
    for (auto const& [inspector, account] : account_of_inspector_) ids.push_back(inspector);
    return ids;
  }();
  std::vector<Uuid> food;
  for (Uuid id : listed)
    if (record<people::Inspector>("inspector", id).fields.front() == "食品") food.push_back(id);
  for (std::size_t i = 1; i < food.size(); ++i)
    done(leader_, "inspector", "suspend", food[i], R"({"reason":"培训"})");
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  auto const outcome = must(compute_draw(*system_, task));
  EXPECT_EQ(outcome.checks, 0);
  EXPECT_THAT(outcome.firms_without_inspectors, SizeIs(3));
  EXPECT_EQ(state("inspection_task", task), "drawn");
  EXPECT_THAT(checks_of(task), IsEmpty());

  Uuid const neighbour = inspector(50, fire_, "食品");  // borrowed
  std::vector<Uuid> all_firms = bearings_;
  all_firms.insert(all_firms.end(), food_.begin(), food_.end());
  std::vector<NamedInspectors> named;
  for (Uuid firm : all_firms) named.push_back({firm, {food[0], neighbour}});
  EXPECT_EQ(assign_directly(*system_, leader_, task, "no_match", {}).refusal().code, "all_targets");
  auto const assigned = must(assign_directly(*system_, leader_, task, "no_match", named));
  EXPECT_EQ(assigned.checks, 7);
  EXPECT_EQ(state("inspection_task", task), "assigned");
  for (auto const& check : checks_of(task)) {
    EXPECT_EQ(check.as<Check>().assignment, AssignmentMode::direct);
    visit(check, "no_problem");
    publish(check.id);
  }
  must(open_draw(*system_, drawer_, task, Opening::anyway));
  must(publish_folders(*system_));
  auto const verified = verify();
  ASSERT_TRUE(verified) << verified.failure().error << " " << verified.failure().file
                        << verified.failure().why;
  static_cast<void>(keeper);
}

}  // namespace
}  // namespace plumbline::inspection::testing
