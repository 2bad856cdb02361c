// The API over real sockets, on the kernel's own registers: sessions, lists, acts, proofs, refusals.
#include <gmock/gmock.h>

#include <set>

#include "api_fixture.hpp"
#include "kernel/act.hpp"
#include "kernel/publisher.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST_F(ApiTest, NobodyComesInWithoutASession) {
  auto stranger = client();
  EXPECT_EQ(stranger.get("/healthz").status, 200);
  EXPECT_EQ(stranger.get("/readyz").status, 200);
  for (auto const* path : {"/api/v1/region", "/api/v1/meta", "/api/v1/session",
                           "/api/v1/region/00000000-0000-7000-8000-000000000000/history"}) {
    auto const answer = stranger.get(path);
    EXPECT_EQ(answer.status, 401) << path;
    EXPECT_EQ(answer.text("code"), "not_signed_in") << path;
    EXPECT_EQ(answer.headers.at("content-type"), "application/problem+json");
  }
  EXPECT_EQ(stranger.get("/nowhere").status, 404);
  auto const wrong = stranger.ask("DELETE", "/healthz");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_THAT(wrong.headers.at("allow"), HasSubstr("GET"));
}

TEST_F(ApiTest, SessionsOpenIdleAndEnd) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  EXPECT_EQ(keeper.get("/api/v1/session").status, 200);
  EXPECT_THAT(keeper.get("/api/v1/session").body, HasSubstr("system_administrator"));
  clock_.set(clock_.now() + std::chrono::minutes(50));
  EXPECT_EQ(keeper.get("/api/v1/session").status, 200);
  clock_.set(clock_.now() + std::chrono::minutes(50));  // seen in between
  EXPECT_EQ(keeper.get("/api/v1/session").status, 200);
  clock_.set(clock_.now() + std::chrono::minutes(70));
  EXPECT_EQ(keeper.get("/api/v1/session").status, 401);
  keeper = signed_in("keeper");
  EXPECT_EQ(keeper.ask("DELETE", "/api/v1/session").status, 204);
  EXPECT_EQ(keeper.get("/api/v1/session").status, 401);
}

TEST_F(ApiTest, GuessingPasswordsIsSlowedDown) {
  person("keeper", "system_administrator");
  auto guesser = client();
  for (int i = 0; i < 5; ++i) EXPECT_EQ(guesser.sign_in("keeper", "wrong wrong wrong").status, 401);
  auto const delayed = guesser.sign_in("keeper", password);
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(delayed.text("code"), "login_delayed");
  EXPECT_EQ(guesser.sign_in("nobody", password).text("code"), "login_failed");
  clock_.set(clock_.now() + std::chrono::minutes(2));
  EXPECT_EQ(guesser.sign_in("keeper", password).status, 201);
}

TEST_F(ApiTest, ADisabledAccountIsOut) {
  Uuid const account = person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  kernel::Command command;
  command.register_name = "account";
  command.action = "close";
  command.record = account;
  command.as = kernel::Role::security_administrator;
  command.payload = R"({"reason":"离职"})";
  ASSERT_TRUE(system_->act(command));
  EXPECT_EQ(keeper.get("/api/v1/region").status, 401);
  EXPECT_EQ(client().sign_in("keeper", password).text("code"), "login_failed");
}

TEST_F(ApiTest, APageOfAnotherSiteCannotAct) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  keeper.forget_csrf();
  auto const refused =
      keeper.ask("POST", "/api/v1/region", R"({"code":"371599","name":"开发区","parent":"3715"})");
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.text("code"), "csrf");
}

