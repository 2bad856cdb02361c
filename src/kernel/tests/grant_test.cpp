// Who may be given what: the three administrators keep watch on each other (GB/T 22239, 8.1.5).
#include <gmock/gmock.h>

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
    command.payload = reflect::to_text(wanted);
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

// As older data may hold them: such an account goes on as it was.
TEST_P(GrantTest, WhoHoldsTwoAlreadyIsStillRead) {
  Uuid const account = person("old", system_keeper);
  std::vector<Grant> const both{grant(account, system_keeper), grant(account, audit)};
  auto const viewer = make_viewer("3715", account, both, *system_->regions(), make_date(2026, 3, 2));
  EXPECT_TRUE(viewer.has_role(system_keeper));
  EXPECT_TRUE(viewer.has_role(audit));
}

INSTANTIATE_TEST_SUITE_P(Engines, GrantTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::kernel::testing
