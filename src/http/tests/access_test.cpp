// The security administrator's hand: what it reaches, and whose hand does not.
#include "api_fixture.hpp"
#include "base/limits.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char const* why = R"({"reason":"报失"})";
constexpr char const* own_password = "Lucky-lantern-7781";

class Access : public ApiTest {
 protected:
  void SetUp() override {
    ApiTest::SetUp();
    li_ = person("li", "officer");
    guard_ = person("guard", "security_administrator");
    base_ = "/api/v1/account/" + to_string(li_);
  }
  void later(std::chrono::seconds time) { clock_.set(clock_.now() + time); }
  Answer sign_in(std::string const& login, std::string const& word) { return client().sign_in(login, word); }

  Uuid li_;
  Uuid guard_;
  std::string base_;
};

TEST_F(Access, ShowsWaysInWithoutWhatOpensThem) {
  auto li = signed_in("li");
  auto guard = signed_in("guard");
  auto const token = ApiTest::token(li, R"({"name":"接口","days":3})");
  auto const sessions = guard.get(base_ + "/sessions");
  ASSERT_EQ(sessions.status, 200) << sessions.body;
  auto const document = sessions.json();
  ASSERT_EQ(document.find("items")->as_array()->size(), 1U);
  EXPECT_FALSE(*document.find("items")->as_array()->front().find("is_this")->as_bool());
  auto const tokens = guard.get(base_ + "/tokens").body;
  EXPECT_THAT(tokens, HasSubstr("接口"));
  EXPECT_THAT(tokens, Not(HasSubstr(token.text("token"))));
  auto const id = *document.find("items")->as_array()->front().find("id")->as_text();

  auto second = signed_in("li");
  EXPECT_EQ(
      guard.ask("POST", base_ + "/sessions/end", R"({"reason":"x","session":"0000000000000000"})").status,
      404);
  EXPECT_EQ(guard.ask("POST", base_ + "/sessions/end", R"({"reason":"x","session":")" + id + "\"}").status,
            204);
  EXPECT_EQ(li.get("/api/v1/session").status, 401);
  EXPECT_EQ(second.get("/api/v1/session").status, 200);
  EXPECT_EQ(guard.ask("POST", base_ + "/sessions/end", why).status, 204);
  EXPECT_EQ(second.get("/api/v1/session").status, 401);
  auto program = client();
  program.always = {{"Authorization", "Bearer " + token.text("token")}};
  EXPECT_EQ(program.get("/api/v1/session").status, 200);
  EXPECT_EQ(guard.ask("POST", base_ + "/tokens/revoke", why).status, 204);
  EXPECT_EQ(program.get("/api/v1/session").status, 401);
  auto const log = guard.get("/api/v1/access_measure?filter%5Baccount%5D=" + to_string(li_)).body;
  EXPECT_THAT(log, HasSubstr("sessions_ended"));
  EXPECT_THAT(log, HasSubstr("tokens_revoked"));
  EXPECT_THAT(log, HasSubstr("报失"));
  EXPECT_EQ(log.find("0000000000000000\""), std::string::npos) << "what did not happen is not told";
}

TEST_F(Access, AOneTimePasswordOpensOneDoorForOneDay) {
  auto guard = signed_in("guard");
  auto li = signed_in("li");
  auto const made = guard.ask("POST", base_ + "/password", why);
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("expires_at"), "2026-03-03T01:00:00Z");
  auto const word = made.text("password");
  EXPECT_EQ(li.get("/api/v1/session").status, 401) << "who was in is out";
  EXPECT_EQ(sign_in("li", password).status, 401);
  auto fresh = client();
  auto const in = fresh.sign_in("li", word);
  ASSERT_EQ(in.status, 201);
  EXPECT_THAT(in.body, HasSubstr(R"("password_change_required":true)"));
  for (auto const* closed : {"/api/v1/meta", "/api/v1/region", "/api/v1/sessions", "/api/v1/second-factor"})
    EXPECT_EQ(fresh.get(closed).text("code"), "password_change_required") << closed;
  EXPECT_EQ(fresh.get("/api/v1/session").status, 200);
  auto const change = [&](std::string const& wanted) {
    return fresh.ask("POST", "/api/v1/password",
                     R"({"present":")" + word + R"(","wanted":")" + wanted + "\"}");
  };
  EXPECT_EQ(change(word).text("code"), "password_unchanged");
  EXPECT_EQ(change(own_password).status, 204);
  EXPECT_EQ(sign_in("li", word).status, 401);
  auto own = client();
  EXPECT_THAT(own.sign_in("li", own_password).body, HasSubstr(R"("password_change_required":false)"));
  EXPECT_EQ(own.get("/api/v1/region").status, 200);

  auto const late = guard.ask("POST", base_ + "/password", why).text("password");
  later(std::chrono::hours(limits::one_time_password_hours));
  auto const over = sign_in("li", late);
  EXPECT_EQ(over.status, 401);
  EXPECT_EQ(over.text("code"), "one_time_password_over");
  EXPECT_EQ(sign_in("li", "not this one").text("code"), "login_failed");
}

TEST_F(Access, IsForSecurityAdministratorsAndNeverForOneself) {
  std::vector<std::pair<std::string, std::string>> const ways{
      {"GET", "/sessions"},       {"POST", "/sessions/end"}, {"GET", "/tokens"},
      {"POST", "/tokens/revoke"}, {"POST", "/password"},     {"POST", "/second-factor/remove"}};
  auto const asked = [&](Client& who, std::string const& base,
                         std::pair<std::string, std::string> const& way) {
    return who.ask(way.first, base + way.second, way.first == "GET" ? "" : why);
  };
  for (auto const* role : {"system_administrator", "audit_administrator", "officer", "leader", "auditor"}) {
    std::string const login = std::string("x-") + role;
    person(login, role);
    auto who = signed_in(login);
    for (auto const& way : ways) EXPECT_EQ(asked(who, base_, way).status, 403) << role << way.second;
    EXPECT_EQ(who.ask("POST", "/api/v1/access_measure",
                      R"({"account":")" + to_string(li_) + R"(","kind":"one_time_password","reason":"x"})")
                  .status,
              422);
  }
  auto guard = signed_in("guard");
  for (auto const& way : ways) {
    EXPECT_EQ(asked(guard, "/api/v1/account/" + to_string(guard_), way).text("code"), "not_for_oneself");
    EXPECT_EQ(asked(guard, "/api/v1/account/" + std::string(36, '0'), way).status, 404);
  }
  EXPECT_EQ(guard
                .ask("POST", "/api/v1/access_measure",
                     R"({"account":")" + to_string(li_) + R"(","kind":"one_time_password","reason":"x"})")
                .text("code"),
            "act_has_an_address");
  // One of a county is nobody's administrator beyond it, and accounts belong to the city.
  person("county", "security_administrator", "371581");
  auto county = signed_in("county");
  for (auto const& way : ways) EXPECT_EQ(asked(county, base_, way).status, 404) << way.second;
  EXPECT_EQ(signed_in("li").get("/api/v1/session").status, 200) << "nothing has happened";
}

}  // namespace
}  // namespace plumbline::http::testing
