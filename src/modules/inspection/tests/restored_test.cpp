// A draw whose acts were lost between a backup and its restore, while the world has read their entries.
#include <gmock/gmock.h>

#include <algorithm>

#include "kernel/audit.hpp"
#include "office.hpp"
#include "stats/draw.hpp"

namespace plumbline::inspection::testing {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RestoredDraw : public Draw {
 protected:
  // Frozen, but not planned.
  Uuid frozen() {
    Uuid const made = task(two_strata);
    approve_and_announce(made);
    must(freeze_task(*system_, drawer_, made));
    return made;
  }
  void expect_sound() {
    must(publish_folders(*system_));
    auto const verdict = verify();
    EXPECT_TRUE(verdict) << verdict.failure().error << " " << verdict.failure().file << " "
                         << verdict.failure().why;
    for (auto const& finding : kernel::verify_deep(*system_).findings)
      ADD_FAILURE() << finding.code << " " << finding.record << " " << finding.detail;
  }
};

std::vector<std::string> types_of(kernel::Adoption const& adoption) {
  std::vector<std::string> types;
  for (auto const& lost : adoption.lost_entries) types.push_back(lost.type);
  return types;
}

TEST_F(RestoredDraw, TheSameActsFindTheirEntriesAgain) {
  Uuid const made = frozen();
  Uuid const called = ceremony("2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  person("drawer", Role::drawer);
  person("leader", Role::leader);
  auto const backup = backed_up();
  must(make_plan(*system_, drawer_, made, called));
  go_to("2026-03-06T02:05:00Z");
  throw_dice(called, "27182818284590452353");
  must(compute_draw(*system_, made));
  auto const before = record<InspectionTask>("inspection_task", made);
  auto const adoption = restored(backup);
  EXPECT_THAT(types_of(adoption), ::testing::ElementsAre("draw.plan", "draw.seed", "draw.result"));

  go_to("2026-03-20T02:00:00Z");  // after the deadline: the entries are of their time
  must(make_plan(*system_, drawer_, made, called));
  EXPECT_EQ(record<InspectionTask>("inspection_task", made).draw, before.draw);
  // Other dice than the world has seen.
  std::string const other = hex_encode(bytes_of(std::string_view("11111111111111111111")));
  std::string const values = R"({"values":[{"source":"dice","value":")" + other + "\"";
  done(drawer_, "draw_ceremony", "record", called,
       values + R"(,"evidence":[{"kind":"sheet","sha256":")" + to_hex(sha256(other)) + R"("}]}]})");
  EXPECT_EQ(act(leader_, "draw_ceremony", "confirm", called, values + "}]}").refusal().code,
            "published_otherwise");
  throw_dice(called, "27182818284590452353");
  must(compute_draw(*system_, made));
  auto const after = record<InspectionTask>("inspection_task", made);
  EXPECT_EQ(after.plan.leaf_hash, before.plan.leaf_hash);
  EXPECT_EQ(after.result.leaf_hash, before.result.leaf_hash);
  expect_sound();
  kernel::rebuild(*system_);
  expect_sound();

  // The next draw has the next number.
  Uuid const next = frozen();
  must(make_plan(*system_, drawer_, next, ceremony("2026-03-26T02:00:00Z", "2026-03-28T02:00:00Z")));
  EXPECT_EQ(record<InspectionTask>("inspection_task", next).draw_number, before.draw_number + 1);
}

// In the copy the draw has a seed (first) or its checks (second); outside it is void.
TEST_F(RestoredDraw, NothingFollowsAVoidThatWasPublished) {
  for (bool const computed_before : {false, true}) {
    std::string const month = computed_before ? "2026-04" : "2026-03";
    Uuid const made = seeded(two_strata, month + "-06T02:00:00Z", month + "-08T02:00:00Z");
    if (computed_before) must(compute_draw(*system_, made));
    auto const backup = backed_up();
    if (!computed_before) must(compute_draw(*system_, made));
    must(void_draw(*system_, leader_, made, "event_spoilt", "现场中断"));
    auto const published = record<InspectionTask>("inspection_task", made);
    EXPECT_THAT(types_of(restored(backup)), Contains("draw.void"));
    expect_sound();

    if (computed_before) {
      auto const check = checks_of(made).front();
      done(person("officer", Role::officer), "check", "issue_notice", check.id);
      std::string const entry = R"({"entry_scan":"scanned","certificates_shown":[")" +
                                check.as<Check>().certificates[0] + R"(",")" +
                                check.as<Check>().certificates[1] + R"("]})";
      EXPECT_EQ(
          act(account_of_inspector_.at(check.as<Check>().inspectors[0]), "check", "start", check.id, entry)
              .refusal()
              .code,
          "void_published");
    } else {
      EXPECT_EQ(compute_draw(*system_, made).refusal().code, "void_published");
    }
    EXPECT_EQ(void_draw(*system_, leader_, made, "other", "").refusal().code, "published_otherwise");
    must(void_draw(*system_, leader_, made, "event_spoilt", "现场中断"));
    auto const after = record<InspectionTask>("inspection_task", made);
    EXPECT_EQ(after.voided->entry.leaf_hash, published.voided->entry.leaf_hash);
    EXPECT_EQ(after.result.leaf_hash, published.result.leaf_hash);
    expect_sound();
  }
}

