// A draw from the plan to the opened folder, checked by the verifier that strangers use.
#include <gmock/gmock.h>

#include <fstream>
#include <set>
#include <sstream>

#include "office.hpp"

namespace plumbline::inspection::testing {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST_F(Draw, AWholeRoundVerifiesAtEveryStage) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  EXPECT_EQ(state("inspection_task", task), "seeded");
  auto const outcome = must(compute_draw(*system_, task));
  EXPECT_EQ(outcome.drawn, 7);
  EXPECT_EQ(outcome.checks, 7);
  EXPECT_THAT(outcome.firms_without_inspectors, IsEmpty());
  EXPECT_THAT(outcome.refused, IsEmpty());
  EXPECT_EQ(state("inspection_task", task), "assigned");
  auto const checks = checks_of(task);
  ASSERT_THAT(checks, SizeIs(7));
  EXPECT_FALSE(compute_draw(*system_, task));  // once

  // sealed while the checks are under way
  ASSERT_THAT(must(publish_folders(*system_)), SizeIs(1));
  auto sealed = verify();
  ASSERT_TRUE(sealed) << sealed.failure().error << " " << sealed.failure().file << " "
                      << sealed.failure().why;
  EXPECT_EQ(sealed.report().draws.at(0).stage, publication::DrawStage::sealed);
  EXPECT_EQ(firm_receipt(*system_, task, bearings_[0]).refusal().code, "checks_open");

  go_to("2026-03-10T01:00:00Z");
  for (std::size_t i = 0; i < checks.size(); ++i)
    visit(checks[i], i == 0 ? "ordered_to_correct" : "no_problem");
  EXPECT_EQ(open_draw(*system_, drawer_, task, Opening::anyway).refusal().code, "checks_open");
  for (auto const& check : checks) publish(check.id);

  auto const figures = must(bulletin(*system_, viewer_, task));
  EXPECT_EQ(figures.planned.value, 7);
  EXPECT_EQ(figures.drawn.value, 7);
  EXPECT_EQ(figures.done.value, 7);
  EXPECT_EQ(figures.with_problem.value, 1);
  EXPECT_EQ(figures.on_time.value, 7);
  EXPECT_EQ(figures.problem_rate.estimator, "horvitz_thompson");
  EXPECT_EQ(figures.problem_rate.status, "ok");
  auto const& failing = checks[0].as<Check>();
  double const weight = failing.stratum == "轴承" ? 12.0 / 4 : 10.0 / 3;  // all weights alike: N/n
  EXPECT_NEAR(*figures.problem_rate.value, weight / 22, 1e-12);
  EXPECT_GT(*figures.problem_rate.upper, *figures.problem_rate.value);

  // the salts: everybody may recompute who was drawn
  must(open_draw(*system_, drawer_, task, Opening::anyway));
  must(publish_folders(*system_));
  auto const opened = verify();
  ASSERT_TRUE(opened) << opened.failure().error << " " << opened.failure().file << " "
                      << opened.failure().why;
  EXPECT_EQ(opened.report().draws.at(0).stage, publication::DrawStage::open);
  auto const receipt = must(firm_receipt(*system_, task, bearings_[3]));
  EXPECT_THAT(receipt, ::testing::HasSubstr(*make_uscc("91", "371581", std::uint64_t{4})));

  // after retention the names go and the proof stays; publishing again changes nothing
  Uuid const privacy = person("privacy", kernel::Role::audit_administrator);
  EXPECT_EQ(erase_opening(*system_, drawer_, task, "retention").refusal().code, "forbidden");
  must(erase_opening(*system_, privacy, task, "retention"));
  EXPECT_EQ(erase_opening(*system_, privacy, task, "retention").refusal().code, "erased_already");
  for (int again = 0; again < 2; ++again) {
    must(publish_folders(*system_));
    auto const erased = verify();
    ASSERT_TRUE(erased) << erased.failure().error << " " << erased.failure().file;
    EXPECT_EQ(erased.report().draws.at(0).stage, publication::DrawStage::erased);
    EXPECT_THAT(erased.report().draws.at(0).warnings,
                ::testing::Not(::testing::Contains("ERASED_FILE_PRESENT")));
  }
}