TEST_F(ApiTest, ActsAreDoneOnceAndProved) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  std::string const zone = R"({"code":"371599","name":"开发区","parent":"3715","kind":"zone"})";
  auto const made = keeper.ask("POST", "/api/v1/region", zone, {{"Idempotency-Key", "k1"}});
  ASSERT_EQ(made.status, 201) << made.body;
  auto const id = made.text("id");
  EXPECT_EQ(made.headers.at("location"), "/api/v1/region/" + id);
  auto const again = keeper.ask("POST", "/api/v1/region", zone, {{"Idempotency-Key", "k1"}});
  EXPECT_EQ(again.text("id"), id);
  EXPECT_THAT(again.body, HasSubstr(R"("repeated":true)"));
  EXPECT_EQ(keeper
                .ask("POST", "/api/v1/region", R"({"code":"371598","name":"其他","parent":"3715"})",
                     {{"Idempotency-Key", "k1"}})
                .status,
            422);

  auto const shown = keeper.get("/api/v1/region/" + id);
  auto const tag = shown.headers.at("etag");
  EXPECT_TRUE(tag.starts_with("\"1-")) << tag;
  EXPECT_EQ(keeper.get("/api/v1/region/" + id, {{"If-None-Match", "\"0\", W/" + tag}}).status, 304);
  EXPECT_EQ(keeper.get("/api/v1/region/" + id, {{"If-None-Match", "\"1\""}}).status, 200);
  auto const found = keeper.get("/api/v1/region?search=%E5%BC%80%E5%8F%91&total=1");
  EXPECT_THAT(found.body, HasSubstr(id));
  EXPECT_THAT(found.body, HasSubstr(R"("total":1,"total_is_capped":false)"));
  EXPECT_EQ(keeper
                .get("/api/v1/region?search=%E5%BC%80%E5%8F%91&total=1",
                     {{"If-None-Match", found.headers.at("etag")}})
                .status,
            304);
  EXPECT_EQ(keeper.get("/api/v1/region?search=%E5%BC%80").text("code"), "search_too_short");
  EXPECT_THAT(keeper.get("/api/v1/search?q=%E5%BC%80%E5%8F%91").body, HasSubstr(id));
  EXPECT_EQ(keeper.get("/api/v1/search").text("code"), "search_too_short");
  auto const actions = keeper.get("/api/v1/region/" + id + "/actions");
  EXPECT_EQ(actions.status, 200);
  EXPECT_THAT(actions.body, HasSubstr(R"("may":true)"));
  EXPECT_THAT(actions.body, HasSubstr(R"("code":"illegal_in_state")"));
  EXPECT_EQ(keeper.get("/api/v1/region/" + id + "/proof").text("proof"), "");
  ASSERT_TRUE(system_->log().publish());
  EXPECT_THAT(keeper.get("/api/v1/region/" + id + "/proof").text("proof"), HasSubstr("c2sp.org/tlog-proof"));
  EXPECT_THAT(keeper.get("/api/v1/region/" + id + "/history").body, HasSubstr("开发区"));
  EXPECT_EQ(client().get("/log/checkpoint").status, 200);
  EXPECT_THAT(client().get("/log/checkpoint").body, HasSubstr("api.example/log"));
  EXPECT_EQ(client().get("/log/../keys/log-ed25519.key").status, 400);
}

TEST_F(ApiTest, PublishedFilesComeWholeAndInParts) {
  ASSERT_TRUE(system_->log().publish());
  auto const whole = client().get("/log/checkpoint");
  ASSERT_EQ(whole.status, 200);
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=2-5"}}).body, whole.body.substr(2, 4));
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=-3"}}).body,
            whole.body.substr(whole.body.size() - 3));
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=4-"}}).status, 206);
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=99999-"}}).status, 416);
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "lines=1-2"}}).status, 200);
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=5-2"}}).status, 200);
  EXPECT_EQ(client().get("/log/checkpoint", {{"Range", "bytes=--9223372036854775808"}}).status, 200);
  EXPECT_EQ(client().get("/log").status, 404);
  EXPECT_EQ(client().get("/open/draws/none/README.md").status, 404);
}

TEST_F(ApiTest, LongAnswersAreCompressedForWhoTakesIt) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const plain = keeper.get("/api/v1/meta");
  EXPECT_FALSE(plain.headers.contains("content-encoding"));
  auto const small = keeper.get("/api/v1/meta", {{"Accept-Encoding", "br;q=1, gzip;q=0.5"}});
  EXPECT_EQ(small.headers.at("content-encoding"), "gzip");
  EXPECT_LT(small.body.size() * 4, plain.body.size());
  EXPECT_FALSE(
      keeper.get("/api/v1/meta", {{"Accept-Encoding", "gzip;q=0"}}).headers.contains("content-encoding"));
  EXPECT_EQ(keeper.get("/api/v1/meta", {{"Accept-Encoding", "*;q=0, gzip"}}).headers.at("content-encoding"),
            "gzip");
}

TEST_F(ApiTest, ListsArePagedFilteredAndStrict) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const all = keeper.get("/api/v1/region?limit=200&total=1");
  ASSERT_EQ(all.status, 200) << all.body;
  auto const total = static_cast<std::size_t>(*all.json().find("total")->as_integer());
  std::size_t seen = 0;
  std::string cursor;
  do {
    auto const page =
        keeper.get("/api/v1/region?limit=3&sort=code" + (cursor.empty() ? "" : "&cursor=" + cursor));
    ASSERT_EQ(page.status, 200) << page.body;
    auto const document = page.json();
    seen += document.find("items")->as_array()->size();
    auto const* next = document.find("next")->as_text();
    cursor = next == nullptr ? "" : percent_encode(*next);
  } while (!cursor.empty());
  EXPECT_EQ(seen, total);
  EXPECT_THAT(keeper.get("/api/v1/region?filter%5Bcode%5D=371581").body, HasSubstr("临清"));
  for (auto const* query :
       {"?limit=0", "?limit=201", "?limit=x", "?page=2", "?filter%5Bnone%5D=1", "?sort=none", "?cursor=zzz",
        "?filter%5Bscope%5D%5Bne%5D=3715", "?filter%5Bcode%5D%5Blike%5D=3"})
    EXPECT_EQ(keeper.get(std::string("/api/v1/region") + query).status, 400) << query;
  EXPECT_EQ(keeper.get("/api/v1/nothing").status, 404);
}

