// Every scenario file of every module, four ways: on SQLite, on PostgreSQL, with a restart after every act,
// with all tables made again from the log.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "base/hash.hpp"
#include "product/catalogue.hpp"
#include "scenario/scenario.hpp"
#include "store_testing/scratch.hpp"

namespace plumbline::scenario {
namespace {

namespace fs = std::filesystem;
using store::Engine;

std::vector<fs::path> scenario_files() {
  std::vector<fs::path> files;
  for (auto const& entry :
       fs::recursive_directory_iterator(fs::path(PLUMBLINE_SOURCE_DIR) / "src" / "modules"))
    if (entry.path().extension() == ".scenario") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

std::string name_of(fs::path const& file) {
  std::string name = file.parent_path().parent_path().filename().string() + "_" + file.stem().string();
  std::replace_if(
      name.begin(), name.end(), [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
  return name;
}

class Scenarios : public ::testing::TestWithParam<fs::path> {
 protected:
  void SetUp() override {
    folder_ = fs::temp_directory_path() / ("plumbline-scenario-" + hex_encode(random_bytes(8)));
  }
  void TearDown() override { fs::remove_all(folder_); }

  void run(Way way, std::string const& database = "") {
    auto const steps = load_scenario(GetParam());
    ASSERT_TRUE(steps) << steps.refusal().detail;
    auto const outcome = run_scenario(*steps, {product::catalogue(), folder_, database, "3715", way});
    for (auto const& failure : outcome.failures) ADD_FAILURE() << failure;
    EXPECT_GT(outcome.acts, 0);
    EXPECT_GT(outcome.expectations + outcome.refusals, 0);
  }

  fs::path folder_;
};

TEST_P(Scenarios, Sqlite) { run(Way::plain); }
TEST_P(Scenarios, Restarted) { run(Way::restart); }
TEST_P(Scenarios, Rebuilt) { run(Way::rebuild); }
TEST_P(Scenarios, Postgres) {
  if (!store::testing::Scratch::available(Engine::postgres)) GTEST_SKIP() << "no PostgreSQL server named";
  store::testing::Scratch const scratch(Engine::postgres);
  run(Way::plain, scratch.address());
}

INSTANTIATE_TEST_SUITE_P(Modules, Scenarios, ::testing::ValuesIn(scenario_files()),
                         [](auto const& parameter) { return name_of(parameter.param); });

}  // namespace
}  // namespace plumbline::scenario
