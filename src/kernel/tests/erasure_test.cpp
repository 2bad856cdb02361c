// Erasure and what surrounds it: afterwards the log still proves itself, the tables still follow from it, and
// the value is nowhere any more.
#include <gmock/gmock.h>

#include <fstream>

#include "base/limits.hpp"
#include "desk_fixture.hpp"
#include "kernel/audit.hpp"
#include "kernel/blobs.hpp"
#include "kernel/import.hpp"
#include "kernel/publisher.hpp"

namespace plumbline::kernel::testing {
namespace {

using ::testing::IsEmpty;

class ErasureTest : public DeskTest {
 protected:
  Result<Receipt> erase(Uuid record, std::string const& fields, std::string const& versions = "") {
    return act(person("privacy", Role::audit_administrator), "erase", record,
               R"({"fields":[)" + fields + "]" +
                   (versions.empty() ? "" : R"(,"versions":[)" + versions + "]") + R"(,"ground":"pipl_47"})");
  }

  // The log, the tables against it, and the tables made again from it.
  void expect_proved() {
    ASSERT_TRUE(system_->log().publish());
    for (bool const again : {false, true}) {
      if (again) rebuild(*system_);
      std::vector<std::string> found;
      for (auto const& audit : {verify_log(*system_), verify_deep(*system_)})
        for (auto const& finding : audit.findings)
          found.push_back(finding.code + " " + finding.register_name + " " + finding.detail);
      EXPECT_THAT(found, IsEmpty()) << (again ? "rebuilt" : "as the desk wrote it");
    }
  }

  // How many stored bodies hold this text.
  std::int64_t bodies_with(std::string const& text) {
    static store::Sql const count{"test.bodies",
                                  "select count(*) from version where body like '%' || $1 || '%'"};
    return store::integer(system_->database().reader()->query(count, {text}).at(0).at(0));
  }

  std::int64_t number(std::string const& sql) {
    return store::integer(system_->database()
                              .reader()
                              ->query({"test.number", sql}, std::initializer_list<store::Value>{})
                              .at(0)
                              .at(0));
  }

  ImportReport import(std::string const& content) {
    auto const path = folder_ / "rows.csv";
    std::ofstream(path, std::ios::binary) << content;
    ImportOptions wish;
    wish.register_name = "notice";
    wish.file = path;
    wish.account = person("importer", Role::importer);
    auto report = import_file(*system_, wish);
    EXPECT_TRUE(report);
    return report ? *report : ImportReport{};
  }

  Uuid found_by(std::string const& reference) {
    auto const found = system_->reads().find(system_viewer("3715"), "notice", "reference", reference);
    EXPECT_TRUE(found);
    return found ? found->id : Uuid{};
  }

  void undo(std::string const& batch) {
    auto const undone = undo_import(*system_, batch, person("importer", Role::importer));
    ASSERT_TRUE(undone);
    EXPECT_THAT(undone->kept, IsEmpty());
  }
};

TEST_P(ErasureTest, AnUndoneRecordIsErasedToo) {
  auto const report = import("reference,title,region,contact\nA-1,x,371581,13800001234\n");
  auto const id = found_by("A-1");
  undo(report.batch);
  EXPECT_EQ(bodies_with("13800001234"), 2);
  EXPECT_EQ(code_of(act(person("privacy2", Role::audit_administrator, "371502"), "erase", id,
                        R"({"fields":["contact"],"ground":"pipl_47"})")),
            "not_found");
  auto const erased = erase(id, R"("contact")");
  ASSERT_TRUE(erased) << erased.refusal().code;
  EXPECT_EQ(erased->state, state_undone);
  EXPECT_EQ(bodies_with("13800001234"), 0);
  EXPECT_EQ(code_of(erase(id, R"("contact")")), "nothing_to_erase");
  EXPECT_FALSE(system_->reads().get(system_viewer("3715"), "notice", id));
  EXPECT_EQ(code_of(erase(make_uuid7(clock_.now()), R"("contact")")), "not_found");
  EXPECT_EQ(code_of(act(person("officer", Role::officer), "edit", id, R"({"title":"x"})")), "not_found");
  expect_proved();
}

TEST_P(ErasureTest, OnlyTheNamedVersionsLoseTheirValue) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(act(officer, "edit", id,
                  R"({"title":"neu","reference":"A-1","region":"371581","contact":"13900004321"})"));
  ASSERT_TRUE(erase(id, R"("contact")", "1"));
  EXPECT_EQ(must_find(id).as<Notice>().contact, "13900004321");
  EXPECT_EQ(bodies_with("13800001234"), 0);
  EXPECT_EQ(bodies_with("13900004321"), 1);
  expect_proved();

