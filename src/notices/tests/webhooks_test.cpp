// Webhooks from the act to the receiver: who hears of what, how often, and under which signature.
#include "notices/webhooks.hpp"

#include <gmock/gmock.h>
#include <openssl/hmac.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/hash.hpp"
#include "base/limits.hpp"
#include "desk_fixture.hpp"
#include "notices/bell.hpp"
#include "notices/dispatch.hpp"
#include "receiver.hpp"

namespace plumbline::notices::testing {
namespace {

using kernel::Role;
using std::chrono::hours;
using std::chrono::seconds;

class WebhookTest : public kernel::testing::DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    maker_ = person("maker", Role::officer);
    leader_ = person("leader", Role::leader);
    county_ = person("county", Role::officer, "371502");
    webhooks_.emplace(*system_);
    outbox_.emplace(*system_);
    dispatch_ = std::make_unique<Dispatch>(*system_);
    ASSERT_TRUE(Targets(*system_).allow("127.0.0.0/8", "a test", {}));
  }
  void TearDown() override {
    dispatch_.reset();
    DeskTest::TearDown();
  }
  Webhooks::Made hook(Uuid owner, std::string const& path = "/hook",
                      std::vector<std::string> registers = {"notice"}) {
    Webhooks::Wish wish;
    wish.url = receiver_.url(path);
    wish.registers = std::move(registers);
    auto made = webhooks_->make(owner, wish);
    EXPECT_TRUE(made) << (made ? "" : made.refusal().code);
    return *made;
  }
  void turn() { (*dispatch_)(); }
  void later(std::chrono::microseconds time) { clock_.set(clock_.now() + time); }
  std::vector<Delivery> deliveries(Uuid account) {
    Outbox::Wish wish;
    wish.account = account;
    wish.limit = 200;
    return outbox_->list(wish)->items;
  }
  std::vector<std::string> types() {
    std::vector<std::string> out;
    for (auto const& post : receiver_.posts()) out.push_back(*parse_json(post.body)->find("type")->as_text());
    return out;
  }

  Receiver receiver_;
  Uuid maker_, leader_, county_;
  std::optional<Webhooks> webhooks_;
  std::optional<Outbox> outbox_;
  std::unique_ptr<Dispatch> dispatch_;
};

// The computation of the specification, written down a second time.
std::string expected(std::string const& secret, Post const& post) {
  auto const key = base64_decode(secret.substr(std::string("whsec_").size()));
  std::string const text =
      post.headers.at("webhook-id") + "." + post.headers.at("webhook-timestamp") + "." + post.body;
  Hash mac{};
  unsigned size = 0;
  ::HMAC(EVP_sha256(), key->data(), static_cast<int>(key->size()), plumbline::bytes_of(text).data(),
         text.size(), mac.data(), &size);
  return "v1," + base64_encode(mac);
}

TEST_P(WebhookTest, TellsOfEachChangeOnceAndSigned) {
  auto const made = hook(maker_);
  Uuid const record = draft(maker_, "N-1");
  ASSERT_TRUE(act(leader_, "issue", record));
  turn();
  turn();
  EXPECT_THAT(types(), ::testing::UnorderedElementsAre("notice.draft", "notice.issue"));
  for (auto const& post : receiver_.posts()) {
    EXPECT_EQ(post.path, "/hook");
    EXPECT_EQ(post.headers.at("content-type"), "application/json");
    EXPECT_EQ(post.headers.at("webhook-timestamp"), std::to_string(clock_.now().seconds()));
    EXPECT_EQ(post.headers.at("webhook-signature"), expected(made.secret, post));
    auto const body = parse_json(post.body);
    EXPECT_EQ(*body->find("data")->find("id")->as_text(), to_string(record));
    EXPECT_EQ(post.body.find("13800001234"), std::string::npos) << "nothing of the record itself";
    EXPECT_EQ(post.body.find("通知"), std::string::npos);
  }
  for (auto const& delivery : deliveries(maker_)) EXPECT_EQ(delivery.state, "sent");
}

TEST_P(WebhookTest, HearsOnlyWhatItsOwnerSees) {
  hook(county_, "/county", {});
  hook(maker_, "/maker", {"region"});
  draft(maker_, "N-1", "371581");
  Uuid const seen = draft(maker_, "N-2", "371502");
  turn();
  ASSERT_EQ(receiver_.posts().size(), 1U);
  EXPECT_EQ(receiver_.posts()[0].path, "/county");
  EXPECT_NE(receiver_.posts()[0].body.find(to_string(seen)), std::string::npos);
}

TEST_P(WebhookTest, ABlockedOwnerHearsNothingMore) {
  hook(county_);
  draft(maker_, "N-1", "371502");
  receiver_.answer_status(500);
  turn();
  ASSERT_EQ(receiver_.posts().size(), 1U);
  kernel::Command block;
  block.register_name = "account";
  block.action = "block";
  block.record = county_;
  block.as = Role::system;
  block.payload = R"({"reason":"test"})";
  ASSERT_TRUE(system_->act(block));
  draft(maker_, "N-2", "371502");
  later(hours(24));
  turn();
  EXPECT_EQ(receiver_.posts().size(), 1U) << "neither the old one nor a new one";
  auto const left = deliveries(county_);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0].state, "dead");
  EXPECT_EQ(left[0].last_error, "account_closed");
}

