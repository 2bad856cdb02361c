#include <gtest/gtest.h>

#include <filesystem>

#include "archive/api.hpp"
#include "base/hash.hpp"
#include "demo/city.hpp"
#include "demo/round.hpp"
#include "inspection/api.hpp"
#include "inspection/service.hpp"
#include "kernel/audit.hpp"
#include "kernel/grants.hpp"
#include "kernel/publisher.hpp"
#include "kernel/registers.hpp"
#include "people/api.hpp"
#include "product/catalogue.hpp"
#include "publication/file_source.hpp"
#include "publication/verify_draw.hpp"
#include "publication/verify_log.hpp"

namespace plumbline::demo {
namespace {

namespace fs = std::filesystem;

using product::catalogue;

// A city in a folder of its own, gone at the end.
class Place {
 public:
  explicit Place(std::string const& prefecture)
      : folder_(fs::temp_directory_path() / ("plumbline-demo-" + hex_encode(random_bytes(8)))),
        clock_(start_of_legal_day(first_day())) {
    auto const made =
        kernel::System::init(folder_, {prefecture, "demo.example/" + prefecture, ""}, catalogue(), clock_);
    EXPECT_TRUE(made) << made.refusal().code;
    system_ = kernel::System::open(folder_, catalogue(), clock_);
  }
  ~Place() {
    system_.reset();
    fs::remove_all(folder_);
  }
  Place(Place const&) = delete;
  Place& operator=(Place const&) = delete;

  kernel::System& system() { return *system_; }
  SteppingClock& clock() { return clock_; }
  fs::path folder() const { return folder_; }

  // Ids and bodies of a register.
  std::vector<std::string> content(std::string const& register_name) {
    std::vector<std::string> rows;
    auto const read = system_->reads().stream(
        kernel::system_viewer(system_->settings().jurisdiction), register_name, {}, [&](auto const& found) {
          rows.push_back(to_string(found.id) + " " + found.state + " " + found.body);
          return true;
        });
    EXPECT_TRUE(read);
    return rows;
  }

 private:
  fs::path folder_;
  SteppingClock clock_;
  std::unique_ptr<kernel::System> system_;
};

CityOptions small(std::string prefecture, std::uint64_t seed) {
  return {.prefecture = std::move(prefecture), .seed = seed, .firms = 60, .inspectors = 30};
}

TEST(Demo, OneSeedMakesOneCity) {
  Place first("3715"), second("3715"), other("3715");
  ASSERT_TRUE(build_city(first.system(), first.clock(), small("3715", 7)));
  ASSERT_TRUE(build_city(second.system(), second.clock(), small("3715", 7)));
  ASSERT_TRUE(build_city(other.system(), other.clock(), small("3715", 8)));
  for (std::string const name : {"firm", "site", "inspector", "organisation", "annual_plan", "plan_batch"}) {
    auto const rows = first.content(name);
    EXPECT_FALSE(rows.empty()) << name;
    EXPECT_EQ(rows, second.content(name)) << name;
  }
  EXPECT_EQ(first.content("firm").size(), 60U);
  EXPECT_NE(first.content("firm"), other.content("firm"));
}

TEST(Demo, AnyPrefectureIsACity) {
  Place guangzhou("4401");
  auto const city = build_city(guangzhou.system(), guangzhou.clock(), small("4401", 1));
  ASSERT_TRUE(city);
  EXPECT_EQ(city->name, "广州市");
  Place beijing("1101"), dongguan("4419");  // a level that only groups; no counties at all
  auto const capital = build_city(beijing.system(), beijing.clock(), small("1101", 1));
  ASSERT_TRUE(capital);
  EXPECT_EQ(capital->name, "北京市");
  EXPECT_TRUE(build_city(dongguan.system(), dongguan.clock(), small("4419", 1)));
  Place nowhere("3715");
  auto const refused = build_city(nowhere.system(), nowhere.clock(), small("9999", 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.refusal().code, "unknown_division");
}

TEST(Demo, BothRoundsVerifyAtTheGradeTheyClaim) {
  Place place("3715");
  auto& system = place.system();
  use_demo_witnesses(system, place.clock());
  auto const city = build_city(system, place.clock(), small("3715", 1));
  ASSERT_TRUE(city);
  auto const finished = run_round(system, place.clock(), *city, first_round(*city));
  auto const open = run_round(system, place.clock(), *city, second_round(*city));
  EXPECT_EQ(finished.checks_done, finished.drawn);
  EXPECT_GT(open.checks_done, 0);
  EXPECT_LT(open.checks_done, open.drawn);

  publication::DrawVerifyOptions options{
      system.log().vkey(), {}, place.clock().now(), publication::Grade::jia};
  auto const verdict =
      publication::verify_draws(publication::FolderSource(place.folder() / "public" / "draws"), options);
  ASSERT_TRUE(verdict) << verdict.failure().error << " " << verdict.failure().file << " "
                       << verdict.failure().why;
  ASSERT_EQ(verdict.report().draws.size(), 2U);
  EXPECT_EQ(verdict.report().draws[0].stage, publication::DrawStage::open);
  // Weights by class: the result is public, who hides behind it stays sealed.
  EXPECT_EQ(verdict.report().draws[1].stage, publication::DrawStage::sealed);

  auto const log = publication::verify_log(publication::FolderSource(place.folder() / "public" / "log"),
                                           {.vkey = system.log().vkey(),
                                            .policy = {},
                                            .since = {},
                                            .entries = publication::EntryReading::automatic,
                                            .progress = {}});
  ASSERT_TRUE(log) << log.failure().error;
  EXPECT_EQ(log.report().grade, publication::Grade::jia);
  EXPECT_TRUE(kernel::verify_deep(system).findings.empty());

  // The recusal was replaced by the rule anyone can recompute, the firm struck off by a reserve.
  EXPECT_TRUE(fs::exists(place.folder() / "public" / open.folder / "recusal-1.entry"));
  EXPECT_EQ(place.content("recusal").size(), 1U);

  auto const figures = inspection::bulletin(system, kernel::system_viewer("3715"), finished.task);
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->done.value, figures->drawn.value);
  EXPECT_EQ(figures->on_time.value, figures->done.value);
  EXPECT_TRUE(figures->problem_rate.value);
}

}  // namespace
}  // namespace plumbline::demo