// Whoever reads the folder of a draw from before a rotation is told the key that its first proof needs.
TEST_F(Draw, AnOlderDrawNamesTheKeyOfItsTime) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(publish_folders(*system_));
  auto const before = system_->log().vkey();
  must(kernel::rotate_log_keys(*system_, person("keeper", kernel::Role::system_administrator)));
  ASSERT_NE(system_->log().vkey(), before);
  must(compute_draw(*system_, task));
  auto const published = must(publish_folders(*system_));
  ASSERT_THAT(published, SizeIs(1));
  auto const folder = system_->log().folder() / published[0].folder;
  std::ostringstream readme;
  readme << std::ifstream(folder / "README.md").rdbuf();
  EXPECT_THAT(readme.str(), ::testing::HasSubstr(before));
  auto const verdict =
      publication::verify_draws(publication::FolderSource(system_->log().folder() / "draws"),
                                {before, {}, system_->clock().now(), publication::Grade::bing});
  EXPECT_TRUE(verdict) << verdict.failure().error << " " << verdict.failure().file;
}

// Two counties' shops of the same firms: each shop is a unit of its own, with its own region and receipt.
TEST_F(Draw, SitesAreDrawnAsUnitsOfTheirOwn) {
  Uuid const officer = person("officer", kernel::Role::officer);
  std::vector<Uuid> sites;
  for (std::size_t i = 0; i < 6; ++i)
    for (std::string const region : {"371581", "371502"})
      sites.push_back(done(officer, "site", "create", {},
                           R"({"firm":)" + id_text(bearings_[i]) + R"(,"name":"门店","region":")" + region +
                               R"(","tags":["门店"]})"));
  done(officer, "site", "close", sites.back(), R"({"reason":"停业"})");
  Uuid const task = seeded(R"({"pool":{"name":"门店","unit":"site","regions":["371502"],"tags":["门店"]},
                               "strata":[{"stratum":"门店","sample_size":3,"group":"*"}],
                               "weights":{"rule":"W"}})",
                           "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  EXPECT_EQ(record<InspectionTask>("inspection_task", task).frame->rows, 5);
  auto const outcome = must(compute_draw(*system_, task));
  EXPECT_EQ(outcome.checks, 3);
  go_to("2026-03-10T01:00:00Z");
  std::set<Uuid> drawn;
  for (auto const& found : checks_of(task)) {
    auto const& check = found.as<Check>();
    ASSERT_TRUE(check.site);
    EXPECT_EQ(check.region, "371502");
    drawn.insert(*check.site);
    visit(found, "no_problem");
    publish(found.id);
  }
  EXPECT_THAT(drawn, SizeIs(3));
  must(open_draw(*system_, drawer_, task, Opening::anyway));
  must(publish_folders(*system_));
  auto const opened = verify();
  ASSERT_TRUE(opened) << opened.failure().error << " " << opened.failure().file << " "
                      << opened.failure().why;
  EXPECT_THAT(must(firm_receipt(*system_, task, *drawn.begin())), ::testing::HasSubstr(R"("site:)"));
  EXPECT_EQ(firm_receipt(*system_, task, bearings_[0]).refusal().code, "not_in_frame");

  // Drawn this year for the item: what is left are the two others.
  Uuid const again = this->task(R"({"pool":{"name":"门店","unit":"site","regions":["371502"],"tags":["门店"]},
                               "strata":[{"stratum":"门店","sample_size":1,"group":"*"}],
                               "weights":{"rule":"W"}})");
  auto const pool = must(count_pool(*system_, again));
  EXPECT_EQ(pool.registry_total, 5);
  EXPECT_EQ(pool.pool_size, 2);
}

