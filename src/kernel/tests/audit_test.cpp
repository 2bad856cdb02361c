#include "kernel/audit.hpp"
#include "kernel/blobs.hpp"

#include <gmock/gmock.h>

#include <barrier>
#include <thread>

#include "desk_fixture.hpp"
#include "kernel/publisher.hpp"
#include "kernel/recovery.hpp"
#include "ledger/files.hpp"
#include "ledger/leaf.hpp"

namespace plumbline::kernel::testing {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> codes_of(Audit const& audit) {
  std::vector<std::string> codes;
  for (auto const& finding : audit.findings)
    codes.push_back(finding.code + " " + finding.register_name + " " + finding.detail);
  return codes;
}

// Behind the product's back, as somebody with a database shell would.
void tamper(System& system, std::string const& sql) {
  system.exclusive([&](store::Writer& writer) { writer.script(sql); });
}

TEST_P(DeskTest, AnUntouchedDatabaseIsProved) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(person("leader", Role::leader), "issue", id));
  ASSERT_TRUE(act(person("privacy", Role::audit_administrator), "erase", id,
                  R"({"fields":["contact"],"ground":"pipl_47"})"));
  ASSERT_TRUE(system_->log().publish());
  auto const audit = verify_deep(*system_);
  EXPECT_THAT(codes_of(audit), ::testing::IsEmpty());
  EXPECT_GT(audit.versions, 5);
  EXPECT_EQ(audit.erased_fields, 2);  // of the draft and of the issued version
}

TEST_P(DeskTest, DeepVerificationNamesRegisterAndRecord) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  auto const other = draft(officer, "A-2");
  tamper(*system_, "update r_notice set pages = 7 where reference = 'A-1';");
  auto audit = verify_deep(*system_);
  ASSERT_EQ(audit.findings.size(), 1U);
  EXPECT_EQ(audit.findings[0].register_name, "notice");
  EXPECT_EQ(audit.findings[0].record, to_string(id));
  rebuild(*system_);
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());

  tamper(*system_, "delete from r_notice where reference = 'A-2';");
  audit = verify_deep(*system_);
  ASSERT_FALSE(audit.findings.empty());
  EXPECT_EQ(audit.findings[0].code, "row_missing");
  EXPECT_EQ(audit.findings[0].record, to_string(other));
  rebuild(*system_);

  tamper(*system_,
         "update version set body = replace(body, '通知', '假的') where register_name = 'notice' and version "
         "= 1;");
  audit = verify_deep(*system_);
  ASSERT_FALSE(audit.findings.empty());
  EXPECT_EQ(audit.findings[0].code, "digest_mismatch");
  EXPECT_EQ(audit.findings[0].register_name, "notice");
}

// What the tables do not hold any more, and who did it when, is in the leaves.
TEST_P(DeskTest, DeepVerificationMissesNoVersionAndNoFile) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(officer, "edit", id, R"({"title":"neu","reference":"A-1","region":"371581"})"));
  auto only = [&](std::string const& code, std::string const& register_name, std::string const& record) {
    auto const audit = verify_deep(*system_);
    ASSERT_EQ(audit.findings.size(), 1U) << code;
    EXPECT_EQ(audit.findings[0].code, code);
    EXPECT_EQ(audit.findings[0].register_name, register_name);
    EXPECT_EQ(audit.findings[0].record, record);
  };
  std::string const first = " where register_name = 'notice' and version = 1;";
  tamper(*system_, "update version set recorded_at = recorded_at + 86400000000" + first);
  only("time_differs", "notice", to_string(id));
  tamper(*system_, "update version set recorded_at = recorded_at - 86400000000" + first);
  std::string const other = "(select account from version where account <> (select account from version" +
                            first.substr(0, first.size() - 1) + ") limit 1)";
  tamper(*system_, "create table kept as select account from version" + first);
  tamper(*system_, "update version set account = " + other + first);
  only("actor_differs", "notice", to_string(id));
  tamper(*system_, "update version set account = (select account from kept)" + first + " drop table kept;");
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());

  auto const attached = attach(officer, id, "evidence");
  ASSERT_TRUE(attached);
  system_->blobs().remove(sha256("evidence"));
  only("file_missing", "attachment", to_string(attached->record));
  ASSERT_TRUE(system_->blobs().put("evidence"));

  tamper(*system_, "delete from version" + first);
  only("version_missing", "notice", to_string(id));
}