  // Now the current version is named.
  ASSERT_TRUE(erase(id, R"("contact")", "2"));
  EXPECT_EQ(must_find(id).as<Notice>().contact, "");
  EXPECT_EQ(bodies_with("13900004321"), 0);
  expect_proved();
}

TEST_P(ErasureTest, AnErasedRequiredFieldStopsNothing) {
  auto const officer = person("officer", Role::officer);
  auto const leader = person("leader", Role::leader);
  auto const id = draft(officer, "A-1");
  auto const other = draft(officer, "A-2");
  EXPECT_FALSE(erase(id, R"("region")"));  // where the record belongs is no personal data
  ASSERT_TRUE(erase(id, R"("title")"));
  EXPECT_EQ(must_find(id).as<Notice>().title, "");
  // Left absent by an edit and by an act without a payload.
  EXPECT_EQ(code_of(act(officer, "edit", id, R"({"reference":"A-1","region":"371581","pages":3})")), "done");
  EXPECT_EQ(code_of(act(leader, "edit", id, R"({"reference":"A-1","region":"371581"})")), "forbidden");
  EXPECT_EQ(code_of(act(person("county", Role::officer, "371502"), "edit", id, R"({"pages":3})")),
            "not_found");
  EXPECT_EQ(code_of(act(leader, "issue", id)), "done");
  expect_proved();

  // Whatever was never erased stays required, also of the record next to it.
  auto const cleared = act(officer, "edit", other, R"({"reference":"A-2","region":"371581"})");
  ASSERT_EQ(code_of(cleared), "invalid");
  EXPECT_EQ(cleared.refusal().problems.at(0).path, "/title");
  EXPECT_EQ(code_of(act(officer, "draft", {}, R"({"reference":"A-3","region":"371581"})")), "invalid");
  EXPECT_EQ(code_of(act(officer, "draft", make_uuid7(clock_.now()), R"({"region":"371581"})")), "invalid");
  // An erasure of an older version gives no leave to clear the value of today.
  ASSERT_EQ(code_of(act(officer, "edit", other, R"({"title":"neu","reference":"A-2","region":"371581"})")),
            "done");
  ASSERT_TRUE(erase(other, R"("title")", "1"));
  EXPECT_EQ(code_of(act(officer, "edit", other, R"({"reference":"A-2","region":"371581"})")), "invalid");
  expect_proved();
}

TEST_P(ErasureTest, AnErasedFieldFilledAgainIsRequiredAgain) {
  auto const officer = person("officer", Role::officer);
  auto const id = draft(officer, "A-1");
  ASSERT_TRUE(erase(id, R"("title")"));
  ASSERT_TRUE(act(officer, "edit", id, R"({"title":"neu","reference":"A-1","region":"371581"})"));
  EXPECT_EQ(code_of(act(officer, "edit", id, R"({"reference":"A-1","region":"371581"})")), "invalid");
  EXPECT_EQ(must_find(id).as<Notice>().title, "neu");
  expect_proved();
}

TEST_P(ErasureTest, NoHashOfAnErasedPayloadStays) {
  auto const officer = person("officer", Role::officer);
  std::string const payload = R"({"title":"x","reference":"A-1","region":"371581","contact":"13800001234"})";
  auto const made = act(officer, "draft", {}, payload, "key-1");
  auto const other = act(officer, "draft", {}, R"({"title":"y","region":"371581"})", "key-2");
  ASSERT_TRUE(made && other);
  ASSERT_TRUE(act(officer, "copy", made->record, R"({"reference":"A-2"})", "key-3"));
  std::string const bare = "select count(distinct payload_hash) from idempotency where key like 'key-%'";
  EXPECT_EQ(number(bare), 3);
  // The copy lies behind the entry that the third key names: its act is found all the same.
  ASSERT_TRUE(erase(found_by("A-2"), R"("contact")"));
  EXPECT_EQ(code_of(act(officer, "copy", made->record, R"({"reference":"A-2"})", "key-3")),
            "idempotency_mismatch");
  ASSERT_TRUE(erase(made->record, R"("contact")"));
  EXPECT_EQ(number(bare), 2);  // the same nothing twice, and the hash of the other record's payload
  // Never a second time, even so.
  EXPECT_EQ(code_of(act(officer, "draft", {}, payload, "key-1")), "idempotency_mismatch");
  auto const again = act(officer, "draft", {}, R"({"title":"y","region":"371581"})", "key-2");
  ASSERT_TRUE(again);
  EXPECT_EQ(again->record, other->record);
  expect_proved();
}

TEST_P(ErasureTest, OldKeysAreForgotten) {
  auto const officer = person("officer", Role::officer);
  std::string const count = "select count(*) from idempotency";
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(act(officer, "draft", {}, R"({"title":"x","region":"371581"})", "old-" + std::to_string(i)));
  auto const old = number(count);
  clock_.set(Instant{clock_.now().micros_utc + std::int64_t{limits::idempotency_kept_days} * 86'400'000'000 -
                     1'000'000});
  system_->run_clocks();
  EXPECT_EQ(number(count), old);
  ASSERT_TRUE(act(officer, "draft", {}, R"({"title":"x","region":"371581"})", "new"));
  clock_.set(Instant{clock_.now().micros_utc + 2'000'000});
  system_->run_clocks();
  EXPECT_EQ(number(count), 1);
  EXPECT_EQ(number("select count(*) from idempotency where key = 'new'"), 1);
}

TEST_P(ErasureTest, AnIdThatWasUndoneIsNotTakenAgain) {
  std::string const rows = "reference,title,region\nA-1,x,371581\n";
  auto const report = import(rows);
  auto const id = found_by("A-1");
  undo(report.batch);
  auto const officer = person("officer", Role::officer);
  EXPECT_EQ(code_of(act(officer, "draft", id, R"({"title":"x","region":"371581"})")), "already_exists");
  EXPECT_EQ(code_of(act(person("leader", Role::leader), "draft", id, R"({"title":"x","region":"371581"})")),
            "forbidden");
  // What was undone may be imported again, as another record.
  EXPECT_EQ(import(rows).created, 1);
  EXPECT_NE(found_by("A-1"), id);
  auto const fresh = make_uuid7(clock_.now());
  EXPECT_EQ(code_of(act(officer, "draft", fresh, R"({"title":"x","region":"371581"})")), "done");
  expect_proved();
}

class BlobErasureTest : public ErasureTest {
 protected:
  Uuid attach(Uuid to, std::string const& content) {
    auto const done = DeskTest::attach(person("officer", Role::officer), to, content);
    EXPECT_TRUE(done) << code_of(done);
    return done ? done->record : Uuid{};
  }

