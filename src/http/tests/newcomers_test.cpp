// Strangers at the door: invitations of firms, citizens who sign up. Over real sockets.
#include <boost/describe.hpp>

#include "api_fixture.hpp"
#include "base/limits.hpp"
#include "kernel/workflow.hpp"
#include "reflect/describe.hpp"

namespace plumbline::http::testing {

// A register called as the archive's, with nothing else of it.
struct DoorFirm {
  std::string name;
  std::string region;
  std::string contact;
};
BOOST_DESCRIBE_STRUCT(DoorFirm, (), (name, region, contact))

}  // namespace plumbline::http::testing

namespace plumbline::reflect {
template <>
Type const& type_of<http::testing::DoorFirm>() {
  static Type const type = describe<http::testing::DoorFirm>(
      "door_firm", note(&http::testing::DoorFirm::contact, Flag::personal, most(100)));
  return type;
}
}  // namespace plumbline::reflect

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

enum class FirmState : std::uint8_t { none, active };
constexpr auto firm_flow = kernel::workflow<FirmState>({
    {FirmState::none, "register", FirmState::active, kernel::Role::officer | kernel::Role::system},
});

Result<void> take_firm(kernel::Act& act) {
  act.record<DoorFirm>() = act.payload<DoorFirm>();
  return {};
}
kernel::Placement place_firm(Uuid id, void const* record) {
  return {{static_cast<DoorFirm const*>(record)->region}, {{id, "subject"}}};
}

constexpr char const* clerk = R"({"login":"clerk","password":"Lucky-lantern-7781","name":"赵六"})";

class Newcomers : public ApiTest {
 protected:
  void SetUp() override {
    kernel::Register firms;
    firms.name = "firm";
    firms.type = &reflect::type_of<DoorFirm>();
    firms.states = {"none", "active"};
    firms.steps = firm_flow.rows;
    firms.actions = {kernel::action<DoorFirm>("register", take_firm)};
    firms.place = place_firm;
    firms.title_field = "name";
    catalogue_.add({"firms", {firms}, {}});
    ApiTest::SetUp();
    firm_ = made("firm", "register", R"({"name":"试验轴承厂","region":"371581","contact":"孙七"})");
    other_ = made("firm", "register", R"({"name":"别家","region":"371581"})");
    person("guo", "officer", "371581");
  }
  Answer invite(Client& who, std::string const& body = "{}") {
    return who.ask("POST", "/api/v1/firm/" + to_string(firm_) + "/invitations", body);
  }
  Answer accept(Client& who, std::string const& code, std::string const& body = clerk) {
    return who.ask("POST", "/api/v1/invitations/" + code + "/accept", body);
  }
  void open_sign_up(int per_day = 100) {
    person("keeper", "system_administrator");
    auto keeper = signed_in("keeper");
    auto const opened =
        keeper.ask("POST", "/api/v1/sign_up",
                   R"({"edition":"2026-1","terms":"如实填写","per_day":)" + std::to_string(per_day) + "}");
    ASSERT_EQ(opened.status, 201) << opened.body;
    gate_ = opened.text("id");
  }
  Answer sign_up(Client& who, std::string const& login, std::string const& edition = "2026-1") {
    return who.ask("POST", "/api/v1/citizens",
                   R"({"login":")" + login + R"(","password":"Lucky-lantern-7781","name":"钱八",)" +
                       R"("mail":"q@example.com","terms":")" + edition + "\"}");
  }

  Uuid firm_;
  Uuid other_;
  std::string gate_;
};