TEST_P(WebhookTest, IsTriedAgainUnderTheSameIdAndGivenUpInTheEnd) {
  hook(maker_);
  draft(maker_, "N-1");
  receiver_.answer_status(503);
  turn();
  later(seconds(1));
  turn();
  EXPECT_EQ(receiver_.posts().size(), 1U) << "not at once";
  std::int64_t waited = 0;
  for (int i = 0; i < limits::delivery_attempts + 3; ++i) {
    auto const next = deliveries(maker_)[0].next_at;
    waited = std::max(waited, next.micros_utc - clock_.now().micros_utc);
    later(std::chrono::microseconds(limits::delivery_wait_seconds_max * 2 * 1'000'000LL));
    turn();
  }
  EXPECT_EQ(receiver_.posts().size(), static_cast<std::size_t>(limits::delivery_attempts));
  EXPECT_GE(waited, limits::delivery_wait_seconds_max * 1'000'000LL);
  std::set<std::string> ids;
  for (auto const& post : receiver_.posts()) ids.insert(post.headers.at("webhook-id"));
  EXPECT_EQ(ids.size(), 1U);
  auto dead = deliveries(maker_)[0];
  EXPECT_EQ(dead.state, "dead");
  EXPECT_EQ(dead.last_error, "status 503");
  EXPECT_EQ(Bell(*system_).unread(maker_), 1);
  receiver_.answer_status(200);
  ASSERT_TRUE(outbox_->replay(dead));
  turn();
  EXPECT_EQ(deliveries(maker_)[0].state, "sent");
  EXPECT_EQ(*ids.begin(), receiver_.posts().back().headers.at("webhook-id"));
  EXPECT_EQ(outbox_->replay(deliveries(maker_)[0]).refusal().code, "not_dead");
}

TEST_P(WebhookTest, GoneIsGone) {
  auto const made = hook(maker_);
  draft(maker_, "N-1");
  receiver_.answer_status(410);
  turn();
  EXPECT_FALSE(webhooks_->find(made.id)->is_active);
  EXPECT_EQ(Bell(*system_).list(maker_, true, 10, "")->items.at(0).kind, "webhook_paused");
}

TEST_P(WebhookTest, NothingOfAPauseIsLost) {
  auto const made = hook(maker_);
  Webhooks::Wish wish;
  wish.is_active = false;
  ASSERT_TRUE(webhooks_->change(*webhooks_->find(made.id), wish));
  draft(maker_, "N-1");
  turn();
  EXPECT_TRUE(receiver_.posts().empty());
  wish.is_active = true;
  ASSERT_TRUE(webhooks_->change(*webhooks_->find(made.id), wish));
  turn();
  EXPECT_EQ(receiver_.posts().size(), 1U);
}

TEST_P(WebhookTest, ANewSecretSignsBesideTheOldOneForADay) {
  auto const made = hook(maker_);
  auto const fresh = webhooks_->rotate(*webhooks_->find(made.id));
  ASSERT_TRUE(fresh);
  ASSERT_TRUE(webhooks_->test(*webhooks_->find(made.id)));
  turn();
  auto const post = receiver_.posts().at(0);
  EXPECT_EQ(post.headers.at("webhook-signature"), expected(*fresh, post) + " " + expected(made.secret, post));
  later(hours(25));
  ASSERT_TRUE(webhooks_->test(*webhooks_->find(made.id)));
  turn();
  EXPECT_EQ(receiver_.posts().at(1).headers.at("webhook-signature"),
            expected(*fresh, receiver_.posts().at(1)));
}

TEST_P(WebhookTest, AForbiddenTargetIsNotConnectedTo) {
  hook(maker_);
  ASSERT_TRUE(Targets(*system_).forbid("127.0.0.0/8"));
  draft(maker_, "N-1");
  turn();
  EXPECT_TRUE(receiver_.posts().empty());
  EXPECT_EQ(deliveries(maker_)[0].last_error, "address_not_allowed");
}

// A name that means this machine: localhost stands in every hosts file.
TEST_P(WebhookTest, ANameThatMeansLoopbackIsNotConnectedTo) {
  ASSERT_TRUE(Targets(*system_).forbid("127.0.0.0/8"));
  Webhooks::Wish wish;
  wish.url = "https://localhost:" + std::to_string(receiver_.port()) + "/";
  ASSERT_TRUE(webhooks_->make(maker_, wish)) << "what a name means is seen when it is connected to";
  draft(maker_, "N-1");
  turn();
  EXPECT_TRUE(receiver_.posts().empty());
  for (auto const& delivery : deliveries(maker_)) EXPECT_EQ(delivery.last_error, "address_not_allowed");
  EXPECT_FALSE(deliveries(maker_).empty());
}

