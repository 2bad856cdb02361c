// Who may be given what: the three administrators keep watch on each other (GB/T 22239, 8.1.5).
#include <gmock/gmock.h>

#include "base/limits.hpp"
#include "desk_fixture.hpp"

namespace plumbline::kernel::testing {
namespace {

class GrantTest : public DeskTest {
 protected:
  Grant grant(Uuid account, Role role) const {
    Grant wanted;
    wanted.account = account;
    wanted.role = role;
    wanted.scope = "3715";
    wanted.valid_from = make_date(2026, 3, 1);
    wanted.reason = "test";
    return wanted;
  }
  Result<Receipt> give(Grant const& wanted, Uuid by = {}) {
    Command command;
    command.register_name = "grant";
    command.action = "give";
    command.payload = R"({"account":")" + to_string(wanted.account) + R"(","role":")" +
                      std::string(to_string(wanted.role)) + R"(","scope":")" + wanted.scope +
                      R"(","valid_from":")" + to_string(wanted.valid_from) + R"(","reason":"test")" +
                      (wanted.valid_to ? R"(,"valid_to":")" + to_string(*wanted.valid_to) + "\"" : "") + "}";
    command.account = by;
    return system_->act(std::move(command));
  }
  std::string given(Grant const& wanted, Uuid by = {}) { return code_of(give(wanted, by)); }
};

struct Pair {
  Role held, wanted;
  bool may;
};
constexpr auto system_keeper = Role::system_administrator;
constexpr auto security = Role::security_administrator;
constexpr auto audit = Role::audit_administrator;
// By hand. The role matrix names no working role that an administrator may not have.
constexpr Pair pairs[] = {
    {system_keeper, system_keeper, true}, {system_keeper, security, false}, {system_keeper, audit, false},
    {security, system_keeper, false},     {security, security, true},       {security, audit, false},
    {audit, system_keeper, false},        {audit, security, false},         {audit, audit, true},
    {Role::officer, system_keeper, true}, {Role::officer, security, true},  {Role::officer, audit, true},
    {system_keeper, Role::officer, true}, {security, Role::officer, true},  {audit, Role::officer, true},
    {Role::officer, Role::leader, true},
};

TEST_P(GrantTest, NobodyIsTwoAdministrators) {
  Uuid const guard = *system_->account_of("admin");
  int number = 0;
  for (auto const& [held, wanted, may] : pairs) {
    Uuid const account = person("p" + std::to_string(++number), held);
    for (Uuid const by : {Uuid{}, guard}) {
      auto const answer = give(grant(account, wanted), by);
      EXPECT_EQ(code_of(answer), may ? "done" : "administrators_are_separate")
          << to_string(held) << " and " << to_string(wanted);
      EXPECT_EQ(answer ? "" : answer.refusal().detail, may ? "" : std::string(to_string(held)));
    }
  }
}

TEST_P(GrantTest, OneAfterTheOtherIsNoTwoAtOnce) {
  Uuid const guard = *system_->account_of("admin");
  Uuid const account = person("zhang", Role::officer);
  auto first = grant(account, system_keeper);
  first.valid_to = make_date(2026, 3, 31);
  ASSERT_EQ(given(first, guard), "done");
  auto second = grant(account, audit);
  second.valid_from = make_date(2026, 3, 31);
  EXPECT_EQ(given(second, guard), "administrators_are_separate") << "both on the last day";
  second.valid_from = make_date(2026, 4, 1);
  EXPECT_EQ(given(second, guard), "done");
  auto before = grant(account, security);
  before.valid_from = make_date(2026, 2, 1);
  before.valid_to = make_date(2026, 2, 28);
  EXPECT_EQ(given(before, guard), "done");
  before.valid_to.reset();
  EXPECT_EQ(given(before, guard), "administrators_are_separate") << "without end";

  Uuid const keeper = person("li", system_keeper);
  ASSERT_EQ(given(grant(keeper, audit), guard), "administrators_are_separate");
  ASSERT_TRUE(administer("grant", "withdraw", grant_of(keeper)));
  EXPECT_EQ(given(grant(keeper, audit), guard), "done") << "what was withdrawn is no longer held";
}

TEST_P(GrantTest, NobodyGivesThemselvesAnything) {
  Uuid const guard = *system_->account_of("admin");
  for (auto const role : {Role::officer, Role::leader, security, audit})
    EXPECT_EQ(given(grant(guard, role), guard), "grant_to_oneself") << to_string(role);
  EXPECT_FALSE(system_->viewer(guard).has_role(Role::officer));
  Uuid const second = person("second", security);
  EXPECT_EQ(given(grant(guard, Role::officer), second), "done");
}

