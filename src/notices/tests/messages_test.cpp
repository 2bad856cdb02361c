// Short messages through a gateway, and what becomes of messages that nobody wants any more.
#include <gtest/gtest.h>

#include <fstream>

#include "base/limits.hpp"
#include "desk_fixture.hpp"
#include "notices/choices.hpp"
#include "notices/sender.hpp"
#include "receiver.hpp"
#include "reflect/json.hpp"

namespace plumbline::notices::testing {
namespace {

class MessagesTest : public kernel::testing::DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    clerk_ = person("clerk", kernel::Role::officer);
    std::ofstream(folder_ / "headers") << "Authorization: Bearer gateway-key\n";
    std::filesystem::permissions(folder_ / "headers", std::filesystem::perms::owner_read);
    Json sms;
    sms.set("url", gateway_.url("/send"));
    sms.set("body", R"({"to":"{telephone}","text":"{text}"})");
    sms.set("headers_file", (folder_ / "headers").string());
    Json success;
    success.set("member", "code");
    success.set("value", "0");
    sms.set("success", std::move(success));
    Json settings;
    settings.set("sms", std::move(sms));
    std::ofstream(folder_ / "notices.json") << write_json(settings);
    choose("13800001234");
    put_one();
  }
  void choose(std::string const& telephone) {
    Choice choice;
    choice.account = clerk_;
    choice.telephone = telephone;
    choice.sms = !telephone.empty();
    ASSERT_TRUE(Choices(*system_).keep(choice));
  }
  void put_one() {
    Delivery message;
    message.id = make_uuid7(clock_.now());
    message.channel = "sms";
    message.recipient = message.account = clerk_;
    message.cause = "test";
    message.body = "【准绳】\"今天\"到期";
    message.next_at = message.made_at = clock_.now();
    ASSERT_TRUE(system_->write_together([&](store::Writer& writer) -> Result<void> {
      put(writer, "3715", message);
      return {};
    }));
    id_ = message.id;
  }
  void round_after(std::chrono::seconds time) {
    clock_.set(clock_.now() + time);
    Sender(*system_).round();
  }
  void gateway_says(std::string const& body) {
    gateway_.answer("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
                    "\r\nConnection: close\r\n\r\n" + body);
  }
  Delivery now() { return *Outbox(*system_).find(id_); }

  Receiver gateway_;
  Uuid clerk_;
  Uuid id_;
};

TEST_P(MessagesTest, AGatewaySaysInItsAnswerWhetherItTookOne) {
  gateway_says(R"({"code":7,"message":"busy"})");
  round_after(std::chrono::seconds(0));
  EXPECT_EQ(now().state, "waiting");
  gateway_says("not JSON");
  round_after(std::chrono::hours(1));
  EXPECT_EQ(now().state, "waiting");
  gateway_says(R"({"code":0})");
  round_after(std::chrono::hours(1));
  EXPECT_EQ(now().state, "sent");
  round_after(std::chrono::hours(1));
  auto const posts = gateway_.posts();
  ASSERT_EQ(posts.size(), 3U);
  for (auto const& post : posts) {
    EXPECT_EQ(post.path, "/send");
    EXPECT_EQ(post.headers.at("authorization"), "Bearer gateway-key");
    EXPECT_EQ(post.headers.at("idempotency-key"), to_string(id_));
    auto const body = parse_json(post.body);
    ASSERT_TRUE(body) << post.body;
    EXPECT_EQ(*body->find("to")->as_text(), "13800001234");
    EXPECT_EQ(*body->find("text")->as_text(), "【准绳】\"今天\"到期");
  }
}

TEST_P(MessagesTest, WhoeverChoseOtherwiseMeanwhileGetsNone) {
  gateway_.answer_status(500);
  round_after(std::chrono::seconds(0));
  choose("");
  round_after(std::chrono::hours(1));
  EXPECT_EQ(now().state, "dead");
  EXPECT_EQ(now().last_error, "not_wanted");
  EXPECT_EQ(gateway_.posts().size(), 1U);
}

TEST_P(MessagesTest, WithoutSettingsTheyWait) {
  std::filesystem::remove(folder_ / "notices.json");
  round_after(std::chrono::seconds(0));
  EXPECT_EQ(now().state, "waiting");
  EXPECT_EQ(now().last_error, "not_configured");
  EXPECT_TRUE(gateway_.posts().empty());
}

INSTANTIATE_TEST_SUITE_P(Engines, MessagesTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::notices::testing
