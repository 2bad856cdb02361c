// Webhooks, deliveries, notices and choices over the API: each sees what is theirs.
#include "api_fixture.hpp"
#include "notices/bell.hpp"
#include "notices/targets.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class NoticesTest : public ApiTest {
 protected:
  void give(Uuid account, std::string const& cause) {
    notices::Notice notice;
    notice.account = account;
    notice.id = make_uuid7(clock_.now());
    notice.kind = "reminder";
    notice.cause = cause;
    notice.made_at = clock_.now();
    ASSERT_TRUE(system_->write_together([&](store::Writer& writer) -> Result<void> {
      notices::put(writer, "3715", notice);
      return {};
    }));
  }
  void made_dead(std::string const& delivery) {
    static store::Sql const kill{
        "test.kill",
        "update delivery set state = 'dead', ended_at = 1 where jurisdiction = $1 and "
        "id = $2"};
    auto const id = *parse_uuid(delivery);
    ASSERT_TRUE(system_->write_unlogged(kill, {"3715", Bytes(id.bytes.begin(), id.bytes.end())}));
  }
};

TEST_F(NoticesTest, WebhooksAreTheirOwnersAlone) {
  person("one", "officer");
  person("two", "officer");
  auto one = signed_in("one");
  auto two = signed_in("two");
  auto const made = one.ask("POST", "/api/v1/webhooks",
                            R"({"url":"https://erp.example.cn/hook?key=x","registers":["region"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_EQ(made.text("secret").substr(0, 6), "whsec_");
  std::string const path = "/api/v1/webhooks/" + made.text("id");
  EXPECT_THAT(one.get("/api/v1/webhooks").body, HasSubstr("erp.example.cn"));
  EXPECT_THAT(one.get(path).body, Not(HasSubstr("secret")));
  EXPECT_EQ(two.get("/api/v1/webhooks").body, R"({"items":[]})");
  EXPECT_EQ(two.get(path).status, 404);
  EXPECT_EQ(two.ask("PUT", path, R"({"url":"https://evil.example/"})").status, 404);
  EXPECT_EQ(two.ask("POST", path + "/rotate").status, 404);
  EXPECT_EQ(two.ask("POST", path + "/test").status, 404);
  EXPECT_EQ(two.ask("DELETE", path).status, 404);
  EXPECT_EQ(one.ask("PUT", path, R"({"is_active":false})").status, 204);
  EXPECT_THAT(one.get(path).body, HasSubstr(R"("is_active":false)"));
  auto const rotated = one.ask("POST", path + "/rotate");
  EXPECT_EQ(rotated.status, 200);
  EXPECT_NE(rotated.text("secret"), made.text("secret"));
  auto const ping = one.ask("POST", path + "/test");
  EXPECT_EQ(ping.status, 202);
  EXPECT_THAT(one.get("/api/v1/deliveries?state=waiting").body, HasSubstr(ping.text("id")));
  EXPECT_EQ(two.get("/api/v1/deliveries").body, R"({"items":[],"next":null})");
  EXPECT_EQ(two.ask("POST", "/api/v1/deliveries/" + ping.text("id") + "/replay").status, 404);
  EXPECT_EQ(one.ask("POST", "/api/v1/deliveries/" + ping.text("id") + "/replay").status, 409);
  EXPECT_EQ(one.ask("DELETE", path).status, 204);
  EXPECT_EQ(one.get(path).status, 404);
}

TEST_F(NoticesTest, WishesForWebhooksAreLookedAt) {
  person("one", "officer");
  auto one = signed_in("one");
  auto const said = [&](std::string const& body) {
    return one.ask("POST", "/api/v1/webhooks", body).text("code");
  };
  EXPECT_EQ(said("{}"), "required");
  EXPECT_EQ(said("[]"), "invalid_value");
  EXPECT_EQ(said(R"({"url":7})"), "invalid_value");
  EXPECT_EQ(said(R"({"url":"https://erp.example.cn/","registers":["nothing"]})"), "unknown_register");
  EXPECT_EQ(said(R"({"url":"https://erp.example.cn/","other":1})"), "invalid_value");
  for (auto const* url : {"https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/",
                          "http://erp.example.cn/", "https://169.254.169.254/", "https://2130706433/"})
    EXPECT_EQ(said(R"({"url":")" + std::string(url) + "\"}"), "target_not_allowed") << url;
}

TEST_F(NoticesTest, OnlyTheSecurityAdministratorAllowsTargets) {
  person("guard", "security_administrator");
  person("keeper", "system_administrator");
  auto guard = signed_in("guard");
  auto keeper = signed_in("keeper");
  std::string const path = "/api/v1/webhook-targets";
  EXPECT_EQ(keeper.ask("POST", path, R"({"target":"10.0.0.0/8","reason":"x"})").status, 403);
  EXPECT_EQ(keeper.get(path).status, 403);
  EXPECT_EQ(guard.ask("POST", path, R"({"target":"10.0.0.0/8"})").text("code"), "required");
  EXPECT_EQ(guard.ask("POST", path, R"({"target":"10.0.0.0/64","reason":"x"})").text("code"),
            "invalid_value");
  EXPECT_EQ(guard.ask("POST", path, R"({"target":"10.0.0.0/8","reason":"内网接口"})").status, 204);
  EXPECT_THAT(guard.get(path).body, HasSubstr("内网接口"));
  EXPECT_EQ(keeper.ask("POST", "/api/v1/webhooks", R"({"url":"http://10.1.2.3/"})").status, 201);
  EXPECT_EQ(guard.ask("DELETE", path + "?target=10.0.0.0%2F8").status, 204);
  EXPECT_EQ(guard.ask("DELETE", path + "?target=10.0.0.0%2F8").status, 404);
  EXPECT_EQ(keeper.ask("POST", "/api/v1/webhooks", R"({"url":"http://10.1.2.3/"})").text("code"),
            "target_not_allowed");
}

TEST_F(NoticesTest, DeadLettersAreSeenAndSentAgain) {
  person("keeper", "system_administrator");
  person("one", "officer");
  auto one = signed_in("one");
  auto keeper = signed_in("keeper");
  auto const made = one.ask("POST", "/api/v1/webhooks", R"({"url":"https://127.0.0.1.example/"})");
  auto const ping = one.ask("POST", "/api/v1/webhooks/" + made.text("id") + "/test");
  made_dead(ping.text("id"));
  EXPECT_EQ(one.get("/api/v1/deliveries?everybody=1").status, 403);
  auto const seen = keeper.get("/api/v1/deliveries?everybody=1&state=dead");
  EXPECT_THAT(seen.body, HasSubstr(ping.text("id")));
  EXPECT_THAT(seen.body, Not(HasSubstr("127.0.0.1.example"))) << "not where to";
  EXPECT_THAT(seen.body, Not(HasSubstr("cause"))) << "not what";
  auto metrics = client().get("/metrics").body;
  EXPECT_THAT(metrics, HasSubstr("plumbline_deliveries{state=\"dead\"} 1"));
  EXPECT_EQ(keeper.ask("POST", "/api/v1/deliveries/" + ping.text("id") + "/replay").status, 204);
  EXPECT_THAT(one.get("/api/v1/deliveries?state=waiting&webhook=" + made.text("id")).body,
              HasSubstr(ping.text("id")));
  EXPECT_EQ(one.get("/api/v1/deliveries?state=lost").text("code"), "invalid_value");
  EXPECT_EQ(one.get("/api/v1/deliveries?cursor=x").text("code"), "bad_cursor");
}

TEST_F(NoticesTest, TheBellCountsWhatIsUnread) {
  Uuid const mine = person("one", "officer");
  Uuid const other = person("two", "officer");
  for (int i = 0; i < 5; ++i) give(mine, "cause-" + std::to_string(i));
  give(mine, "cause-0");
  give(other, "theirs");
  auto one = signed_in("one");
  auto const first = one.get("/api/v1/notices?limit=3");
  EXPECT_THAT(first.body, HasSubstr(R"("unread":5)"));
  auto const second = one.get("/api/v1/notices?limit=3&cursor=" + first.text("next"));
  EXPECT_EQ(second.json().find("items")->as_array()->size(), 2U);
  EXPECT_TRUE(second.json().find("next")->is_null());
  auto const id = *first.json().find("items")->as_array()->at(0).find("id")->as_text();
  EXPECT_EQ(one.ask("POST", "/api/v1/notices/read", R"({"ids":[")" + id + "\"]}").status, 204);
  EXPECT_THAT(one.get("/api/v1/notices?unread=1").body, HasSubstr(R"("unread":4)"));
  EXPECT_EQ(one.ask("POST", "/api/v1/notices/read", R"({"until":")" + id + "\"}").status, 204);
  EXPECT_THAT(one.get("/api/v1/notices?unread=1").body, HasSubstr(R"("items":[])"));
  auto two = signed_in("two");
  EXPECT_THAT(two.get("/api/v1/notices").body, HasSubstr(R"("unread":1)"));
  EXPECT_EQ(one.ask("POST", "/api/v1/notices/read", "{}").text("code"), "required");
  EXPECT_EQ(one.get("/api/v1/notices?limit=0").status, 400);
}

TEST_F(NoticesTest, ChoicesHoldOnlyAddresses) {
  person("one", "officer");
  auto one = signed_in("one");
  std::string const path = "/api/v1/notice-choice";
  EXPECT_EQ(one.get(path).text("mail"), "none");
  EXPECT_THAT(one.get(path).body, HasSubstr(R"("mail_is_set_up":false)"));
  EXPECT_EQ(one.ask("PUT", path, R"({"mail":"digest"})").text("code"), "required");
  for (auto const* address :
       {"a@b\\r\\nBcc: c@d", "a b@c.cn", "@c.cn", "a@", "<a@c.cn>", "a@c.cn,b@c.cn", "张@c.cn"})
    EXPECT_EQ(one.ask("PUT", path, R"({"mail_address":")" + std::string(address) + "\"}").text("code"),
              "invalid_value")
        << address;
  EXPECT_EQ(one.ask("PUT", path, R"({"telephone":"13800001234;x"})").text("code"), "invalid_value");
  auto const kept =
      one.ask("PUT", path, R"({"mail_address":"one@office.example","mail":"digest","language":"en"})");
  EXPECT_EQ(kept.status, 200) << kept.body;
  EXPECT_EQ(one.get(path).body, kept.body);
  EXPECT_EQ(one.ask("PUT", path, R"({"sms":true})").text("code"), "required") << "no telephone";
}

}  // namespace
}  // namespace plumbline::http::testing