// Marks of a restore or an erasure excuse a missing value only where the log knows of one.
TEST_P(DeskTest, AForgedMarkIsNoExcuse) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(officer, "edit", id, R"({"title":"neu","reference":"A-1","region":"371581"})"));
  bool const sqlite = GetParam() == store::Engine::sqlite;
  tamper(*system_, std::string("update version set body = '', salts = ") + (sqlite ? "x''" : "''") +
                       ", closed = 'lost' where register_name = 'notice' and version = 1;");
  auto audit = verify_deep(*system_);
  ASSERT_FALSE(audit.findings.empty());
  EXPECT_EQ(audit.findings[0].code, "body_missing");
  EXPECT_EQ(audit.findings[0].record, to_string(id));

  auto const other = draft(officer, "A-2");
  ASSERT_TRUE(act(person("privacy", Role::audit_administrator), "erase", other,
                  R"({"fields":["contact"],"ground":"pipl_47"})"));
  tamper(*system_,
         "update version set body = replace(body, '[\"contact\"]', '[\"region\"]') where action = "
         "'erase';");
  EXPECT_THAT(codes_of(verify_deep(*system_)),
              ::testing::AllOf(::testing::Contains(::testing::HasSubstr("digest_mismatch")),
                               ::testing::Contains(::testing::HasSubstr("erasure_not_logged"))));
}

TEST_P(DeskTest, ADirectoryRecordKeepsWhatGivesRights) {
  auto const clerk = person("clerk", Role::officer);
  Command erase;
  erase.register_name = "account";
  erase.action = "erase";
  erase.record = clerk;
  erase.account = person("privacy", Role::audit_administrator);
  erase.payload = R"({"fields":["status"],"ground":"pipl_47"})";
  auto const refused = system_->act(erase);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, "not_erasable");
  erase.payload = R"({"fields":["name"],"ground":"pipl_47"})";
  EXPECT_TRUE(system_->act(erase));
}

TEST_P(DeskTest, ADatabaseThatIsGoneIsNotMadeAnew) {
  if (GetParam() != store::Engine::sqlite) GTEST_SKIP() << "PostgreSQL has no file";
  system_.reset();
  for (std::string const file : {"plumbline.db", "plumbline.db-wal", "plumbline.db-shm"})
    std::filesystem::remove(folder_ / file);
  EXPECT_THROW((void)System::open(folder_, catalogue_, clock_), std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "plumbline.db"));
}

TEST_P(DeskTest, RebuildingGivesTheSameTables) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  for (int i = 0; i < 20; ++i) {
    auto const id = draft(officer, "R-" + std::to_string(i), i % 2 == 0 ? "371581" : "371502");
    if (i % 3 == 0) {
      ASSERT_TRUE(act(leader, "issue", id));
    }
  }
  rebuild(*system_);
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
  EXPECT_TRUE(act(leader, "issue", draft(officer, "R-20")));
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
}

// Each audit reads several tables; acts that fall between two of these readings are no findings.
TEST_P(DeskTest, DeepVerificationOfABusySystemFindsNothing) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  std::jthread office([&](std::stop_token const& enough) {
    for (int i = 0; i < 2'000 && !enough.stop_requested(); ++i) {
      EXPECT_TRUE(act(leader, "issue", draft(officer, "B-" + std::to_string(i))));
      if (i % 8 == 0) {
        EXPECT_TRUE(system_->log().publish());
      }
    }
  });
  for (int round = 0; round < 8; ++round)
    EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty()) << "round " << round;
  office.request_stop();
  office.join();
}

