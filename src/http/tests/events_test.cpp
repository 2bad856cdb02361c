// "This changed", as it happens and to those who may know. Over real sockets.
#include "api_fixture.hpp"
#include "base/limits.hpp"

namespace plumbline::http::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Events : public ApiTest {
 protected:
  Uuid zone(std::string const& code, std::string const& parent) {
    return made("region", "create", R"({"code":")" + code + R"(","name":"园区","parent":")" + parent + "\"}");
  }
};

TEST_F(Events, TellOfWhatChangedWithinSight) {
  person("li", "officer", "371581");
  auto li = signed_in("li");
  EXPECT_EQ(client().get("/api/v1/events").status, 401);
  EXPECT_EQ(li.get("/api/v1/events?register=none").status, 404);
  auto stream = li.open("/api/v1/events");
  EXPECT_THAT(stream.receive_until("event: hello"), AllOf(HasSubstr("200"), HasSubstr("text/event-stream")));
  auto const foreign = zone("37150201", "371502");
  auto const own = zone("37158101", "371581");
  auto const told = stream.receive_until(to_string(own));
  EXPECT_THAT(told, HasSubstr(R"("register":"region")"));
  EXPECT_THAT(told, Not(HasSubstr(to_string(foreign))));
}

TEST_F(Events, OnlyOfTheRegistersAskedFor) {
  person("guard", "security_administrator");
  auto guard = signed_in("guard");
  auto stream = guard.open("/api/v1/events?register=account");
  stream.receive_until("event: hello");
  auto const region = zone("37158101", "371581");
  auto const account = made("account", "create", R"({"login":"neu","name":"新人"})");
  EXPECT_THAT(stream.receive_until(to_string(account)), Not(HasSubstr(to_string(region))));
}

TEST_F(Events, WhoComesBackMissesNothing) {
  person("li", "officer");
  auto li = signed_in("li");
  std::string last;
  {
    auto stream = li.open("/api/v1/events");
    auto const told = stream.receive_until("event: hello");
    auto const at = told.rfind("id: ") + 4;
    last = told.substr(at, told.find('\n', at) - at);
  }
  auto const first = zone("37158101", "371581");
  auto const second = zone("37158102", "371581");
  {
    auto fresh = li.open("/api/v1/events");  // read by now
    fresh.receive_until("event: hello");
  }
  auto stream = li.open("/api/v1/events", "Last-Event-ID: " + last + "\r\n");
  auto const told = stream.receive_until(to_string(second));
  EXPECT_THAT(told, HasSubstr(to_string(first)));
  EXPECT_EQ(told.find(to_string(first)), told.rfind(to_string(first))) << "told once";
  auto lost = li.open("/api/v1/events", "Last-Event-ID: 999999\r\n");
  EXPECT_THAT(lost.receive_until("event: reset"), HasSubstr("event: reset"));
  EXPECT_EQ(li.get("/api/v1/events", {{"Last-Event-ID", "x"}}).status, 400);
}

TEST_F(Events, EndWithTheSessionAndWithTheServer) {
  Uuid const account = person("li", "officer");
  auto li = signed_in("li");
  auto stream = li.open("/api/v1/events");
  stream.receive_until("event: hello");
  ASSERT_TRUE(kernel::set_password(*system_, account, "Lucky-lantern-7781"));
  EXPECT_THAT(stream.receive_until("\r\n0\r\n"), HasSubstr("0\r\n\r\n"));
  ASSERT_EQ(li.sign_in("li", "Lucky-lantern-7781").status, 201);
  auto other = li.open("/api/v1/events");
  other.receive_until("event: hello");
  server_.reset();
  EXPECT_THAT(other.receive_all(), HasSubstr("0\r\n\r\n"));
}

TEST_F(Events, ComeToATokenOfItsRegistersUntilItIsRevoked) {
  person("li", "officer");
  auto li = signed_in("li");
  auto const made = token(li, R"({"name":"feed","days":3,"registers":["region"]})");
  ASSERT_EQ(made.status, 201);
  auto program = client();
  program.always = {{"Authorization", "Bearer " + made.text("token")}};
  EXPECT_EQ(program.get("/api/v1/events?register=account").text("code"), "token_too_narrow");
  EXPECT_EQ(program.get("/api/v1/work").text("code"), "not_for_tokens");
  auto stream = program.open("/api/v1/events", "Authorization: Bearer " + made.text("token") + "\r\n");
  stream.receive_until("event: hello");
  auto const invisible = person("wu", "officer");
  auto const own = zone("37158101", "371581");
  auto const told = stream.receive_until(to_string(own));
  EXPECT_THAT(told, HasSubstr(to_string(own)));
  EXPECT_THAT(told, Not(HasSubstr(to_string(invisible)))) << "accounts are not this token's";
  EXPECT_EQ(li.ask("DELETE", "/api/v1/tokens/" + made.text("id")).status, 204);
  EXPECT_THAT(stream.receive_until("\r\n0\r\n"), HasSubstr("0\r\n\r\n"));
}

// Far more streams than workers, and the server answers as before.
TEST_F(Events, WaitingHoldsNoWorker) {
  person("li", "officer");
  auto li = signed_in("li");
  std::vector<Wire> streams;
  for (int i = 0; i < 40; ++i) {
    streams.push_back(li.open("/api/v1/events"));
    streams.back().receive_until("event: hello");
  }
  EXPECT_EQ(li.get("/api/v1/region").status, 200);
  auto const own = zone("37158101", "371581");
  for (auto& stream : streams) EXPECT_THAT(stream.receive_until(to_string(own)), HasSubstr(to_string(own)));
}

}  // namespace
}  // namespace plumbline::http::testing
