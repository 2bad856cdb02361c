// How much of something one address may do, and which address that is.
#include "throttle.hpp"

#include <gmock/gmock.h>

#include "address.hpp"
#include "api_fixture.hpp"
#include "base/limits.hpp"

namespace plumbline::http::testing {
namespace {

TEST(Address, IsWrittenInOneWay) {
  EXPECT_EQ(plain_address("::ffff:203.0.113.9"), "203.0.113.9");
  EXPECT_EQ(plain_address("::FFFF:CB00:7109"), "203.0.113.9");
  EXPECT_EQ(plain_address("2001:DB8:0:0::1"), "2001:db8::1");
  EXPECT_EQ(plain_address("fe80::1%eth0"), "fe80::1");
  EXPECT_FALSE(plain_address("203.0.113.9, 10.0.0.1"));
  EXPECT_FALSE(plain_address("unknown"));
  EXPECT_TRUE(is_near(*plain_address("::ffff:127.0.0.1")));
  EXPECT_TRUE(is_near("::1"));
  EXPECT_FALSE(is_near("128.0.0.1"));
  EXPECT_FALSE(is_near("unknown"));
}

TEST(Throttle, AllowsSoManyAtOnceAndThenOneAtATime) {
  Throttle throttle(3, 10, 100);
  Instant now{1'000'000'000};
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.take("a", now), 0);
  EXPECT_EQ(throttle.take("a", now), 10);
  EXPECT_EQ(throttle.take("b", now), 0) << "somebody else";
  now.micros_utc += 9'500'000;
  EXPECT_EQ(throttle.wait("a", now), 1);
  now.micros_utc += 500'000;
  EXPECT_EQ(throttle.take("a", now), 0);
  EXPECT_EQ(throttle.take("a", now), 10);
  now.micros_utc += 1'000'000'000;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(throttle.take("a", now), 0) << "no more than at first";
  EXPECT_EQ(throttle.take("a", now), 10);
}

TEST(Throttle, ForgetsTheLongestUnseenWhenThereAreTooMany) {
  Throttle throttle(1, 10, 2);
  Instant const now{1'000'000'000};
  throttle.note("a", now);
  throttle.note("b", now);
  throttle.note("a", now);
  throttle.note("c", now);
  EXPECT_GT(throttle.wait("a", now), 0);
  EXPECT_EQ(throttle.wait("b", now), 0);
  EXPECT_GT(throttle.wait("c", now), 0);
}

class SignInByAddress : public ApiTest {
 protected:
  Answer guess(std::string const& address, int number) {
    return client_at(address).sign_in("nobody" + std::to_string(number), "not this one");
  }
};

// Each guess is at another login: no login is delayed for it.
TEST_F(SignInByAddress, OneAddressGuessesSoOftenOnly) {
  person("li", "officer");
  for (int i = 0; i < limits::address_failures; ++i)
    EXPECT_EQ(guess("2001:db8:1:2::" + std::to_string(i + 1), i).text("code"), "login_failed");
  auto const delayed = guess("2001:db8:1:2:ffff::1", 100);
  EXPECT_EQ(delayed.status, 429);
  EXPECT_EQ(delayed.text("code"), "login_delayed");
  EXPECT_EQ(client_at("2001:db8:1:2::9").sign_in("li", password).text("code"), "login_delayed");
  EXPECT_EQ(client_at("2001:db8:1:3::9").sign_in("li", password).status, 201) << "the next network";
  EXPECT_EQ(signed_in("li").get("/api/v1/session").status, 200) << "this machine";
  clock_.set(clock_.now() + std::chrono::seconds(limits::address_failure_seconds));
  EXPECT_EQ(client_at("2001:db8:1:2::9").sign_in("li", password).status, 201);
}

TEST_F(SignInByAddress, AnIPv4AddressInsideIPv6IsTheSame) {
  for (int i = 0; i < limits::address_failures; ++i)
    EXPECT_EQ(guess(i % 2 == 0 ? "203.0.113.9" : "::ffff:203.0.113.9", i).text("code"), "login_failed");
  EXPECT_EQ(guess("::ffff:203.0.113.9", 100).status, 429);
  EXPECT_EQ(guess("203.0.113.9", 101).status, 429);
  EXPECT_EQ(guess("203.0.113.10", 102).status, 401);
}

// What a stranger has put before it, the proxy has handed on; its own word is the last one.
TEST_F(SignInByAddress, OfManyAddressesTheLastOneIsTheProxys) {
  for (int i = 0; i < limits::address_failures; ++i)
    EXPECT_EQ(guess("198.51.100." + std::to_string(i) + ", 203.0.113.9", i).text("code"), "login_failed");
  EXPECT_EQ(guess("127.0.0.1,203.0.113.9", 100).status, 429);
}

// Over TCP nobody is believed who says for whom he speaks.
TEST_F(SignInByAddress, AHeaderOfAStrangerCountsForNothing) {
  auto near = client();
  near.always = {{"X-Forwarded-For", "203.0.113.9"}};
  for (int i = 0; i < limits::address_failures + 5; ++i)
    EXPECT_EQ(near.sign_in("nobody" + std::to_string(i), "not this one").text("code"), "login_failed");
  EXPECT_EQ(guess("203.0.113.9", 100).text("code"), "login_failed");
}

}  // namespace
}  // namespace plumbline::http::testing