// Two processes on one database: one is at work while the other makes the tables again.
TEST_P(DeskTest, RebuildingLosesNoActOfAnotherProcess) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  auto const other = System::open(folder_, catalogue_, clock_);
  std::jthread office([&](std::stop_token const& enough) {
    for (int i = 0; i < 2'000 && !enough.stop_requested(); ++i)
      EXPECT_TRUE(act(leader, "issue", draft(officer, "B-" + std::to_string(i))));
  });
  for (int round = 0; round < 6; ++round) {
    rebuild(*other);
    EXPECT_THAT(codes_of(verify_deep(*other)), ::testing::IsEmpty()) << "round " << round;
  }
  office.request_stop();
  office.join();
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
}

TEST_P(DeskTest, AnOpeningShowsOneFieldAndProvesIt) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  auto const text = opening(*system_, system_viewer("3715"), "notice", id, 1, {"title"});
  ASSERT_TRUE(text) << text.refusal().code;
  auto const parsed = ledger::parse_opening(*text);
  ASSERT_TRUE(parsed);
  auto const leaf_text = system_->log().leaf(static_cast<std::int64_t>(parsed->seq));
  auto const leaf = ledger::parse_leaf(leaf_text);
  ASSERT_TRUE(leaf);
  EXPECT_TRUE(ledger::verify_opening(*parsed, *leaf));
  EXPECT_EQ(text->find("1380000"), std::string::npos);
  auto const masked = opening(*system_, system_->viewer(officer), "notice", id, 1, {"contact"});
  ASSERT_FALSE(masked);
  EXPECT_EQ(masked.refusal().code, "forbidden");
}

TEST_P(DeskTest, ARestoredCopyAdoptsWhatWasPublishedBeforeItSigns) {
  if (GetParam() != store::Engine::sqlite) GTEST_SKIP() << "PostgreSQL is backed up with its own tools";
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(system_->log().publish());
  auto const saved = fs::path(folder_.string() + "-backup");
  ASSERT_TRUE(backup(*system_, saved));
  // The world moves on after the backup.
  ASSERT_TRUE(act(officer, "edit", id, R"({"title":"später","reference":"A-1","region":"371581"})"));
  draft(officer, "A-2");
  auto const published = system_->log().publish();
  ASSERT_TRUE(published);
  auto const log = folder_ / "public" / "log";

  auto copy = System::open(saved, catalogue_, clock_);
  Command late;
  late.register_name = "notice";
  late.action = "withdraw";
  late.record = id;
  late.account = officer;
  auto const refused = copy->act(late);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, "adopt_first");
  EXPECT_EQ(copy->log().publish().refusal().code, "adopt_first");
  auto const adoption = adopt(*copy, log);
  ASSERT_TRUE(adoption) << adoption.refusal().code << adoption.refusal().detail;
  EXPECT_EQ(adoption->to, published->size);
  ASSERT_EQ(adoption->lost.size(), 1U);  // A-1's edit; A-2 is a chain nobody here knows
  EXPECT_EQ(adoption->lost[0].record, id);
  EXPECT_EQ(adoption->lost[0].action, "edit");
  EXPECT_EQ(adoption->lost[0].todo, Todo::enter_again);
  EXPECT_EQ(adoption->records_unknown, 1);
  EXPECT_THAT(codes_of(verify_deep(*copy)), ::testing::IsEmpty());
  ASSERT_TRUE(copy->act(late));
  auto const again = copy->log().publish();
  ASSERT_TRUE(again) << again.refusal().code;
  EXPECT_GT(again->size, published->size);
  EXPECT_THAT(codes_of(verify_deep(*copy)), ::testing::IsEmpty());
  copy.reset();
  fs::remove_all(saved);
}

