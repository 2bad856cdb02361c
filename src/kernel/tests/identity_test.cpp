// How people come to an account: invitations, citizens who sign themselves up, and measures on the ways in of
// others. What the product itself asks (the code, the password) is tried with the server.
#include <gmock/gmock.h>

#include <boost/describe.hpp>

#include "base/limits.hpp"
#include "desk_fixture.hpp"
#include "kernel/identity.hpp"
#include "reflect/describe.hpp"

namespace plumbline::kernel::testing {

// A register called as the archive's, with nothing else of it.
struct TestFirm {
  std::string name;
  std::string region;
};
BOOST_DESCRIBE_STRUCT(TestFirm, (), (name, region))

}  // namespace plumbline::kernel::testing

namespace plumbline::reflect {
template <>
Type const& type_of<kernel::testing::TestFirm>() {
  static Type const type = describe<kernel::testing::TestFirm>("test_firm");
  return type;
}
}  // namespace plumbline::reflect

namespace plumbline::kernel::testing {
namespace {

enum class FirmState : std::uint8_t { none, active, merged };
constexpr auto firm_flow = workflow<FirmState>({
    {FirmState::none, "register", FirmState::active, Role::officer | Role::system},
    {FirmState::active, "merge", FirmState::merged, Role::officer | Role::system},
});

Result<void> take_firm(Act& act) {
  act.record<TestFirm>() = act.payload<TestFirm>();
  return {};
}
Placement place_firm(Uuid id, void const* record) {
  return {{static_cast<TestFirm const*>(record)->region}, {{id, "subject"}}};
}

Module firm_module() {
  Register firms;
  firms.name = "firm";
  firms.type = &reflect::type_of<TestFirm>();
  firms.states = {"none", "active", "merged"};
  firms.steps = firm_flow.rows;
  firms.actions = {action<TestFirm>("register", take_firm), action("merge")};
  firms.place = place_firm;
  return {"firms", {firms}, {}};
}

class IdentityTest : public DeskTest {
 protected:
  void SetUp() override {
    catalogue_.add(kernel_module());
    catalogue_.add(notice_module());
    catalogue_.add(firm_module());
    DeskTest::SetUp();
    if (IsSkipped()) return;
    firm_ = done("firm", "register", R"({"name":"试验厂","region":"371581"})").record;
  }
  Result<Receipt> asked(std::string const& register_name, std::string const& action,
                        std::string const& payload, Uuid who = {}, Uuid record = {}) {
    Command command;
    command.register_name = register_name;
    command.action = action;
    command.payload = payload;
    command.account = who;
    command.record = record;
    return system_->act(std::move(command));
  }
  Receipt done(std::string const& register_name, std::string const& action, std::string const& payload,
               Uuid who = {}, Uuid record = {}) {
    auto const answer = asked(register_name, action, payload, who, record);
    if (!answer) throw std::runtime_error(answer.refusal().code);
    return *answer;
  }
  std::string invite(Uuid who, Uuid firm) {
    return code_of(
        asked("invitation", "invite", R"({"firm":")" + to_string(firm) + R"(","firm_name":"试验厂"})", who));
  }
  Uuid invitation(Uuid who) {
    return done("invitation", "invite",
                R"({"firm":")" + to_string(firm_) + R"(","firm_name":"试验厂","contact":"a@example.com"})",
                who)
        .record;
  }
  std::string accept(Uuid invitation, std::string const& login, Uuid account) {
    return code_of(
        asked("invitation", "accept",
              R"({"account":")" + to_string(account) + R"(","login":")" + login + R"(","name":"赵六"})", {},
              invitation));
  }
  std::string sign_up(std::string const& login, std::string const& rest, Uuid account) {
    return code_of(asked("citizen", "sign_up",
                         R"({"account":")" + to_string(account) + R"(","login":")" + login +
                             R"(","name":"钱七",)" + rest + "}"));
  }
  Uuid fresh() { return make_uuid7(clock_.now()); }
  bool may_see(Uuid account, std::string_view register_name, Uuid id) {
    return system_->reads().get(system_->viewer(account), register_name, id).has_value();
  }