TEST_F(Newcomers, AnInvitationLetsOneClerkInForOneFirm) {
  auto guo = signed_in("guo");
  auto const invited = invite(guo, R"({"for_whom":"赵六","contact":"13900001234"})");
  ASSERT_EQ(invited.status, 201) << invited.body;
  EXPECT_EQ(invited.text("expires_at"), "2026-03-16T01:00:00Z");
  auto const code = invited.text("code");
  auto const listed = guo.get("/api/v1/invitation").body;
  EXPECT_THAT(listed, HasSubstr(invited.text("id")));
  EXPECT_THAT(listed, Not(HasSubstr(code)));
  EXPECT_THAT(listed, Not(HasSubstr("13900001234"))) << "masked";

  auto stranger = client();
  auto const shown = stranger.get("/api/v1/invitations/" + code);
  EXPECT_EQ(shown.body, R"({"firm":"试验轴承厂","expires_at":"2026-03-16T01:00:00Z"})") << "nobody's name";
  EXPECT_EQ(accept(stranger, code, R"({"login":"clerk","password":"1234567890","name":"赵六"})").text("code"),
            "password_weak");
  EXPECT_EQ(
      accept(stranger, code, R"({"login":"guo","password":"Lucky-lantern-7781","name":"x"})").text("code"),
      "duplicate");
  EXPECT_EQ(accept(stranger, code, R"({"login":"clerk","name":"x"})").status, 422);
  std::string typed;
  for (char const c : code)
    typed += c == '-' ? std::string("%20") : std::string(1, static_cast<char>(std::toupper(c)));
  EXPECT_EQ(accept(stranger, typed).status, 201) << "as somebody types it";
  auto in = client();
  ASSERT_EQ(in.sign_in("clerk", "Lucky-lantern-7781").status, 201);
  EXPECT_EQ(in.get("/api/v1/firm/" + to_string(firm_)).status, 200);
  EXPECT_EQ(in.get("/api/v1/firm/" + to_string(other_)).status, 404);
  EXPECT_EQ(in.get("/api/v1/account").json().find("items")->as_array()->size(), 0U);
  EXPECT_EQ(invite(in).status, 403);
}

TEST_F(Newcomers, AUsedCodeLooksLikeOneThatNeverWas) {
  auto guo = signed_in("guo");
  auto stranger = client();
  auto const used = invite(guo).text("code");
  ASSERT_EQ(accept(stranger, used).status, 201);
  auto const revoked = invite(guo);
  ASSERT_EQ(
      guo.ask("POST", "/api/v1/invitation/" + revoked.text("id") + "/revoke", R"({"reason":"发错"})").status,
      200);
  auto const over = invite(guo).text("code");
  clock_.set(clock_.now() + std::chrono::days(limits::invitation_days));
  auto const plain = [](Answer const& answer) {
    auto const instance = answer.body.find(R"("instance")");
    auto const end = answer.body.find(',', instance);
    return std::to_string(answer.status) + answer.body.substr(0, instance) + answer.body.substr(end);
  };
  auto const never = plain(stranger.get("/api/v1/invitations/aaaaa-aaaaa-aaaaa-aaaaa"));
  EXPECT_THAT(never, HasSubstr("invitation_unknown"));
  auto const none = plain(accept(stranger, "aaaaa-aaaaa-aaaaa-aaaaa"));
  for (auto const& code : {used, revoked.text("code"), over}) {
    EXPECT_EQ(plain(stranger.get("/api/v1/invitations/" + code)), never);
    EXPECT_EQ(plain(accept(stranger, code)), none);
  }
}

TEST_F(Newcomers, OnlyWhoKeepsTheFirmInvites) {
  person("elsewhere", "officer", "371502");
  person("inspector", "inspector", "371581");
  person("guard", "security_administrator");
  auto elsewhere = signed_in("elsewhere");
  EXPECT_EQ(invite(elsewhere).status, 404);
  EXPECT_EQ(elsewhere.get("/api/v1/invitation").json().find("items")->as_array()->size(), 0U);
  auto inspector = signed_in("inspector");
  EXPECT_EQ(invite(inspector).status, 403);
  auto guard = signed_in("guard");
  EXPECT_EQ(invite(guard).status, 404) << "sees no firms";
  auto guo = signed_in("guo");
  EXPECT_EQ(invite(guo, R"({"firm":")" + to_string(other_) + "\"}").text("code"), "unknown_field");
  EXPECT_EQ(guo.ask("POST", "/api/v1/invitation", R"({"firm":")" + to_string(firm_) + R"(","firm_name":"x"})")
                .text("code"),
            "act_has_an_address");
}

