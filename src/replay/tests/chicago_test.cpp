#include "replay/chicago.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <numeric>

#include "archive/api.hpp"
#include "base/hash.hpp"
#include "inspection/api.hpp"
#include "kernel/audit.hpp"
#include "kernel/registers.hpp"
#include "people/api.hpp"

namespace plumbline::replay {
namespace {

using ::testing::ElementsAre;

namespace fs = std::filesystem;

constexpr std::string_view heading =
    "\"Inspection_ID\",\"DBA_Name\",\"License\",\"Facility_Type\",\"Risk\",\"Address\",\"Inspection_Date\","
    "\"Results\",\"Violation_Codes\"\n";

class Chicago : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("plumbline-replay-" + hex_encode(random_bytes(8)));
    fs::create_directories(folder_);
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path file(std::string const& rows) {
    std::ofstream(folder_ / "inspections.csv", std::ios::binary) << heading << rows;
    return folder_ / "inspections.csv";
  }
  std::vector<Establishment> must_read(std::string const& rows) {
    auto read = read_establishments(file(rows));
    EXPECT_TRUE(read) << (read ? "" : read.refusal().code + " " + read.refusal().detail);
    return read ? *read : std::vector<Establishment>{};
  }
  std::string why_refused(std::string const& rows) {
    auto const read = read_establishments(file(rows));
    return read ? "read" : read.refusal().code + " " + read.refusal().detail;
  }

  // An invented town: `count` places, every fourth a grocery, every fifth neither; every third has failed.
  static std::string town(int count) {
    std::string rows;
    for (int i = 0; i < count; ++i) {
      std::string const type = i % 5 == 4 ? "Bakery" : i % 4 == 3 ? "Grocery Store" : "Restaurant";
      std::string const risk = i % 2 == 0 ? "Risk 1 (High)" : i % 7 == 0 ? "Risk 3 (Low)" : "Risk 2 (Medium)";
      rows += std::to_string(5000 + i) + ",\"PLACE \"\"" + std::to_string(i) + "\"\", INC\"," +
              std::to_string(100 + i) + "," + type + "," + risk + ",\"1 MAIN ST \",2012-05-0" +
              std::to_string(1 + i % 9) + "," + (i % 3 == 0 ? "Fail" : "Pass") + ",18|29\n";
    }
    return rows;
  }

