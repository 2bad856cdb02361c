// Who may be drawn, who is left out and why; the sheets of the province.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "office.hpp"

namespace plumbline::inspection::testing {
namespace {

using ::testing::SizeIs;

std::map<std::string, std::int64_t> by_name(std::vector<StatusCount> const& rows) {
  std::map<std::string, std::int64_t> counts;
  for (auto const& row : rows) counts[row.status] = row.firms;
  return counts;
}

TEST_F(Draw, TheFrameCountsEveryFirmAndSaysWhoIsLeftOut) {
  Uuid const officer = person("officer", Role::officer);
  done(officer, "firm", "set_status", bearings_[0],
       R"({"status":"revoked","since":"2026-03-01","reason":"吊销"})");
  done(officer, "firm", "set_status", food_[0], R"({"status":"moved","since":"2026-03-01","reason":"迁出"})");
  done(officer, "firm", "set_status", food_[1],
       R"({"status":"abnormal","since":"2026-03-01","reason":"异常"})");
  firm(99, R"(,"industry":"F5211")");  // not of this pool
  Uuid const task = this->task(two_strata);
  auto const pool = must(count_pool(*system_, task));
  EXPECT_EQ(pool.registry_total, 22);
  EXPECT_EQ(pool.pool_size, 20);
  EXPECT_EQ(by_name(pool.exclusions), (std::map<std::string, std::int64_t>{{"moved", 1}, {"revoked", 1}}));
  EXPECT_EQ(by_name(pool.by_status), (std::map<std::string, std::int64_t>{
                                         {"abnormal", 1}, {"moved", 1}, {"normal", 19}, {"revoked", 1}}));
  ASSERT_THAT(pool.strata, SizeIs(2));
  EXPECT_EQ(pool.strata[0].population, 11);
  EXPECT_EQ(pool.strata[0].sample_size, 4);
  EXPECT_EQ(pool.sample_planned, 7);
}

TEST_F(Draw, AllocationInProportionKeepsTheLeastAndTheTotal) {
  for (int i = 200; i < 260; ++i) firm(i, R"(,"industry":"C3461")");
  Uuid const task = this->task(R"({"pool":{"name":"全部"},"allocation":"proportional","sample_size":10,
      "sample_per_stratum_min":2,"weights":{"rule":"W"},
      "strata":[{"stratum":"A","industries":["C3461"],"inspectors":2},
        {"stratum":"B","industries":["C34"],"inspectors":2},
                {"stratum":"C","inspectors":2}]})");
  auto const pool = must(count_pool(*system_, task));
  ASSERT_THAT(pool.strata, SizeIs(3));
  // 60, 12, 10 of 82: shares 7.3, 1.5, 1.2
  EXPECT_EQ(pool.strata[0].sample_size, 6);
  EXPECT_EQ(pool.strata[1].sample_size, 2);
  EXPECT_EQ(pool.strata[2].sample_size, 2);
  EXPECT_EQ(pool.sample_planned, 10);
}

TEST_F(Draw, AllocationByRatioRoundsUp) {
  Uuid const task = this->task(R"({"pool":{"name":"全部"},"allocation":"ratio","weights":{"rule":"W"},
      "strata":[{"stratum":"A","industries":["C34"],"ratio_permille":50,"inspectors":2},
                {"stratum":"B","ratio_permille":1000,"inspectors":2}]})");
  auto const pool = must(count_pool(*system_, task));
  EXPECT_EQ(pool.strata[0].sample_size, 1);  // ceil(12·0.05)
  EXPECT_EQ(pool.strata[1].sample_size, 10);
}

TEST_F(Draw, AFirmIsDrawnOnceAYearForAGeneralItem) {
  Uuid const first = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, first));
  auto const pool = must(count_pool(*system_, task(two_strata)));
  EXPECT_EQ(by_name(pool.exclusions), (std::map<std::string, std::int64_t>{{"drawn_this_year", 7}}));
  EXPECT_EQ(pool.pool_size, 15);
}

TEST_F(Draw, TheYearlyMaximumKeepsAFirmOutOfTheFrame) {
  done(leader_, "visit_limit", "set", {},
       R"({"year":2026,"risk_class":"unclassified","visits_max":1,"basis":"市局公告"})");
  Uuid const first = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, first));
  visit(checks_of(first).front(), "no_problem");
  Uuid const planner = person("planner", Role::plan_maker);
  item_ = done(
      planner, "inspection_item", "create", {},
      R"({"item_no":"SC-02","name":"另一事项","legal_basis":"《计量法》","article":"第九条","region":"3715",
                   "valid_from":"2026-01-01","lead_department":)" +
          id_text(quality_) + "}");
  auto const pool = must(count_pool(*system_, task(two_strata)));
  EXPECT_EQ(by_name(pool.exclusions), (std::map<std::string, std::int64_t>{{"visit_cap", 1}}));
}

TEST_F(Draw, TheProvincesSheetsAreData) {
  Uuid const task = seeded(two_strata, "2026-03-06T02:00:00Z", "2026-03-08T02:00:00Z");
  must(compute_draw(*system_, task));
  auto const check = checks_of(task).front();
  visit(check, "ordered_to_correct");
  done(person("reviewer", Role::reviewer), "check", "review", check.id);
  std::ifstream in(std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "rules" / "templates" / "results.json");
  std::ostringstream text;
  text << in.rdbuf();
  auto const sheet = must(parse_sheet_template(text.str()));
  std::ostringstream out;
  EXPECT_EQ(must(export_sheet(*system_, viewer_, sheet, out)), 1);
  EXPECT_EQ(
      out.str(),
      "\xEF\xBB\xBF抽查事项编号,统一社会信用代码,检查部门,检查完成日期,检查结果,检查结果说明\r\nSC-01," +
          check.as<Check>().firm_key + ",371500-01,2026-03-06,6,\r\n");
}

TEST_F(Draw, EveryTemplateNamesFieldsThatExist) {
  auto const folder = std::filesystem::path(PLUMBLINE_SOURCE_DIR) / "rules" / "templates";
  int templates = 0;
  for (auto const& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(entry.path());
    std::ostringstream text;
    text << in.rdbuf();
    auto const sheet = must(parse_sheet_template(text.str()));
    EXPECT_EQ(sheet.id + ".json", entry.path().filename().string());
    std::ostringstream out;
    EXPECT_TRUE(export_sheet(*system_, viewer_, sheet, out)) << entry.path();
    ++templates;
  }
  EXPECT_EQ(templates, 7);
}

}  // namespace
}  // namespace plumbline::inspection::testing