TEST_F(Newcomers, CodesAreNotForGuessing) {
  auto guesser = client_at("203.0.113.9");
  for (int i = 0; i < limits::code_failures; ++i)
    EXPECT_EQ(guesser.get("/api/v1/invitations/code" + std::to_string(i)).status, 404);
  auto guo = signed_in("guo");
  auto const code = invite(guo).text("code");
  auto const delayed = guesser.get("/api/v1/invitations/" + code);
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(delayed.text("code"), "too_many_attempts");
  EXPECT_EQ(accept(guesser, code).status, 429);
  auto elsewhere = client_at("203.0.113.10");
  EXPECT_EQ(elsewhere.get("/api/v1/invitations/" + code).status, 200);
}

TEST_F(Newcomers, CitizensSignUpWhereItIsOpen) {
  auto qian = client();
  EXPECT_EQ(qian.get("/api/v1/citizens/terms").text("code"), "sign_up_closed") << "off until switched on";
  EXPECT_EQ(sign_up(qian, "qian").text("code"), "sign_up_closed");
  open_sign_up();
  EXPECT_EQ(qian.get("/api/v1/citizens/terms").body, R"({"edition":"2026-1","terms":"如实填写"})");
  EXPECT_EQ(sign_up(qian, "qian", "2025-9").text("code"), "terms_outdated");
  EXPECT_EQ(sign_up(qian, "qian").status, 201);
  EXPECT_EQ(sign_up(qian, "qian").status, 409);
  ASSERT_EQ(qian.sign_in("qian", "Lucky-lantern-7781").status, 201);
  auto const own = qian.get("/api/v1/citizen");
  EXPECT_EQ(own.json().find("items")->as_array()->size(), 1U);
  EXPECT_THAT(own.body, HasSubstr(R"("terms":"2026-1")"));
  for (auto const* closed : {"/api/v1/firm", "/api/v1/account", "/api/v1/invitation", "/api/v1/region"})
    EXPECT_EQ(qian.get(closed).json().find("items")->as_array()->size(), 0U) << closed;
  auto keeper = signed_in("keeper");
  EXPECT_EQ(keeper.get("/api/v1/citizen").json().find("items")->as_array()->size(), 0U) << "sees no people";
  EXPECT_EQ(keeper.ask("POST", "/api/v1/sign_up/" + gate_ + "/close", R"({"reason":"维护"})").status, 200);
  EXPECT_EQ(sign_up(qian, "sun").text("code"), "sign_up_closed");
}

TEST_F(Newcomers, OneAddressSignsUpSoManyOnly) {
  open_sign_up(limits::sign_ups_per_address + 1);
  auto crowd = client_at("2001:db8:1:2::1");
  for (int i = 0; i < limits::sign_ups_per_address; ++i)
    EXPECT_EQ(sign_up(crowd, "c" + std::to_string(i)).status, 201);
  auto const delayed = sign_up(crowd, "c9");
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(delayed.text("code"), "too_many_attempts");
  auto last = client_at("2001:db8:1:3::1");
  EXPECT_EQ(sign_up(last, "d0").status, 201);
  auto const taken = sign_up(last, "d1");
  EXPECT_EQ(taken.status, 429);
  EXPECT_EQ(taken.text("code"), "sign_ups_of_today_taken");
  EXPECT_FALSE(system_->account_of("d1"));
  clock_.set(clock_.now() + std::chrono::hours(24));
  EXPECT_EQ(sign_up(last, "d1").status, 201);
}

}  // namespace
}  // namespace plumbline::http::testing