  Uuid firm_;
};

TEST_P(IdentityTest, AnInvitationBecomesAnAccountOfThatFirmOnly) {
  Uuid const officer = person("officer", Role::officer, "371581");
  Uuid const other = done("firm", "register", R"({"name":"别家","region":"371581"})").record;
  Uuid const one = invitation(officer);
  Uuid const account = fresh();
  EXPECT_EQ(accept(one, "zhao", account), "done");
  EXPECT_EQ(system_->account_of("zhao"), account);
  EXPECT_TRUE(may_see(account, "firm", firm_));
  EXPECT_FALSE(may_see(account, "firm", other));
  auto const viewer = system_->viewer(account);
  EXPECT_TRUE(viewer.scoped.empty());
  ASSERT_EQ(viewer.represented.size(), 1U);
  EXPECT_EQ(viewer.represented[0].role, Role::firm);
  EXPECT_EQ(accept(one, "zhao2", fresh()), "illegal_in_state") << "once";
  EXPECT_EQ(accept(invitation(officer), "zhao", fresh()), "duplicate");
  EXPECT_EQ(accept(invitation(officer), "zhao3", account), "already_exists");
}

TEST_P(IdentityTest, OnlyWhoKeepsTheFirmInvitesIt) {
  EXPECT_EQ(invite(person("elsewhere", Role::officer, "371502"), firm_), "unknown_firm");
  EXPECT_EQ(invite(person("inspector", Role::inspector, "371581"), firm_), "forbidden");
  EXPECT_EQ(invite(person("guard", Role::security_administrator), firm_), "forbidden");
  EXPECT_EQ(invite(person("clerk", Role::firm, "", firm_), firm_), "forbidden");
  EXPECT_EQ(invite(person("leader", Role::leader), firm_), "done");
  EXPECT_EQ(invite(person("leader", Role::leader), fresh()), "unknown_firm");
  Uuid const officer = person("officer", Role::officer, "371581");
  Uuid const one = invitation(officer);
  EXPECT_EQ(
      code_of(asked("invitation", "accept",
                    R"({"account":")" + to_string(fresh()) + R"(","login":"x","name":"x"})", officer, one)),
      "forbidden")
      << "the code is not the officer's to use";
  done("firm", "merge", "", {}, firm_);
  EXPECT_EQ(invite(officer, firm_), "unknown_firm");
  EXPECT_EQ(accept(one, "zhao", fresh()), "invitation_unknown");
}

TEST_P(IdentityTest, AnInvitationEnds) {
  Uuid const officer = person("officer", Role::officer, "371581");
  Uuid const over = invitation(officer);
  Uuid const revoked = invitation(officer);
  Uuid const left = invitation(officer);
  EXPECT_EQ(code_of(asked("invitation", "revoke", R"({"reason":"发错"})",
                          person("o2", Role::officer, "371502"), revoked)),
            "not_found");
  done("invitation", "revoke", R"({"reason":"发错"})", officer, revoked);
  EXPECT_EQ(accept(revoked, "zhao", fresh()), "illegal_in_state");
  ASSERT_TRUE(administer("grant", "withdraw", grant_of(officer)));
  EXPECT_EQ(accept(left, "zhao", fresh()), "invitation_unknown") << "the inviter may not invite any more";
  clock_.set(clock_.now() + std::chrono::days(limits::invitation_days));
  EXPECT_EQ(accept(over, "zhao", fresh()), "invitation_unknown");
  EXPECT_FALSE(system_->account_of("zhao"));
}

TEST_P(IdentityTest, CitizensSignUpWhereTheSwitchIsOn) {
  std::string const mail = R"("mail":"q@example.com","terms":"1")";
  EXPECT_EQ(sign_up("qian", mail, fresh()), "sign_up_closed") << "off until switched on";
  std::string const terms = R"({"edition":"1","terms":"须如实填写","per_day":2})";
  EXPECT_EQ(code_of(asked("sign_up", "open", terms, person("guard", Role::security_administrator))),
            "forbidden");
  Uuid const keeper = person("keeper", Role::system_administrator);
  Uuid const gate = done("sign_up", "open", terms, keeper).record;
  EXPECT_EQ(code_of(asked("sign_up", "open", terms, keeper)), "duplicate") << "one switch";
  EXPECT_EQ(sign_up("qian", R"("mail":"q@example.com","terms":"0")", fresh()), "terms_outdated");
  EXPECT_EQ(sign_up("qian", R"("terms":"1")", fresh()), "contact_required");
  EXPECT_EQ(sign_up("qian", R"("mail":"nobody","terms":"1")", fresh()), "mail_form");
  Uuid const qian = fresh();
  Uuid const sun = fresh();
  EXPECT_EQ(sign_up("qian", mail, qian), "done");
  EXPECT_EQ(sign_up("qian", mail, fresh()), "duplicate");
  EXPECT_EQ(sign_up("sun", R"("phone":"13900001234","terms":"1")", sun), "done");
  EXPECT_EQ(sign_up("zhou", mail, fresh()), "sign_ups_of_today_taken");
  clock_.set(clock_.now() + std::chrono::hours(24));
  EXPECT_EQ(sign_up("zhou", mail, fresh()), "done") << "another day";
  auto const viewer = system_->viewer(qian);
  ASSERT_EQ(viewer.represented.size(), 1U);
  EXPECT_EQ(viewer.represented[0].role, Role::citizen);
  auto const seen = system_->reads().list(viewer, "citizen", {});
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->items.size(), 1U) << "each sees but themselves";
  EXPECT_EQ(seen->items[0].as<Citizen>().account, qian);
  EXPECT_TRUE(system_->reads().list(viewer, "firm", {})->items.empty());