TEST_P(WebhookTest, RedirectsAreNotFollowedAndLongAnswersAreCutOff) {
  hook(maker_);
  receiver_.answer("HTTP/1.1 302 Found\r\nLocation: " + receiver_.url("/elsewhere") +
                   "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  draft(maker_, "N-1");
  turn();
  ASSERT_EQ(receiver_.posts().size(), 1U);
  EXPECT_EQ(deliveries(maker_)[0].last_error, "status 302");
  receiver_.answer("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\nConnection: close\r\n\r\n" +
                   std::string(3'000'000, 'x'));
  later(hours(1));
  turn();
  EXPECT_EQ(deliveries(maker_)[0].state, "sent");
}

TEST_P(WebhookTest, ManyDoNotShutOutOthers) {
  hook(maker_, "/slow");
  auto const good = hook(leader_, "/good");
  for (int i = 0; i < 20; ++i) draft(maker_, "N-" + std::to_string(i));
  turn();
  EXPECT_EQ(receiver_.posts().size(), 40U);
  EXPECT_EQ(deliveries(leader_).size(), 20U);
  ASSERT_TRUE(webhooks_->remove(*webhooks_->find(good.id)));
  draft(maker_, "N-last");
  turn();
  EXPECT_EQ(receiver_.posts().size(), 41U);
}

// Whoever has let much pile up has no more turns than anybody else.
TEST_P(WebhookTest, AHeapOfOneDoesNotHideTheOthers) {
  hook(maker_, "/heap");
  for (std::size_t i = 0; i <= limits::webhook_waiting; ++i) draft(maker_, "N-" + std::to_string(i));
  for (int page = 0; page < 4; ++page) webhooks_->read_on();
  later(seconds(1));
  hook(leader_, "/late");
  draft(maker_, "N-last");
  for (int page = 0; page < 4; ++page) webhooks_->read_on();
  later(seconds(1));
  EXPECT_EQ(Sender(*system_).round().sent, static_cast<int>(limits::deliveries_per_round) + 1);
  EXPECT_EQ(receiver_.posts().size(), limits::deliveries_per_round + 1);
}

TEST_P(WebhookTest, TheSlowHaveRoundsOfTheirOwn) {
  hook(maker_);
  for (int i = 0; i < 6; ++i) draft(maker_, "N-" + std::to_string(i));
  webhooks_->read_on();
  Sender sender(*system_, std::chrono::milliseconds(0));  // to which everybody is slow
  EXPECT_EQ(sender.round().sent, static_cast<int>(limits::deliveries_per_round));
  EXPECT_EQ(sender.round(false).tried, 0);
  EXPECT_EQ(sender.round().sent, 2);
}

// As two servers of one city would, and without the lease that keeps them from it.
TEST_P(WebhookTest, TwoProcessesTellOnce) {
  hook(maker_);
  hook(leader_);
  auto const second = kernel::System::open(folder_, catalogue_, clock_);
  constexpr int acts = 25;
  std::atomic<bool> is_over = false;
  auto const work = [&](kernel::System& system) {
    Webhooks webhooks(system);
    Sender sender(system);
    for (bool last = false; !last;) {
      last = is_over;
      while (webhooks.read_on()) {
      }
      while (sender.round().tried > 0) {
      }
    }
  };
  std::jthread one([&] { work(*system_); });
  std::jthread other([&] { work(*second); });
  for (int i = 0; i < acts; ++i) draft(maker_, "N-" + std::to_string(i));
  is_over = true;
  one.join();
  other.join();
  turn();
  std::multiset<std::string> ids;
  for (auto const& post : receiver_.posts()) ids.insert(post.headers.at("webhook-id"));
  EXPECT_EQ(ids.size(), 2U * acts);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 2U * acts);
  EXPECT_EQ(deliveries(maker_).size() + deliveries(leader_).size(), 2U * acts);
}

TEST_P(WebhookTest, WishesAreLookedAt) {
  Webhooks::Wish wish;
  EXPECT_EQ(webhooks_->make(maker_, wish).refusal().code, "required");
  wish.url = "https://10.0.0.1/";
  EXPECT_EQ(webhooks_->make(maker_, wish).refusal().code, "target_not_allowed");
  wish.url = "https://erp.example.cn/";
  wish.registers = {"no_such"};
  EXPECT_EQ(webhooks_->make(maker_, wish).refusal().code, "unknown_register");
  wish.registers.reset();
  for (std::size_t i = 0; i < limits::webhooks_per_account; ++i) ASSERT_TRUE(webhooks_->make(maker_, wish));
  EXPECT_EQ(webhooks_->make(maker_, wish).refusal().code, "too_many_webhooks");
  auto const one = webhooks_->of(maker_).front();
  EXPECT_FALSE(webhooks_->find(leader_, one.id));
  for (std::size_t i = 0; i < limits::webhook_tests_waiting; ++i) ASSERT_TRUE(webhooks_->test(one));
  EXPECT_EQ(webhooks_->test(one).refusal().code, "too_many_tests");
}

INSTANTIATE_TEST_SUITE_P(Engines, WebhookTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::notices::testing
