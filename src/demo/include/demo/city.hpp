// A plausible city for demonstrations and tests: bureau, inspectors, firms, this year's plan. Everything
// follows from a seed, ids of records included; only the log's salts and keys do not. Firms, people and
// telephone numbers are invented; the divisions are real.
#pragma once
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/uuid.hpp"
#include "demo/clock.hpp"
#include "kernel/system.hpp"

namespace plumbline::demo {

struct CityOptions {
  std::string prefecture = "3715";  // GB/T 2260, four digits: Liaocheng
  std::uint64_t seed = 1;
  std::int64_t firms = 3000;  // 60 to 200,000: fewer, and a trade is missing
  std::int64_t inspectors = 60;
};

// One person of the demonstration and what they may do.
struct DemoAccount {
  std::string login;
  std::string role;
  std::string scope;  // region code, or the firm's name
};

struct City {
  CityOptions options;
  std::string name;       // "聊城市"
  std::string authority;  // code of the bureau, "371500"
  Uuid bureau;
  Uuid quality_department, food_department, equipment_department;
  Uuid quality_item, food_item, equipment_item;
  Uuid quality_batch, food_batch;        // lines of the annual plan, signed for
  std::map<std::string, Uuid> accounts;  // by login
  std::map<Uuid, Uuid> account_of;       // inspector → account
  std::vector<DemoAccount> people;       // inspectors: the first two only
};

// The day the story begins: the clock of a city must stand here or earlier.
Date first_day();

// Fills a data folder that System::init has just made for options.prefecture and moves the clock on to the
// day after the plan was announced. Refused "unknown_division", "too_few_firms". Throws
// std::runtime_error where the office refuses an act of the story: a defect of the story.
Result<City> build_city(kernel::System& system, SteppingClock& clock, CityOptions const& options);

// Two witnesses under the data folder, and the policy that asks for both. They stand on the same machine
// and in the same hand as the log: they show how it works and vouch for nothing.
void use_demo_witnesses(kernel::System& system, Clock const& clock);

}  // namespace plumbline::demo