  fs::path folder_;
};

TEST_F(Chicago, TheLatestInspectionOfALicenceCounts) {
  auto const read = must_read(
      "7,OLD NAME,11,Restaurant,Risk 1 (High),A,2012-01-02,Fail,18\n"
      "9,NEW NAME,11,Restaurant,Risk 2 (Medium),A,2013-01-02,Pass,\n"
      "8,OLD NAME,11,Restaurant,Risk 1 (High),A,2012-06-02,Fail,18\n"
      "10,SAME DAY,12,Grocery Store,Risk 3 (Low),B,2013-01-02,Fail,\n"
      "9,SAME DAY,12,Grocery Store,Risk 3 (Low),B,2013-01-02,Pass,\n");
  ASSERT_EQ(read.size(), 2U);
  EXPECT_EQ(read[0].name, "NEW NAME");
  EXPECT_EQ(read[0].weight, 2U);
  EXPECT_FALSE(read[0].failed());
  EXPECT_EQ(read[1].inspection, "10") << "numbers are compared as numbers";
  EXPECT_TRUE(read[1].failed());
  EXPECT_DOUBLE_EQ(census_rate(read), 0.5);
}

TEST_F(Chicago, StrataFollowTheFacilityType) {
  auto const read = must_read(
      "1,A,1,Restaurant,Risk 1 (High),X,2012-01-02,Pass,\n"
      "2,B,2,Grocery & Restaurant,Risk 1 (High),X,2012-01-02,Pass,\n"
      "3,C,3,School,Risk 1 (High),X,2012-01-02,Pass w/ Conditions,\n"
      "4,D,4,Restaurant/Bar,Risk 1 (High),X,2012-01-02,Pass,\n");
  ASSERT_EQ(read.size(), 4U);
  EXPECT_EQ(read[0].stratum, Stratum::restaurant);
  EXPECT_EQ(read[1].stratum, Stratum::grocery);
  EXPECT_EQ(read[2].stratum, Stratum::other);
  EXPECT_EQ(read[3].stratum, Stratum::other);
  EXPECT_EQ(census_rate(read), 0) << "passing with conditions is no failure";
}

TEST_F(Chicago, RowsThatCannotBeReadAreNamed) {
  EXPECT_EQ(why_refused("1,A,1,Restaurant,All,X,2012-01-02,Pass,\n"), "bad_row 2: Risk");
  EXPECT_EQ(why_refused("1,A,x,Restaurant,Risk 1 (High),X,2012-01-02,Pass,\n"), "bad_row 2: License");
  EXPECT_EQ(why_refused("1,A,1,Restaurant,Risk 1 (High),X,2012-13-02,Pass,\n"), "bad_row 2: Inspection_Date");
  EXPECT_EQ(why_refused("1,A,1\n").substr(0, 9), "bad_row 2");
}

TEST_F(Chicago, SamplesAreAllocatedByLargestRemainder) {
  EXPECT_THAT(allocate({8128, 1944, 2295}, 500), ElementsAre(329, 78, 93));
  EXPECT_THAT(allocate({1000, 1, 10}, 50), ElementsAre(47, 1, 2)) << "a stratum of one gives one";
  EXPECT_THAT(allocate({10, 10, 10}, 100), ElementsAre(10, 10, 10));
  EXPECT_THAT(allocate({0, 0, 0}, 5), ElementsAre(0, 0, 0));
  EXPECT_THAT(allocate({10, 10, 10}, 3), ElementsAre(2, 2, 2));
}

TEST_F(Chicago, ACensusAlwaysCoversAndNeverHasAnInterval) {
  auto const town_rows = must_read(town(30));
  auto const all = measure_coverage(town_rows, 30, 3);
  ASSERT_TRUE(all);
  EXPECT_EQ(all->redraws, 3U);
  EXPECT_EQ(all->covered, 0U) << "no sampling error, no interval";
  EXPECT_NEAR(all->mean_estimate, census_rate(town_rows), 1e-12);
}

TEST_F(Chicago, TheEstimateHasNoBias) {
  auto const town_rows = must_read(town(400));
  auto const measured = measure_coverage(town_rows, 80, 800);
  ASSERT_TRUE(measured);
  EXPECT_NEAR(measured->mean_estimate, census_rate(town_rows), 0.01);  // five standard errors of the mean
  EXPECT_GT(measured->rate(), 0.88);
}

TEST_F(Chicago, ARoundRunsToItsPublicationAndVerifies) {
  kernel::Catalogue catalogue;
  for (auto* module : {kernel::kernel_module, archive::module, people::module, inspection::module})
    catalogue.add(module());
  FixedClock clock(*parse_instant("2026-03-02T01:00:00Z"));
  auto const data = folder_ / "data";
  ASSERT_TRUE(kernel::System::init(data, chicago_settings(), catalogue, clock));
  auto const system = kernel::System::open(data, catalogue, clock);
  auto const town_rows = must_read(town(90));
  auto const round = run_round(*system, clock, town_rows, 18);
  ASSERT_TRUE(round) << round.refusal().code << " " << round.refusal().detail;
  EXPECT_EQ(round->imported.created, 90);
  EXPECT_EQ(round->imported.refused, 0);
  EXPECT_EQ(round->bulletin.drawn.value, 18);
  EXPECT_EQ(round->bulletin.published.value, 18);
  EXPECT_EQ(round->bulletin.on_time.value, 18);
  EXPECT_EQ(round->bulletin.problem_rate.estimator, "horvitz_thompson");
  EXPECT_EQ(round->bulletin.problem_rate.population, 90);
  EXPECT_EQ(round->verdict, "ok 丙");
  EXPECT_EQ(kernel::verify_deep(*system).findings.size(), 0U);
}

TEST_F(Chicago, TheRealCityHasTheRateItsCensusHas) {
  fs::path const real = fs::path(PLUMBLINE_SHARED_DIR) / "data/chicago-food-inspections/inspections.csv";
  if (!fs::exists(real)) GTEST_SKIP() << "the city's file is not here";
  auto const read = read_establishments(real);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->size(), 12'367U);
  EXPECT_NEAR(census_rate(*read), 0.2176, 0.00005);
  auto const measured = measure_coverage(*read, 500, 200);
  ASSERT_TRUE(measured);
  EXPECT_NEAR(measured->mean_estimate, 0.2176, 0.007);  // five standard errors of the mean
  EXPECT_GT(measured->rate(), 0.88);
}

}  // namespace
}  // namespace plumbline::replay