  EXPECT_EQ(
      code_of(asked("sign_up", "change", R"({"edition":"1","terms":"其他","per_day":9})", keeper, gate)),
      "terms_need_a_version");
  done("sign_up", "change", R"({"edition":"2","terms":"其他","per_day":9})", keeper, gate);
  EXPECT_EQ(sign_up("wu", mail, fresh()), "terms_outdated");
  done("sign_up", "close", R"({"reason":"维护"})", keeper, gate);
  EXPECT_EQ(sign_up("wu", R"("mail":"q@example.com","terms":"2")", fresh()), "sign_up_closed");
  done("sign_up", "reopen", R"({"edition":"2","terms":"其他","per_day":9})", keeper, gate);
  EXPECT_EQ(sign_up("wu", R"("mail":"q@example.com","terms":"2")", fresh()), "done");
}

TEST_P(IdentityTest, MeasuresAreTakenForOthersAndStand) {
  Uuid const guard = person("guard", Role::security_administrator);
  Uuid const li = person("li", Role::officer);
  auto const take = [&](Uuid who, Uuid whose) {
    return code_of(asked("access_measure", "take",
                         R"({"account":")" + to_string(whose) + R"(","kind":"sessions_ended","reason":"x"})",
                         who));
  };
  EXPECT_EQ(take(guard, li), "done");
  EXPECT_EQ(take(guard, guard), "not_for_oneself");
  EXPECT_EQ(take(guard, fresh()), "unknown_account");
  for (auto const role : {Role::system_administrator, Role::audit_administrator, Role::leader})
    EXPECT_EQ(take(person(std::string(to_string(role)), role), li), "forbidden");
  EXPECT_EQ(system_->reads()
                .list(system_->viewer(person("watch", Role::audit_administrator)), "access_measure", {})
                ->items.size(),
            1U);
}

INSTANTIATE_TEST_SUITE_P(Engines, IdentityTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres));

}  // namespace
}  // namespace plumbline::kernel::testing
