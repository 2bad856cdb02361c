// The demonstrations: a city to look around in, and one round proven from end to end.
#pragma once
#include <cstdint>
#include <filesystem>
#include <string>

namespace plumbline::app {

struct DemoCommand {
  std::filesystem::path data = "data";
  std::string prefecture = "3715";
  std::uint64_t seed = 1;
  std::int64_t firms = 3000;
};
// A city with one finished round and one under way in a new data folder; prints the demo accounts.
int run_demo(DemoCommand const& command);

struct OnceCommand {
  std::filesystem::path keep;  // where the data folder stays; "" = a temporary one, removed at the end
  std::string prefecture = "3715";
  std::uint64_t seed = 1;
  std::int64_t firms = 3000;
};
// A fresh city and one round: bulletin, then log, tables and draw verified. 0 only when all is well.
int run_once(OnceCommand const& command);

}  // namespace plumbline::app