// What participants opened to the world stays part of the seed.
TEST_F(RestoredDraw, ARevealThatWasPublishedIsNotLeftOut) {
  Uuid const made = frozen();
  Uuid const called =
      done(drawer_, "draw_ceremony", "call", {},
           R"({"title":"联合","organisation":)" + id_text(bureau_) + R"(,"profile":"joint"})");
  auto const name = record<DrawCeremony>("draw_ceremony", called).ceremony;
  Bytes const secret(32, 1);
  std::string sources;
  for (std::string const who : {"纪检组", "市局"})
    sources += R"({"source":"commit:)" + who + R"(","kind":"commit","organisation":")" + who + R"(","own":)" +
               (who == "市局" ? "1" : "0") + R"(,"commitment":")" +
               to_hex(stats::source_commitment(name, "commit:" + who, secret)) + "\"},";
  done(drawer_, "draw_ceremony", "set_sources", called,
       R"({"sources":[)" + sources +
           R"({"source":"lottery:ssq:2026026","kind":"lottery","time":"2026-03-06T13:15:00Z",
              "place":"中国福利彩票","pick":[{"times":1,"k":6,"low":1,"high":33},
              {"times":1,"k":1,"low":1,"high":16}]}],"deadline":"2026-03-08T13:15:00Z"})");
  must(make_plan(*system_, drawer_, made, called));
  auto const backup = backed_up();
  std::string const revealed =
      R"({"values":[{"source":"commit:纪检组","value":")" + hex_encode(secret) + "\"}]}";
  done(drawer_, "draw_ceremony", "reveal", called, revealed);
  restored(backup);

  go_to("2026-03-07T02:05:00Z");
  auto const seed = [&](std::string const& first) {
    return act(drawer_, "draw_ceremony", "record", called,
               R"({"values":[{"source":"commit:纪检组","value":")" + first +
                   R"("},{"source":"commit:市局","value":""},
                   {"source":"lottery:ssq:2026026","value":"3032303931343230323733313035"}]})");
  };
  EXPECT_EQ(seed("").refusal().code, "reveal_published");
  done(drawer_, "draw_ceremony", "reveal", called, revealed);
  EXPECT_TRUE(seed(hex_encode(secret)));
}

TEST_F(RestoredDraw, AVoidBeforeTheEventIsRepeatedAfterIt) {
  Uuid const made = frozen();
  Uuid const called = ceremony("2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(make_plan(*system_, drawer_, made, called));
  auto const backup = backed_up();
  must(void_draw(*system_, leader_, made, "recalled", ""));
  restored(backup);
  go_to("2026-03-09T02:00:00Z");
  must(void_draw(*system_, leader_, made, "recalled", ""));
  expect_sound();
}

TEST_F(RestoredDraw, APlanKeepsTheYearOfItsNumber) {
  go_to("2026-12-30T01:00:00Z");
  Uuid const made = frozen();
  Uuid const called = ceremony("2027-01-08T02:00:00Z", "2027-01-10T02:00:00Z");
  auto const backup = backed_up();
  must(make_plan(*system_, drawer_, made, called));
  auto const before = record<InspectionTask>("inspection_task", made).draw;
  restored(backup);
  go_to("2027-01-02T01:00:00Z");
  must(make_plan(*system_, drawer_, made, called));
  EXPECT_EQ(record<InspectionTask>("inspection_task", made).draw, before);
  expect_sound();
}

TEST_F(RestoredDraw, WhatTheSystemSetCannotBeErased) {
  Uuid const made = frozen();
  must(make_plan(*system_, drawer_, made, ceremony("2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z")));
  Uuid const privacy = person("privacy", Role::audit_administrator);
  for (std::string const field : {"plan", "frame", "draw", "design", "item"})
    EXPECT_EQ(
        act(privacy, "inspection_task", "erase", made, R"({"fields":[")" + field + R"("],"ground":"x"})")
            .refusal()
            .code,
        "not_erasable")
        << field;
}

TEST_F(RestoredDraw, NamesThatWereTakenBackStayBack) {
  Uuid const made = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, made));
  go_to("2026-03-10T01:00:00Z");
  for (auto const& check : checks_of(made)) {
    visit(check, "no_problem");
    publish(check.id);
  }
  must(open_draw(*system_, drawer_, made, Opening::anyway));
  auto const names = folder_ / "public" / must(publish_folders(*system_)).at(0).folder / "open.json";
  ASSERT_TRUE(std::filesystem::exists(names));
  Uuid const privacy = person("privacy", Role::audit_administrator);
  auto const backup = backed_up();
  must(erase_opening(*system_, privacy, made, "retention"));
  restored(backup);
  ASSERT_TRUE(hide_erased_names(*system_));
  EXPECT_FALSE(std::filesystem::exists(names));

  auto const published = must(publish_folders(*system_));
  ASSERT_THAT(published, SizeIs(1));
  EXPECT_THAT(published[0].waiting, Contains("erase"));
  EXPECT_FALSE(std::filesystem::exists(names));
  EXPECT_EQ(erase_opening(*system_, privacy, made, "other").refusal().code, "published_otherwise");
  must(erase_opening(*system_, privacy, made, "retention"));
  expect_sound();
  EXPECT_EQ(verify().report().draws.at(0).stage, publication::DrawStage::erased);
}

}  // namespace
}  // namespace plumbline::inspection::testing
