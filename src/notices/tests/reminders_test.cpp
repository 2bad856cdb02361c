// Reminders of clocks: by which stages, to whom, once.
#include "notices/reminders.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "desk_fixture.hpp"
#include "kernel/embedded.hpp"
#include "notices/dispatch.hpp"

namespace plumbline::notices::testing {
namespace {

using kernel::Role;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// ---- the rules ------------------------------------------------------------------------------------------

ReminderBook book() {
  return ReminderBook::parse(kernel::embedded("rules/notices.json"),
                             kernel::embedded("rules/deadlines.json"));
}
std::string stage(int days_left) { return book().rule_of("DR.PUBLISH").stage(days_left).value_or("-"); }

TEST(ReminderRules, OneStageAtATime) {
  EXPECT_EQ(stage(8), "-");
  EXPECT_EQ(stage(7), "before-7");
  EXPECT_EQ(stage(4), "before-7");
  EXPECT_EQ(stage(3), "before-3");
  EXPECT_EQ(stage(2), "before-3");
  EXPECT_EQ(stage(1), "before-1");
  EXPECT_EQ(stage(0), "due");
  EXPECT_EQ(stage(-1), "over-1");
  EXPECT_EQ(stage(-5), "over-5");
  EXPECT_EQ(stage(-11), "over-5");
  EXPECT_EQ(stage(-12), "over-12");
  EXPECT_EQ(stage(-96), "over-96");
  EXPECT_EQ(stage(-97), "-");
  EXPECT_FALSE(book().rule_of("x").escalates(-2));
  EXPECT_TRUE(book().rule_of("x").escalates(-3));
}

TEST(ReminderRules, TextsPutWordsIn) {
  using kernel::Language;
  EXPECT_EQ(book().when(Language::chinese, 3, false), "还有3天到期");
  EXPECT_EQ(book().when(Language::english, -2, true), "for your attention, overdue by 2 days");
  EXPECT_EQ(book().text(Language::english, "line", {{"rule", "{due}"}, {"when", "now"}, {"due", "x"}}),
            "{due}: now (x)")
      << "what is put in is not read again";
  EXPECT_THROW(book().text(Language::english, "no_such"), std::runtime_error);
}

TEST(ReminderRules, WrongOnesAreNamed) {
  for (auto const* text : {"{", "{}", R"({"reminders":[]})", R"({"reminders":[{"rule":"*","from":"8:00"}]})"})
    EXPECT_THROW(ReminderBook::parse(text, kernel::embedded("rules/deadlines.json")), std::runtime_error)
        << text;
}

// ---- the clocks -----------------------------------------------------------------------------------------

// A notice, once issued, may be objected to for some days: its clock runs for the firm; nobody of the staff
// can stop it but by ending the record.
class RemindersTest : public kernel::testing::DeskTest {
 protected:
  void SetUp() override {
    DeskTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    maker_ = person("maker", Role::officer);
    leader_ = person("leader", Role::leader);
    firm_ = make_uuid7(clock_.now());
    clerk_ = person("clerk", Role::firm, "", firm_);
    rival_ = person("rival", Role::firm, "", make_uuid7(clock_.now()));
    start();
  }
  void TearDown() override {
    reminders_.reset();
    DeskTest::TearDown();
  }
  void start() { reminders_ = std::make_unique<Reminders>(*system_); }
  void restart() {
    reminders_.reset();
    reopen();
    start();
  }
  // Until there is no more to do now.
  void run() {
    while (reminders_->run()) {
    }
  }
  // Ten in the morning of a day, in China.
  void on(Date day) { clock_.set({start_of_legal_day(day).micros_utc + 10 * 3'600 * 1'000'000LL}); }
  Uuid issued(std::string const& reference) {
    auto const made = act(maker_, "draft", {},
                          R"({"title":"通知","contact":"13800001234","pages":2,"reference":")" + reference +
                              R"(","region":"371581","firm":")" + to_string(firm_) + "\"}");
    EXPECT_TRUE(made);
    EXPECT_TRUE(act(leader_, "issue", made->record));
    return made->record;
  }
  Date due_of(Uuid record) {
    for (auto const& clock : must_find(record).envelope.clocks)
      if (clock.status == kernel::ClockStatus::running) return clock.due_on;
    ADD_FAILURE() << "no clock runs";
    return {};
  }
  std::vector<std::string> stages(Uuid account) {
    std::vector<std::string> out;
    auto const page = Bell(*system_).list(account, false, 100, "");
    for (auto const& notice : page->items)
      out.insert(out.begin(), notice.cause.substr(notice.cause.rfind(':') + 1));
    return out;
  }
  void configure_mail() {
    std::ofstream(folder_ / "notices.json")
        << R"({"web":"https://q.example.cn/","mail":{"url":"smtp://127.0.0.1:2525","from":"a@b.example"}})";
  }
  void choose(Uuid account, MailMode mode) {
    Choice choice;
    choice.account = account;
    choice.mail_address = "somebody@office.example";
    choice.mail = mode;
    ASSERT_TRUE(Choices(*system_).keep(choice));
  }
  std::vector<Delivery> mails(Uuid account) {
    Outbox::Wish wish;
    wish.account = account;
    wish.limit = 200;
    return Outbox(*system_).list(wish)->items;
  }

  Uuid maker_, leader_, firm_, clerk_, rival_;
  std::unique_ptr<Reminders> reminders_;
};

TEST_P(RemindersTest, TheHolderIsRemindedOnceAStage) {
  Uuid const record = issued("N-1");
  Date const due = due_of(record);
  on(due + -8);
  run();
  EXPECT_THAT(stages(clerk_), IsEmpty());
  for (int left = 7; left >= 0; --left) {
    on(due + -left);
    run();
    run();
    restart();
    run();
  }
  EXPECT_THAT(stages(clerk_), ElementsAre("before-7", "before-3", "before-1", "due"));
  EXPECT_THAT(stages(rival_), IsEmpty());
  auto const notice = Bell(*system_).list(clerk_, true, 1, "")->items.at(0);
  EXPECT_EQ(notice.record, record);
  EXPECT_EQ(notice.due_on, to_string(due));
  ASSERT_TRUE(Bell(*system_).mark(clerk_, {notice.id}));
  EXPECT_EQ(Bell(*system_).unread(clerk_), 3);
}

TEST_P(RemindersTest, NobodyIsWokenBeforeEight) {
  Uuid const record = issued("N-1");
  clock_.set(start_of_legal_day(due_of(record)));
  run();
  EXPECT_THAT(stages(clerk_), IsEmpty());
  clock_.set({clock_.now().micros_utc + 8 * 3'600 * 1'000'000LL});
  run();
  EXPECT_THAT(stages(clerk_), ElementsAre("due"));
}

TEST_P(RemindersTest, AfterDaysOfStandstillOnlyTheLatestStageIsGiven) {
  Uuid const record = issued("N-1");
  Date const due = due_of(record);
  on(due + -7);
  run();
  // Five days later: before-3 was missed, and what counts now is the day before last.
  on(due + -1);
  restart();
  run();
  EXPECT_THAT(stages(clerk_), ElementsAre("before-7", "before-1"));
}

TEST_P(RemindersTest, WhatIsOverdueGoesUp) {
  Uuid const record = issued("N-1");
  Date const due = due_of(record);
  for (int over = 1; over <= 4; ++over) {
    on(due + over);
    run();
  }
  EXPECT_THAT(stages(clerk_), ElementsAre("over-1", "over-2", "over-3", "over-4"));
  EXPECT_THAT(stages(leader_), ElementsAre("escalated"));
  EXPECT_EQ(Bell(*system_).list(leader_, true, 1, "")->items.at(0).kind, "escalation");
}

TEST_P(RemindersTest, WhatIsDoneIsNotRemindedOf) {
  Uuid const record = issued("N-1");
  Date const due = due_of(record);
  ASSERT_TRUE(act(clerk_, "object", record, R"({"ground":"不服"})"));
  on(due);
  run();
  EXPECT_THAT(stages(clerk_), IsEmpty());
}

TEST_P(RemindersTest, WhoComesDuringTheDayIsRemindedToo) {
  Uuid const record = issued("N-1");
  on(due_of(record));
  run();
  Uuid const second = person("second", Role::firm, "", firm_);
  clock_.set({clock_.now().micros_utc + 11 * 60 * 1'000'000LL});
  run();
  EXPECT_THAT(stages(second), ElementsAre("due"));
  EXPECT_THAT(stages(clerk_), ElementsAre("due"));
}

TEST_P(RemindersTest, MailsGoToWhoChoseThemAndSayNothingPersonal) {
  configure_mail();
  choose(clerk_, MailMode::immediate);
  Uuid const record = issued("N-1");
  on(due_of(record));
  run();
  restart();
  run();
  auto const sent = mails(clerk_);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].channel, "mail");
  EXPECT_NE(sent[0].subject.find("今天到期"), std::string::npos);
  EXPECT_NE(sent[0].body.find("https://q.example.cn/notice/" + to_string(record)), std::string::npos);
  EXPECT_NE(sent[0].body.find("依据"), std::string::npos);
  EXPECT_EQ(sent[0].body.find("13800001234"), std::string::npos);
  EXPECT_EQ(sent[0].body.find("张三"), std::string::npos);
}

// More than many pages hold: each clock is seen once.
TEST_P(RemindersTest, ManyClocksAreSeenPageByPage) {
  constexpr int clocks = 1'000;
  store::Sql const more{
      "test.clock",
      "insert into clock (jurisdiction, register_name, record, position, rule, edition, status, "
      "triggered_on, due_on, provisional, ended_on) select jurisdiction, register_name, record, "
      "$2, rule, edition, status, triggered_on, due_on, provisional, ended_on from clock where "
      "jurisdiction = $1 and position = 0"};
  Uuid const record = issued("N-1");
  system_->exclusive([&](store::Writer& writer) {
    writer.begin();
    for (std::int64_t position = 1; position < clocks; ++position) writer.write(more, {"3715", position});
    writer.commit();
  });
  on(due_of(record));
  run();
  restart();
  run();
  EXPECT_EQ(Bell(*system_).unread(clerk_), clocks);
}

TEST_P(RemindersTest, ADigestADayAndNoneWithoutNews) {
  configure_mail();
  choose(clerk_, MailMode::digest);
  choose(rival_, MailMode::digest);
  Uuid const record = issued("N-1");
  Date const due = due_of(record);
  for (int left : {9, 2, 1}) {
    on(due + -left);
    run();
    restart();
    run();
  }
  std::vector<std::string> causes;
  for (auto const& mail : mails(clerk_)) causes.push_back(mail.cause);
  EXPECT_THAT(causes, UnorderedElementsAre("digest:" + to_string(due + -2), "digest:" + to_string(due + -1)));
  EXPECT_NE(mails(clerk_)[0].body.find("还有1天到期"), std::string::npos) << mails(clerk_)[0].body;
  EXPECT_THAT(mails(rival_), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Engines, RemindersTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres),
                         [](auto const& engine) {
                           return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
                         });

}  // namespace
}  // namespace plumbline::notices::testing