  Result<Receipt> act_on_file(Role role, std::string const& action, Uuid file, std::string const& payload) {
    Command command;
    command.register_name = "attachment";
    command.action = action;
    command.record = file;
    command.account = person(role == Role::leader ? "leader" : "privacy", role);
    command.payload = payload;
    return system_->act(std::move(command));
  }
  std::string erase_file(Uuid file, std::string const& fields = R"("sha256","file_name")") {
    return code_of(act_on_file(Role::audit_administrator, "erase", file,
                               R"({"fields":[)" + fields + R"(],"ground":"pipl_47"})"));
  }
  bool stored(std::string const& content) { return system_->blobs().get(sha256(content)).has_value(); }
};

TEST_P(BlobErasureTest, TheFileGoesWithItsLastMention) {
  auto const id = draft(person("officer", Role::officer), "A-1");
  auto const file = attach(id, "a face");
  auto const twin = attach(id, "a face");
  auto const other = attach(id, "a wall");
  EXPECT_EQ(erase_file(file, R"("file_name")"), "done");
  EXPECT_TRUE(stored("a face"));
  EXPECT_EQ(erase_file(file), "done");
  EXPECT_TRUE(stored("a face"));  // the twin still shows it
  // The twin's version of yesterday is a mention as well.
  EXPECT_EQ(code_of(act_on_file(Role::leader, "detach", twin, R"({"reason":"x"})")), "done");
  EXPECT_EQ(code_of(act_on_file(Role::audit_administrator, "erase", twin,
                                R"({"fields":["sha256"],"versions":[2],"ground":"pipl_47"})")),
            "done");
  EXPECT_TRUE(stored("a face"));
  EXPECT_EQ(erase_file(twin), "done");
  EXPECT_FALSE(stored("a face"));
  EXPECT_TRUE(stored("a wall"));
  // What is left of an attachment can still be closed.
  EXPECT_EQ(code_of(act_on_file(Role::leader, "detach", file, R"({"reason":"x"})")), "done");
  EXPECT_NE(other, file);
  expect_proved();
}

TEST_P(BlobErasureTest, ARefusedErasureRemovesNothing) {
  auto const id = draft(person("officer", Role::officer), "A-1");
  auto const file = attach(id, "a face");
  EXPECT_EQ(code_of(act_on_file(Role::leader, "erase", file, R"({"fields":["sha256"],"ground":"x"})")),
            "forbidden");
  EXPECT_TRUE(stored("a face"));
}

TEST_P(BlobErasureTest, ACrashBeforeTheRemovalIsMended) {
  auto const id = draft(person("officer", Role::officer), "A-1");
  ASSERT_EQ(erase_file(attach(id, "a face")), "done");
  ASSERT_FALSE(stored("a face"));
  // As if the power had gone between the commit and the removal: at the next opening, and with the clocks.
  auto const crash = [&] {
    ASSERT_TRUE(system_->blobs().put("a face"));
    system_->exclusive([&](store::Writer& writer) {
      writer.begin();
      static store::Sql const left{"test.left",
                                   "insert into blob_release (jurisdiction, sha256) values ('3715', $1)"};
      writer.write(left, {to_hex(sha256("a face"))});
      writer.commit();
    });
  };
  crash();
  reopen();
  EXPECT_FALSE(stored("a face"));
  crash();
  system_->run_clocks();
  EXPECT_FALSE(stored("a face"));
  // Really interrupted: the erasure is committed and nobody waits for the rest.
  auto const unlucky = attach(id, "another face");
  Command command;
  command.register_name = "attachment";
  command.action = "erase";
  command.record = unlucky;
  command.account = person("privacy", Role::audit_administrator);
  command.payload = R"({"fields":["sha256"],"ground":"pipl_47"})";
  (void)system_->submit(std::move(command));  // nobody asks for the answer
  system_->exclusive([](store::Writer&) {});  // behind it
  EXPECT_EQ(bodies_with(to_hex(sha256("another face"))), 0);
  EXPECT_TRUE(stored("another face"));
  reopen();
  EXPECT_FALSE(stored("another face"));

  // Attached again meanwhile: the file stays, and nothing waits for ever.
  crash();
  attach(id, "a face");
  reopen();
  EXPECT_TRUE(stored("a face"));
  EXPECT_EQ(number("select count(*) from blob_release"), 0);
  expect_proved();
}

auto const engine_name = [](auto const& engine) {
  return engine.param == store::Engine::sqlite ? "sqlite" : "postgres";
};
INSTANTIATE_TEST_SUITE_P(Engines, ErasureTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres), engine_name);
INSTANTIATE_TEST_SUITE_P(Engines, BlobErasureTest,
                         ::testing::Values(store::Engine::sqlite, store::Engine::postgres), engine_name);

}  // namespace
}  // namespace plumbline::kernel::testing
