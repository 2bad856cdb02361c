#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "archive/api.hpp"
#include "base/hash.hpp"
#include "demo/city.hpp"
#include "demo/round.hpp"
#include "inspection/api.hpp"
#include "inspection/service.hpp"
#include "kernel/audit.hpp"
#include "kernel/grants.hpp"
#include "kernel/import.hpp"
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

TEST(Demo, EveryRoleHasAnAccount) {
  Place place("3715");
  auto const city = build_city(place.system(), place.clock(), small("3715", 7));
  ASSERT_TRUE(city);
  for (int role = 0; role < kernel::role_count; ++role) {
    auto const name = kernel::to_string(static_cast<kernel::Role>(role));
    if (name == "system" || name == "clock") continue;  // nobody's
    auto const person = std::ranges::find(city->people, name, &DemoAccount::role);
    ASSERT_NE(person, city->people.end()) << name;
    EXPECT_TRUE(place.system().account_of(person->login)) << name;
  }
}

// All that an officer, inspector, leader … of one county may see, in one viewer.
kernel::Viewer staff_of(kernel::System& system, std::string const& county) {
  std::vector<kernel::Grant> grants;
  for (int role = 0; role < kernel::role_count; ++role) {
    kernel::Grant grant;
    grant.role = static_cast<kernel::Role>(role);
    grant.scope = county;
    grant.valid_from = make_date(2000, 1, 1);
    grants.push_back(grant);
  }
  return kernel::make_viewer(system.settings().jurisdiction, {}, grants, *system.regions(),
                             system.clock().now());
}

// By the codes themselves, not by the product's region tree.
bool belongs_to(std::string const& county, kernel::Found const& found) {
  return std::ranges::any_of(found.envelope.scopes,
                             [&](auto const& scope) { return scope.starts_with(county); });
}

void expect_own_records_only(Place& place, kernel::Register const& reg, std::string const& county) {
  auto& system = place.system();
  auto& reads = system.reads();
  auto const viewer = staff_of(system, county);
  std::set<Uuid> own;
  std::vector<Uuid> foreign;
  ASSERT_TRUE(reads.stream(kernel::system_viewer("3715"), reg.name, {}, [&](kernel::Found const& found) {
    if (belongs_to(county, found))
      own.insert(found.id);
    else
      foreign.push_back(found.id);
    return true;
  }));

  std::set<Uuid> listed;
  kernel::Query query;
  query.limit = 200;
  do {
    auto const page = reads.list(viewer, reg.name, query);
    ASSERT_TRUE(page);
    for (auto const& found : page->items) listed.insert(found.id);
    query.cursor = page->next;
  } while (!query.cursor.empty());
  EXPECT_EQ(listed, own) << reg.name;
  EXPECT_EQ(*reads.count(viewer, reg.name, {}), static_cast<std::int64_t>(own.size())) << reg.name;
  auto const file = place.folder() / "export.csv";
  EXPECT_EQ(*kernel::export_register(system, viewer, reg.name, {}, {file, {}, {}}), std::ssize(own))
      << reg.name;
  foreign.resize(std::min<std::size_t>(foreign.size(), 20));
  for (auto const& id : foreign) {
    EXPECT_FALSE(reads.get(viewer, reg.name, id)) << reg.name;
    EXPECT_EQ(reads.history(viewer, reg.name, id).refusal().code, "not_found") << reg.name;
    EXPECT_EQ(kernel::opening(system, viewer, reg.name, id, 1, {}).refusal().code, "not_found") << reg.name;
  }
}

TEST(Demo, ACountySeesAndCountsItsOwnRecordsInEveryRegister) {
  Place place("3715");
  auto& system = place.system();
  use_demo_witnesses(system, place.clock());
  auto const city = build_city(system, place.clock(), small("3715", 3));
  ASSERT_TRUE(city);
  auto const round = run_round(system, place.clock(), *city, first_round(*city));
  for (std::string const county : {"371581", "371502"}) {
    std::int64_t seen = 0;
    for (auto const& reg : catalogue().registers()) {
      expect_own_records_only(place, reg, county);
      seen += *system.reads().count(staff_of(system, county), reg.name, {});
    }
    EXPECT_GT(seen, 3) << county;
    auto const due = system.reads().due_clocks(staff_of(system, county), make_date(2099, 1, 1), 200);
    ASSERT_TRUE(due);
    for (auto const& clock : *due)
      EXPECT_TRUE(belongs_to(
          county, *system.reads().get(kernel::system_viewer("3715"), clock.register_name, clock.record)));
    // A figure counts what its reader may open.
    auto const figures = inspection::bulletin(system, staff_of(system, county), round.task);
    if (!figures) {
      EXPECT_EQ(figures.refusal().code, "unknown_task");
      continue;
    }
    kernel::Query of_task;
    of_task.where.push_back({"task", kernel::Compare::equal, {to_string(round.task)}});
    EXPECT_LE(figures->drawn.value, *system.reads().count(staff_of(system, county), "check", of_task));
  }
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