// Two people take over what was published, each in a process of his own.
TEST_P(DeskTest, TwoAdoptionsAtOnceTakeEveryLeafOverOnce) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  for (int round = 0; round < 4; ++round) {
    auto const backup = moment();
    for (int i = 0; i < 20; ++i)
      ASSERT_TRUE(act(officer, "edit", id, R"({"title":"后来","reference":"A-1","region":"371581"})"));
    auto const published = system_->log().publish();
    ASSERT_TRUE(published);
    go_back_to(backup);
    auto const other = System::open(folder_, catalogue_, clock_);
    Result<Adoption> adopted[] = {refuse("not_yet"), refuse("not_yet")};
    std::barrier start(2);
    {
      std::jthread const second([&] {
        start.arrive_and_wait();
        adopted[1] = adopt(*other, folder_ / "public" / "log");
      });
      start.arrive_and_wait();
      adopted[0] = adopt(*system_, folder_ / "public" / "log");
    }
    ASSERT_TRUE(adopted[0] && adopted[1]);
    EXPECT_EQ(adopted[0]->lost.size() + adopted[1]->lost.size(), 20U);
    EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
    ASSERT_TRUE(system_->log().publish());
  }
}

TEST_P(DeskTest, AfterAnAdoptionNoNumberIsGivenTwice) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  ASSERT_TRUE(act(leader, "issue", draft(officer, "A-1")));
  ASSERT_TRUE(act(leader, "draw", draft(officer, "A-2")));
  auto const id = draft(officer, "A-3");
  auto const backup = moment();
  ASSERT_TRUE(act(leader, "draw", id));                      // number 2
  ASSERT_TRUE(act(leader, "draw", draft(officer, "A-4")));   // number 3, of a record the copy does not know
  ASSERT_TRUE(act(leader, "issue", draft(officer, "A-5")));  // a number that no leaf shows
  ASSERT_TRUE(system_->log().publish());
  go_back_to(backup);
  auto const adoption = adopt(*system_, folder_ / "public" / "log");
  ASSERT_TRUE(adoption) << adoption.refusal().code;
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
  ASSERT_EQ(adoption->unseen_series.size(), 1U);
  EXPECT_EQ(adoption->unseen_series[0].series, "notice/2026");
  EXPECT_EQ(adoption->unseen_series[0].last, 1);
  rebuild(*system_);
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
  auto const next = draft(officer, "A-6");
  ASSERT_TRUE(act(leader, "draw", next));
  EXPECT_EQ(must_find(next).as<Notice>().number, "4");
}

// The restored copy holds them open: an account closed, a grant withdrawn and values erased since.
TEST_P(DeskTest, AnAdoptionRevivesNobody) {
  auto const officer = person("officer", Role::officer);
  auto const closed = person("closed", Role::officer);
  auto const demoted = person("demoted", Role::officer);
  auto const privacy = person("privacy", Role::audit_administrator);
  auto const id = draft(officer, "A-1");
  auto const grant = grant_of(demoted);
  auto const backup = moment();
  ASSERT_TRUE(administer("account", "close", closed));
  ASSERT_TRUE(administer("grant", "withdraw", grant));
  auto const erased = act(privacy, "erase", id, R"({"fields":["contact"],"ground":"pipl_47"})");
  ASSERT_TRUE(erased);
  ASSERT_TRUE(system_->log().publish());
  go_back_to(backup);
  ASSERT_TRUE(system_->viewer(closed).has_role(Role::officer));
  auto const adoption = adopt(*system_, folder_ / "public" / "log");
  ASSERT_TRUE(adoption) << adoption.refusal().code << adoption.refusal().detail;

  EXPECT_THAT(adoption->blocked_accounts, ::testing::ElementsAre(closed));
  EXPECT_THAT(adoption->withdrawn_grants, ::testing::ElementsAre(grant));
  ASSERT_EQ(adoption->lost.size(), 3U);
  EXPECT_EQ(adoption->lost[0].todo, Todo::judge_account);
  EXPECT_EQ(adoption->lost[1].todo, Todo::judge_grant);
  EXPECT_EQ(adoption->lost[2].todo, Todo::erase_again);
  EXPECT_EQ(adoption->lost[2].register_name, "notice");
  EXPECT_EQ(adoption->lost[2].record, id);
  EXPECT_EQ(adoption->lost[2].seq, erased->entry);

  std::string const notice = R"({"title":"通知","reference":"A-2","region":"371581"})";
  for (auto const& person : {closed, demoted}) {
    auto const refused = act(person, "draft", {}, notice);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().code, "forbidden");
  }
  EXPECT_TRUE(act(officer, "draft", {}, notice));
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
  ASSERT_TRUE(system_->log().publish());
  ASSERT_TRUE(administer("account", "unblock", closed));
  EXPECT_TRUE(system_->viewer(closed).has_role(Role::officer));
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
}

