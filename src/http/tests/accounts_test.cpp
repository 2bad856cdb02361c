// Ways in: passwords, sessions, tokens of programs, the second factor. Over real sockets, time as told.
#include <fstream>
#include <thread>
#include <vector>

#include "api_fixture.hpp"
#include "base/limits.hpp"
#include "kernel/password_policy.hpp"
#include "second_factors.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

Bytes secret_of(std::string const& shown) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  Bytes out;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (char const c : shown) {
    held = (held << 5U) | static_cast<std::uint32_t>(alphabet.find(c));
    bits += 5;
    if (bits >= 8) out.push_back(static_cast<std::uint8_t>(held >> (bits -= 8)));
  }
  return out;
}

// RFC 6238 appendix B, the SHA-1 rows, to six digits.
TEST(SecondFactor, CodesAreThoseOfTheStandard) {
  auto const secret = bytes_of("12345678901234567890");
  EXPECT_EQ(totp_code(secret, 59 / 30), "287082");
  EXPECT_EQ(totp_code(secret, 1'111'111'109 / 30), "081804");
  EXPECT_EQ(totp_code(secret, 1'234'567'890 / 30), "005924");
  EXPECT_EQ(totp_code(secret, 20'000'000'000 / 30), "353130");
  EXPECT_EQ(base32_encode(bytes_of("foobar")), "MZXW6YTBOI");  // RFC 4648 section 10
}

class Accounts : public ApiTest {
 protected:
  std::string code_now(Bytes const& secret) const {
    return totp_code(secret, clock_.now().seconds() / limits::totp_step_seconds);
  }
  // Sets up the second factor of whoever is signed in.
  Bytes enrol(Client& who, std::vector<std::string>* recovery = nullptr) {
    auto const begun = who.ask("POST", "/api/v1/second-factor");
    EXPECT_EQ(begun.status, 201) << begun.body;
    EXPECT_THAT(begun.text("uri"), HasSubstr("otpauth://totp/"));
    Bytes const secret = secret_of(begun.text("secret"));
    EXPECT_EQ(who.ask("POST", "/api/v1/second-factor/confirm", R"({"code":"000000x"})").text("code"),
              "second_factor_wrong");
    auto const confirmed =
        who.ask("POST", "/api/v1/second-factor/confirm", R"({"code":")" + code_now(secret) + "\"}");
    EXPECT_EQ(confirmed.status, 200) << confirmed.body;
    auto const document = confirmed.json();
    EXPECT_THAT(*document.find("recovery_codes")->as_array(), SizeIs(limits::recovery_codes));
    if (recovery != nullptr)
      for (auto const& code : *document.find("recovery_codes")->as_array())
        recovery->push_back(*code.as_text());
    return secret;
  }
  Answer sign_in_with(std::string const& login, std::string const& code) {
    return client().ask(
        "POST", "/api/v1/session",
        R"({"login":")" + login + R"(","password":")" + password + R"(","code":")" + code + "\"}");
  }
  void later(int seconds) { clock_.set(clock_.now() + std::chrono::seconds(seconds)); }
};

TEST_F(Accounts, WeakAndStolenPasswordsAreRefused) {
  Uuid const account = person("wangwu123456", "officer");
  auto const set = [&](std::string const& wish) {
    auto const done = kernel::set_password(*system_, account, wish);
    return done ? std::string() : done.refusal().code;
  };
  EXPECT_EQ(set("short"), "password_too_short");
  for (auto const* weak :
       {"1234567890", "aaaaaaaaaaaa", "Password2026", "qwertyuiop1", "WangWu123456!", "woaini1314520",
        "abababababab", "P@ssw0rd2026", "1qaz2wsx3edc", "zhangsan19870605", "liaocheng@2026",
        "371502198706051234", "我爱中国密码", "Liaocheng-zhunsheng-9"})
    EXPECT_EQ(set(weak), "password_weak") << weak;
  for (auto const* good : {"correct horse battery", "x7kq2mvt9w", "雨后青石板路滑", "Tmb#84kd!wQ"})
    EXPECT_EQ(set(good), "") << good;
  for (int i = 0; i < 100; ++i)
    EXPECT_TRUE(kernel::judge_password(folder_, kernel::make_password(), "wangwu123456"));
  EXPECT_EQ(set(std::string(257, 'x')), "too_long");
}

TEST_F(Accounts, AListOfStolenPasswordsIsSearchedWhole) {
  Uuid const account = person("zhang", "officer");
  std::ofstream(folder_ / "breached-passwords.txt") << "";
  EXPECT_TRUE(kernel::set_password(*system_, account, "Lucky-lantern-7781"));
  // printf Lucky-lantern-7781 | sha1sum: first, in the middle and last.
  std::string const own = "13878EF4BCA524DEE76FD6AAFB74BBFCB8BF825A";
  for (int const place : {0, 1, 2}) {
    std::ofstream list(folder_ / "breached-passwords.txt");
    if (place > 0) list << "0000000000000000000000000000000000000000:9\n";
    list << own << ":4711\n";
    if (place < 2) list << "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF:9\n";
    list.close();
    auto const refused = kernel::set_password(*system_, account, "Lucky-lantern-7781");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().code, "password_breached") << place;
    EXPECT_TRUE(kernel::set_password(*system_, account, "Lucky-lantern-7782"));
  }
  // A list that cannot be searched must not pass for one that holds nothing.
  std::ofstream(folder_ / "breached-passwords.txt") << "passwords, one a line\n";
  EXPECT_THROW((void)kernel::set_password(*system_, account, "Lucky-lantern-7783"), std::runtime_error);
}

TEST_F(Accounts, AnOpenBrowserIsNoPlaceToGuessFrom) {
  person("zhang", "officer");
  auto zhang = signed_in("zhang");
  auto const change = [&](std::string const& present) {
    return zhang.ask("POST", "/api/v1/password",
                     R"({"present":")" + present + R"(","wanted":"Lucky-lantern-7781"})");
  };
  for (int i = 0; i < 5; ++i) EXPECT_EQ(change("not this one").text("code"), "login_failed");
  auto const delayed = change(password);
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(delayed.text("code"), "login_delayed");
  EXPECT_EQ(zhang.ask("POST", "/api/v1/second-factor/remove", R"({"password":"not this one"})").status, 429);
  later(61);
  EXPECT_EQ(change(password).status, 204);
}

TEST_F(Accounts, GuessesOfStrangersDoNotKeepTheOwnerOut) {
  person("zhang", "officer");
  person("li", "officer");
  auto const device_of = [&](std::string const& login) {
    auto const cookies = client().sign_in(login, password).headers["set-cookie"];
    auto const at = cookies.find("plumbline-device=");
    return cookies.substr(at, cookies.find(';', at) - at);
  };
  auto const at = [&](std::string const& device, std::string const& guess) {
    auto browser = client();
    browser.always = {{"Cookie", device}};
    return browser.sign_in("zhang", guess);
  };
  auto const own = device_of("zhang");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(client().sign_in("zhang", "not this one").status, 401);
  EXPECT_EQ(client().sign_in("zhang", password).text("code"), "login_delayed");
  EXPECT_EQ(at(device_of("li"), password).text("code"), "login_delayed") << "somebody else's browser";
  EXPECT_EQ(at(own.substr(0, own.size() - 1) + (own.back() == '0' ? '1' : '0'), password).status, 429);
  EXPECT_EQ(at(own, password).status, 201);
  EXPECT_EQ(client().sign_in("zhang", password).status, 429) << "strangers wait on";
  // It is no place to guess from either.
  for (int i = 0; i < 5; ++i) EXPECT_EQ(at(own, "not this one").status, 401);
  EXPECT_EQ(at(own, password).text("code"), "login_delayed");
}

TEST_F(Accounts, APasswordSetInAnotherProcessEndsSessions) {
  Uuid const account = person("zhang", "officer");
  auto zhang = signed_in("zhang");
  EXPECT_EQ(zhang.get("/api/v1/session").status, 200);
  auto const elsewhere = kernel::System::open(folder_, catalogue_, clock_);
  ASSERT_TRUE(kernel::set_password(*elsewhere, account, "Lucky-lantern-7781"));
  EXPECT_EQ(zhang.get("/api/v1/session").status, 401);
}

TEST_F(Accounts, AChangeOfPasswordEndsEverySession) {
  Uuid const account = person("li", "officer");
  auto here = signed_in("li");
  auto elsewhere = signed_in("li");
  auto const wrong =
      here.ask("POST", "/api/v1/password", R"({"present":"not this one","wanted":"Lucky-lantern-7781"})");
  EXPECT_EQ(wrong.text("code"), "login_failed");
  EXPECT_EQ(here.ask("POST", "/api/v1/password",
                     std::string(R"({"present":")") + password + R"(","wanted":"Lucky-lantern-7781"})")
                .status,
            204);
  EXPECT_EQ(here.get("/api/v1/session").status, 401);
  EXPECT_EQ(elsewhere.get("/api/v1/session").status, 401);
  auto again = client();
  EXPECT_EQ(again.sign_in("li", "Lucky-lantern-7781").status, 201);
  ASSERT_TRUE(kernel::set_password(*system_, account, password));  // by an administrator
  EXPECT_EQ(again.get("/api/v1/session").status, 401);
}

TEST_F(Accounts, SessionsAreListedRevokedAndBounded) {
  person("li", "officer");
  person("zhao", "officer");
  auto here = signed_in("li");
  later(60);
  auto elsewhere = signed_in("li");
  auto stranger = signed_in("zhao");
  auto const listed = here.get("/api/v1/sessions").json();
  auto const& items = *listed.find("items")->as_array();
  ASSERT_THAT(items, SizeIs(2));
  EXPECT_FALSE(*items[0].find("is_this")->as_bool());
  EXPECT_TRUE(*items[1].find("is_this")->as_bool());
  auto const other = "/api/v1/sessions/" + *items[0].find("id")->as_text();
  EXPECT_EQ(stranger.ask("DELETE", other).status, 404);
  EXPECT_EQ(here.ask("DELETE", other).status, 204);
  EXPECT_EQ(elsewhere.get("/api/v1/session").status, 401);
  EXPECT_EQ(here.get("/api/v1/session").status, 200);
  for (std::size_t i = 0; i < limits::sessions_per_account; ++i) {
    later(1);
    signed_in("li");
  }
  EXPECT_EQ(here.get("/api/v1/session").status, 401) << "the oldest made room";
}

TEST_F(Accounts, ProgramsUseTokensThatSayWhatTheyMay) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const make = [&](std::string const& wish) { return token(keeper, wish); };
  auto const reader = make(R"({"name":"统计局接口","days":30,"registers":["region"]})");
  ASSERT_EQ(reader.status, 201) << reader.body;
  auto const writer = make(R"({"name":"导入","days":1,"writes":true})");
  auto program = client();
  auto const as = [](Answer const& token) {
    return Client::Extra{{"Authorization", "Bearer " + token.text("token")}};
  };
  EXPECT_EQ(program.get("/api/v1/region", as(reader)).status, 200);
  EXPECT_EQ(program.get("/api/v1/session", as(reader)).status, 200);
  EXPECT_EQ(program.get("/api/v1/calendar_year", as(reader)).text("code"), "token_too_narrow");
  EXPECT_EQ(program.get("/api/v1/calendar_year", as(writer)).status, 200);
  std::string const zone = R"({"code":"371599","name":"开发区","parent":"3715"})";
  EXPECT_EQ(program.ask("POST", "/api/v1/region", zone, as(reader)).text("code"), "token_too_narrow");
  EXPECT_EQ(program.ask("POST", "/api/v1/region", zone, as(writer)).status, 201);
  EXPECT_EQ(program.get("/api/v1/tokens", as(writer)).status, 403) << "a token makes no tokens";
  EXPECT_EQ(program.get("/api/v1/region", {{"Authorization", "Bearer plt_0000"}}).status, 401);

  auto const listed = keeper.get("/api/v1/tokens").body;
  EXPECT_THAT(listed, HasSubstr("统计局接口"));
  EXPECT_EQ(listed.find(reader.text("token")), std::string::npos);
  EXPECT_EQ(keeper.ask("DELETE", "/api/v1/tokens/" + reader.text("id")).status, 204);
  EXPECT_EQ(keeper.ask("DELETE", "/api/v1/tokens/" + reader.text("id")).status, 404);
  EXPECT_EQ(program.get("/api/v1/region", as(reader)).status, 401);
  later(86'400);
  EXPECT_EQ(program.get("/api/v1/region", as(writer)).status, 401) << "expired";
  auto again = signed_in("keeper");
  for (auto const* bad :
       {R"({"days":3})", R"({"name":"x"})", R"({"name":"x","days":0})", R"({"name":"x","days":9999})",
        R"({"name":"x","days":1,"registers":["none"]})", R"({"name":"x","days":1,"writes":1})"})
    EXPECT_GE(token(again, bad).status, 400) << bad;
}

TEST_F(Accounts, AnOpenScreenIsNotEnoughForAToken) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const make = [&](std::string const& more) {
    return keeper.ask("POST", "/api/v1/tokens", R"({"name":"x","days":1)" + more + '}');
  };
  EXPECT_EQ(make("").text("code"), "required");
  EXPECT_EQ(make(R"(,"password":"something else")").text("code"), "login_failed");
  ASSERT_EQ(make(R"(,"password":")" + std::string(password) + '"').status, 201);
  Bytes const secret = enrol(keeper);
  later(60);
  EXPECT_EQ(make(R"(,"password":")" + std::string(password) + '"').text("code"), "second_factor_required");
  EXPECT_EQ(
      make(R"(,"password":")" + std::string(password) + R"(","code":")" + code_now(secret) + '"').status,
      201);
}

TEST_F(Accounts, ATokenMayBeLimitedToNamedActions) {
  person("keeper", "system_administrator");
  auto keeper = signed_in("keeper");
  auto const make = [&](std::string const& wish) { return token(keeper, wish); };
  auto const made =
      make(R"({"name":"区划","days":30,"writes":true,"registers":["region"],"actions":["region.rename"]})");
  ASSERT_EQ(made.status, 201) << made.body;
  EXPECT_THAT(keeper.get("/api/v1/tokens").body, HasSubstr(R"("actions":["region.rename"])"));
  auto program = client();
  program.always = {{"Authorization", "Bearer " + made.text("token")}};
  std::string const zone = R"({"code":"371599","name":"开发区","parent":"3715"})";
  auto const narrow = program.ask("POST", "/api/v1/region", zone);
  EXPECT_EQ(narrow.status, 403);
  EXPECT_EQ(narrow.text("code"), "token_too_narrow");
  EXPECT_EQ(narrow.text("detail"), "region.create");
  auto const id = keeper.ask("POST", "/api/v1/region", zone).text("id");
  auto const at = "/api/v1/region/" + id;
  auto const renamed = R"({"code":"371599","name":"经开区","parent":"3715"})";
  EXPECT_EQ(program.ask("POST", at + "/close", R"({"reason":"并入"})").text("code"), "token_too_narrow");
  EXPECT_EQ(program.ask("POST", at + "/rename", renamed).status, 200);
  EXPECT_EQ(program.get(at).status, 200) << "what it covers, it reads";
  auto const bulk = [&](std::string const& action, std::string const& payload) {
    return program.ask(
        "POST", "/api/v1/region/bulk",
        R"({"action":")" + action + R"(","items":[{"id":")" + id + R"("}],"payload":)" + payload + "}");
  };
  EXPECT_EQ(bulk("close", R"({"reason":"并入"})").text("code"), "token_too_narrow");
  EXPECT_EQ(bulk("rename", renamed).status, 200);
  EXPECT_EQ(program.ask("POST", at + "/attachments?name=a.txt", "text", {{"Content-Type", "text/plain"}})
                .text("detail"),
            "attachment.attach");
  EXPECT_EQ(program.ask("POST", at + "/documents", R"({"form":"x"})").text("detail"), "document.draw_up");
  auto const import = [&](Client& who) {
    return who.ask("POST", "/api/v1/region/import?name=a.csv", "code,name,parent\n371598,高新区,3715\n",
                   {{"Content-Type", "text/csv"}});
  };
  EXPECT_EQ(import(program).text("detail"), "region.import");
  EXPECT_EQ(program.ask("POST", "/api/v1/password", R"({"present":"a","wanted":"b"})").status, 403);

  auto const importer = make(R"({"name":"导入","days":1,"writes":true,"actions":["region.import"]})");
  program.always = {{"Authorization", "Bearer " + importer.text("token")}};
  auto const job = import(program);
  ASSERT_EQ(job.status, 202) << job.body;
  auto const address = "/api/v1/jobs/" + job.text("id");
  while (program.get(address).text("state") != "done") std::this_thread::yield();
  EXPECT_THAT(program.get("/api/v1/jobs").body, HasSubstr(job.text("id")));
  EXPECT_EQ(program.ask("POST", address + "/undo").text("detail"), "region.undo_import");
  auto const elsewhere = make(R"({"name":"日历","days":1,"writes":true,"registers":["calendar_year"]})");
  program.always = {{"Authorization", "Bearer " + elsewhere.text("token")}};
  EXPECT_EQ(program.get(address).status, 404) << "a job of a register it does not cover";
  EXPECT_EQ(program.get("/api/v1/jobs").body, R"({"items":[]})");

  for (auto const* bad :
       {R"({"name":"x","days":1,"writes":true,"actions":["region.none"]})",
        R"({"name":"x","days":1,"writes":true,"actions":["region"]})",
        R"({"name":"x","days":1,"writes":true,"actions":["none.create"]})",
        R"({"name":"x","days":1,"actions":["region.create"]})",
        R"({"name":"x","days":1,"writes":true,"registers":["account"],"actions":["region.create"]})",
        R"({"name":"x","days":1,"writes":true,"actions":"region.create"})"})
    EXPECT_GE(make(bad).status, 400) << bad;
}

TEST_F(Accounts, TheSecondFactorIsAskedOnceSetUp) {
  person("li", "officer");
  auto li = signed_in("li");
  std::vector<std::string> recovery;
  Bytes const secret = enrol(li, &recovery);
  EXPECT_EQ(sign_in_with("li", "").text("code"), "second_factor_required");
  EXPECT_EQ(sign_in_with("li", code_now(secret)).text("code"), "second_factor_wrong") << "taken at enrolment";
  later(limits::totp_step_seconds);
  auto const code = code_now(secret);
  EXPECT_EQ(sign_in_with("li", code).status, 201);
  EXPECT_EQ(sign_in_with("li", code).text("code"), "second_factor_wrong") << "a code is good once";
  EXPECT_EQ(sign_in_with("li", recovery[3]).status, 201);
  EXPECT_EQ(sign_in_with("li", recovery[3]).text("code"), "second_factor_wrong");
  EXPECT_EQ(li.ask("POST", "/api/v1/second-factor").text("code"), "second_factor_exists");
  EXPECT_EQ(li.ask("POST", "/api/v1/second-factor/remove", R"({"password":"not this one"})").status, 401);
  EXPECT_EQ(li.ask("POST", "/api/v1/second-factor/remove", std::string(R"({"password":")") + password + "\"}")
                .status,
            204);
  EXPECT_EQ(sign_in_with("li", "").status, 201);
}

TEST_F(Accounts, GuessingTheSecondFactorIsSlowedDownToo) {
  person("li", "officer");
  auto li = signed_in("li");
  Bytes const secret = enrol(li);
  later(limits::totp_step_seconds);
  for (int i = 0; i < limits::login_failures_before_delay; ++i)
    EXPECT_EQ(sign_in_with("li", "12345x").text("code"), "second_factor_wrong");
  EXPECT_EQ(sign_in_with("li", code_now(secret)).text("code"), "login_delayed");
}

TEST_F(Accounts, ThePolicyMayDemandASecondFactor) {
  std::ofstream(folder_ / "accounts.json") << R"({"second_factor_roles":["security_administrator"]})";
  server_.reset();
  api_ = Api::make(*system_);
  start_server();
  Uuid const lost = person("li", "officer");
  person("guard", "security_administrator");
  auto guard = signed_in("guard");
  EXPECT_EQ(guard.get("/api/v1/account").text("code"), "second_factor_missing");
  EXPECT_THAT(guard.get("/api/v1/session").body, HasSubstr(R"("second_factor_missing":true)"));
  enrol(guard);
  EXPECT_EQ(guard.get("/api/v1/account").status, 200);

  auto li = signed_in("li");
  EXPECT_EQ(li.get("/api/v1/region").status, 200) << "not asked of this role";
  enrol(li);
  auto const of_li = "/api/v1/account/" + to_string(lost) + "/second-factor/remove";
  std::string const why = R"({"reason":"手机遗失"})";
  EXPECT_EQ(li.ask("POST", of_li, why).status, 403);
  EXPECT_EQ(guard.ask("POST", of_li, "{}").status, 422) << "not without a reason";
  EXPECT_EQ(guard.ask("POST", of_li, why).status, 204);
  EXPECT_EQ(li.get("/api/v1/session").status, 401);
  EXPECT_EQ(sign_in_with("li", "").status, 201);
}

}  // namespace
}  // namespace plumbline::http::testing