class BreakGlassTest : public GrantTest {
 protected:
  Result<Receipt> reach(Uuid who, std::string const& scope, int minutes, std::string const& role = "officer",
                        std::string const& reason = "产品伤人事件，须连夜核查") {
    Command command;
    command.register_name = "grant";
    command.action = "break_glass";
    command.account = who;
    command.payload = R"({"role":")" + role + R"(","scope":")" + scope + R"(","minutes":)" +
                      std::to_string(minutes) + R"(,"reason":")" + reason + "\"}";
    return system_->act(std::move(command));
  }
  std::vector<Uuid> taken_seen_by(Uuid who) {
    Query query;
    query.where = {{"valid_until", Compare::greater_equal, {"2026-01-01T00:00:00Z"}}};
    auto const page = system_->reads().list(system_->viewer(who), "grant", query);
    EXPECT_TRUE(page) << (page ? "" : page.refusal().code);
    std::vector<Uuid> ids;
    if (page)
      for (auto const& found : page->items) ids.push_back(found.id);
    return ids;
  }
};

TEST_P(BreakGlassTest, EndsByItselfToTheMinute) {
  Uuid const neighbour = person("neighbour", Role::officer, "371502");
  Uuid const zhang = person("zhang", Role::officer, "371581");
  Uuid const secret = draft(neighbour, "A-1", "371502");
  auto const sees = [&] {
    return system_->reads().get(system_->viewer(zhang), "notice", secret).has_value();
  };
  EXPECT_FALSE(sees());
  // Over midnight of the legal day, which must neither cut it short nor prolong it.
  clock_.set(*parse_instant("2026-03-02T15:50:00Z"));
  ASSERT_EQ(code_of(reach(zhang, "371502", 30)), "done");
  EXPECT_TRUE(sees());
  clock_.set(*parse_instant("2026-03-02T16:19:59Z"));
  EXPECT_TRUE(sees());
  EXPECT_EQ(code_of(act(zhang, "edit", secret, R"({"title":"neu","region":"371502"})")), "done");
  clock_.set(*parse_instant("2026-03-02T16:20:00Z"));
  EXPECT_FALSE(sees());
  EXPECT_EQ(code_of(act(zhang, "edit", secret, R"({"title":"x","region":"371502"})")), "not_found");
  EXPECT_TRUE(system_->viewer(zhang).has_role(Role::officer)) << "at home as before";
  reopen();
  EXPECT_FALSE(sees());
}

TEST_P(BreakGlassTest, WhoeverIsInChargeReadsOfIt) {
  Uuid const zhang = person("zhang", Role::officer, "371581");
  auto const taken = reach(zhang, "371502", 30);
  ASSERT_TRUE(taken) << taken.refusal().code;
  for (Uuid const who : {person("audit", Role::audit_administrator), person("head", Role::leader),
                         person("there", Role::leader, "371502"), person("here", Role::leader, "371581"),
                         *system_->account_of("admin")})
    EXPECT_THAT(taken_seen_by(who), ::testing::ElementsAre(taken->record));
  EXPECT_THAT(taken_seen_by(person("elsewhere", Role::leader, "371521")), ::testing::IsEmpty());
  ASSERT_TRUE(administer("grant", "withdraw", taken->record));
  EXPECT_TRUE(system_->viewer(zhang).scoped.size() == 1) << "ended before its time";
}

TEST_P(BreakGlassTest, ReachesFurtherButToNoMore) {
  Uuid const zhang = person("zhang", Role::officer, "371581");
  EXPECT_EQ(code_of(reach(zhang, "371502", 30, "leader")), "not_your_role");
  EXPECT_EQ(code_of(reach(zhang, "379999", 30)), "unknown_region");
  EXPECT_EQ(code_of(reach(zhang, "371502", 30, "officer", "")), "invalid");
  EXPECT_EQ(code_of(reach(zhang, "371502", 0)), "invalid");
  EXPECT_EQ(code_of(reach(zhang, "371502", limits::break_glass_minutes_max + 1)), "invalid");
  ASSERT_EQ(code_of(reach(zhang, "371502", 30)), "done");
  for (auto const& [login, role] : {std::pair("watch", Role::auditor), std::pair("rows", Role::importer),
                                    std::pair("keeper", system_keeper), std::pair("privacy", audit)})
    EXPECT_EQ(code_of(reach(person(login, role, "371581"), "371502", 30, std::string(to_string(role)))),
              "forbidden");
  EXPECT_EQ(code_of(reach(*system_->account_of("admin"), "371502", 30)), "forbidden");
}

// As older data may hold them: such an account goes on as it was.
TEST_P(GrantTest, WhoHoldsTwoAlreadyIsStillRead) {
  Uuid const account = person("old", system_keeper);
  std::vector<Grant> const both{grant(account, system_keeper), grant(account, audit)};
  auto const viewer = make_viewer("3715", account, both, *system_->regions(), clock_.now());
  EXPECT_TRUE(viewer.has_role(system_keeper));
  EXPECT_TRUE(viewer.has_role(audit));
}

INSTANTIATE_TEST_SUITE_P(Engines, GrantTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

INSTANTIATE_TEST_SUITE_P(Engines, BreakGlassTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