TEST_P(DeskTest, APolicyIsTheSystemAdministratorsAlone) {
  std::string const policy = "log " + system_->log().vkey() + "\nquorum none\n";
  auto const closed = person("closed", Role::system_administrator);
  ASSERT_TRUE(administer("account", "close", closed));
  for (auto const& stranger :
       {person("officer", Role::officer), *system_->account_of("admin"), closed,
        person("county", Role::system_administrator, "371581"), make_uuid7(clock_.now())}) {
    auto const refused = set_policy(*system_, stranger, policy);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.refusal().code, "forbidden");
  }
  EXPECT_EQ(system_->log().policy(), "");
  EXPECT_FALSE(fs::exists(folder_ / "policy.next"));
  EXPECT_TRUE(set_policy(*system_, person("sysadmin", Role::system_administrator), policy));
  EXPECT_EQ(system_->log().policy(), policy);
  EXPECT_FALSE(fs::exists(folder_ / "policy.next"));
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
}

TEST_P(DeskTest, APolicyWhoseFileACrashPreventedIsPutInPlace) {
  std::string const policy = "log " + system_->log().vkey() + "\nquorum none\n";
  // The crash: after the text was laid aside and logged.
  ledger::write_file_durably(folder_ / "policy.next", policy);
  ASSERT_TRUE(system_->log_entry({}, "ledger.policy", "ledger", sha256(policy)));
  EXPECT_THAT(codes_of(verify_log(*system_)), ::testing::ElementsAre("policy_differs log "));
  reopen();
  EXPECT_EQ(system_->log().policy(), policy);
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::IsEmpty());
  // And before it was logged: it never came into force.
  ledger::write_file_durably(folder_ / "policy.next", policy + "# other\n");
  reopen();
  EXPECT_EQ(system_->log().policy(), policy);
  EXPECT_FALSE(fs::exists(folder_ / "policy.next"));
  ledger::write_file_durably(folder_ / "public" / "log" / "policy", policy + "# by hand\n");
  EXPECT_THAT(codes_of(verify_deep(*system_)), ::testing::ElementsAre("policy_differs log "));
}

TEST_P(DeskTest, ADatabaseOlderThanTheCheckpointIsNotSigned) {
  if (GetParam() != store::Engine::sqlite) GTEST_SKIP() << "needs two databases behind one folder";
  auto const officer = person("officer", Role::officer);
  draft(officer, "A-1");
  system_.reset();
  auto const aside = folder_ / "older.db";
  fs::copy_file(folder_ / "plumbline.db", aside);
  reopen();
  draft(officer, "A-2");
  ASSERT_TRUE(system_->log().publish());
  system_.reset();
  for (auto const name : {"plumbline.db", "plumbline.db-wal", "plumbline.db-shm"}) fs::remove(folder_ / name);
  fs::copy_file(aside, folder_ / "plumbline.db");
  reopen();
  EXPECT_EQ(system_->log().publish().refusal().code, "checkpoint_ahead");
  draft(officer, "B-1");
  draft(officer, "B-2");
  EXPECT_EQ(system_->log().publish().refusal().code, "checkpoint_differs");
}

}  // namespace
}  // namespace plumbline::kernel::testing