TEST_F(Draw, EveryFigureOpensAListOfItsLength) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, task));
  auto const checks = checks_of(task);
  for (std::size_t i = 0; i < 5; ++i) visit(checks[i], i == 1 ? "unreachable" : "no_problem");
  publish(checks[0].id);
  auto const figures = must(bulletin(*system_, viewer_, task));
  EXPECT_EQ(figures.problem_rate.estimator, "hajek");  // two checks are open
  for (auto const* figure : {&figures.drawn, &figures.done, &figures.with_problem, &figures.published,
                             &figures.on_time, &figures.late, &figures.unpublished}) {
    auto const filter = must(parse_json(figure->filter));
    kernel::Query query;
    for (auto const& [field, value] : *filter.as_object()) {
      kernel::Condition condition{field, kernel::Compare::any_of, {}};
      if (value.as_text() != nullptr) condition.values.push_back(*value.as_text());
      if (value.as_array() != nullptr)
        for (auto const& item : *value.as_array()) condition.values.push_back(*item.as_text());
      query.where.push_back(std::move(condition));
    }
    EXPECT_EQ(must(system_->reads().count(viewer_, figure->register_name, query)), figure->value)
        << figure->name;
  }
}

TEST_F(Draw, AJointDepartmentDrawsItsOwnInspectorsForTheSameFirmsAndVisits) {
  Uuid const lead = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, lead));
  for (int i = 60; i < 63; ++i) inspector(i, fire_, "消防");
  Uuid const joint =
      task(R"({"pool":{"name":"联合"},"strata":[{"stratum":"联合","inspectors":2,"group":"消防"}],
                             "weights":{"rule":"W"}})",
           R"(,"parent":)" + id_text(lead) + R"(,"department":)" + id_text(fire_));
  approve_and_announce(joint);
  must(freeze_task(*system_, drawer_, joint));
  Uuid const called = ceremony("2026-03-09T02:00:00Z", "2026-03-11T02:00:00Z");
  must(make_plan(*system_, drawer_, joint, called));
  go_to("2026-03-09T02:05:00Z");
  throw_dice(called, "16180339887498948482");
  auto const outcome = must(compute_draw(*system_, joint));
  EXPECT_EQ(outcome.checks, 7);
  std::map<Uuid, Uuid> visits;
  for (auto const& check : checks_of(lead)) visits[*check.as<Check>().firm] = *check.as<Check>().visit;
  for (auto const& found : checks_of(joint)) {
    auto const& check = found.as<Check>();
    EXPECT_EQ(check.part, DepartmentPart::joint);
    EXPECT_EQ(check.department, fire_);
    EXPECT_EQ(*check.visit, visits.at(*check.firm));
  }
  must(publish_folders(*system_));
  EXPECT_TRUE(verify());
}

TEST_F(Draw, OneEventServesManyPlans) {
  std::vector<Uuid> tasks;
  for (int i = 0; i < 3; ++i) {
    tasks.push_back(task(two_strata));
    approve_and_announce(tasks.back());
    must(freeze_task(*system_, drawer_, tasks.back()));
  }
  Uuid const called = ceremony("2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  for (Uuid task : tasks) must(make_plan(*system_, drawer_, task, called));
  go_to("2026-03-06T02:05:00Z");
  throw_dice(called, "14142135623730950488");
  std::set<std::string> first_drawn;
  for (Uuid task : tasks) {
    must(compute_draw(*system_, task));
    for (auto const& check : checks_of(task)) first_drawn.insert(check.as<Check>().pid);
  }
  EXPECT_THAT(first_drawn, SizeIs(21));  // pids are fresh in every frame
  EXPECT_THAT(must(publish_folders(*system_)), SizeIs(3));
  auto const verified = verify();
  ASSERT_TRUE(verified) << verified.failure().error << " " << verified.failure().file
                        << verified.failure().why;
  EXPECT_THAT(verified.report().draws, SizeIs(3));
}

TEST_F(Draw, ClassesDoNotBecomePublic) {
  std::string const weighted = std::string(two_strata);
  Uuid const task = seeded(weighted, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, task));
  for (auto const& check : checks_of(task)) {
    visit(check, "no_problem");
    publish(check.id);
  }
  EXPECT_EQ(open_draw(*system_, drawer_, task).refusal().code, "classes_would_show");
  EXPECT_TRUE(firm_receipt(*system_, task, food_[0]));
}

}  // namespace
}  // namespace plumbline::inspection::testing