TEST_F(ApiTest, RefusalsNameThePlaceInTheReadersLanguage) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const english =
      keeper.ask("POST", "/api/v1/region", R"({"code":7,"extra":1})", {{"Accept-Language", "en-GB"}});
  EXPECT_EQ(english.status, 422);
  EXPECT_EQ(english.headers.at("content-language"), "en");
  EXPECT_THAT(english.body, HasSubstr("/extra"));
  EXPECT_EQ(keeper.ask("POST", "/api/v1/region", "{").status, 422);
  EXPECT_EQ(keeper.ask("POST", "/api/v1/region", "{}", {{"Content-Type", "text/plain"}}).status, 415);
  EXPECT_EQ(keeper.ask("POST", "/api/v1/region", std::string(3 << 20, ' ')).status, 413);
}

TEST_F(ApiTest, TheDocumentNamesEveryRegisterAndAct) {
  auto const answer = client().get("/api/v1/openapi.json");
  ASSERT_EQ(answer.status, 200);
  auto const document = answer.json();
  auto const* paths = document.find("paths");
  ASSERT_NE(paths, nullptr);
  for (auto const& reg : catalogue_.registers()) {
    std::string const base = "/api/v1/" + std::string(reg.name);
    EXPECT_NE(paths->find(base), nullptr) << base;
    for (auto const& action : reg.actions)
      EXPECT_NE(paths->find(base + "/{id}/" + std::string(action.name)), nullptr) << action.name;
  }
  EXPECT_THAT(answer.body, Not(HasSubstr("#/$defs/")));
  std::set<std::string> operations;
  for (auto const& [path, methods] : *paths->as_object())
    for (auto const& [method, operation] : *methods.as_object())
      EXPECT_TRUE(operations.insert(*operation.find("operationId")->as_text()).second)
          << method << ' ' << path;
}

// A name stands in the document where the locales have no words.
TEST_F(ApiTest, TheDocumentSaysEverythingInBothLanguages) {
  auto const document = client().get("/api/v1/openapi.json").json();
  for (auto const& [path, methods] : *document.find("paths")->as_object())
    for (auto const& [method, operation] : *methods.as_object()) {
      auto const& summary = *operation.find("summary")->as_text();
      EXPECT_THAT(summary, Not(HasSubstr("_"))) << path;
      auto const halves = summary.find(" / ");
      ASSERT_NE(halves, std::string::npos) << path;
      EXPECT_NE(summary.substr(0, halves), summary.substr(halves + 3)) << path;
      EXPECT_FALSE(operation.find("tags")->as_array()->empty()) << path;
      for (auto const& parameter : *operation.find("parameters")->as_array()) {
        auto const& name = *parameter.find("name")->as_text();
        EXPECT_NE(*parameter.find("description")->as_text(), name + " / " + name) << path;
      }
    }
}

TEST_F(ApiTest, TheDocumentSaysWhoMayCome) {
  auto const document = client().get("/api/v1/openapi.json").json();
  auto const security = [&](std::string const& path, std::string_view method) {
    auto const* told = document.find("paths")->find(path)->find(method)->find("security");
    return told == nullptr ? "session or token" : write_canonical(*told);
  };
  EXPECT_EQ(security("/api/v1/session", "post"), "[]") << "nobody is signed in yet";
  EXPECT_EQ(security("/v/{code}", "get"), "[]");
  EXPECT_EQ(security("/api/v1/tokens", "post"), R"([{"session":[]}])") << "a token makes no tokens";
  EXPECT_EQ(security("/api/v1/account", "get"), "session or token");
}

TEST_F(ApiTest, MetaCallsEverythingByItsName) {
  person("guard", "security_administrator");
  auto const meta = signed_in("guard").get("/api/v1/meta").json();
  for (auto const& reg : *meta.find("registers")->as_array()) {
    auto const& name = *reg.find("name")->as_text();
    EXPECT_NE(*reg.find("label")->find("zh-CN")->as_text(), name);
    for (auto const* part : {"state_labels", "action_labels"})
      EXPECT_FALSE(reg.find(part)->as_object()->empty()) << name << ' ' << part;
    for (auto const& [field, schema] : *reg.find("schema")->find("properties")->as_object())
      EXPECT_NE(schema.find("x-label"), nullptr) << name << '.' << field;
  }
  EXPECT_EQ(*meta.find("role_labels")->find("officer")->find("zh-CN")->as_text(), "经办人员");
}

}  // namespace
}  // namespace plumbline::http::testing
