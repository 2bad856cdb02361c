#include "demo/city.hpp"

#include "base/divisions.hpp"
#include "firms.hpp"
#include "office.hpp"

namespace plumbline::demo {

namespace {
constexpr std::int64_t firms_min = 60;
constexpr std::int64_t firms_max = 200'000;  // serials of invented credit codes
}  // namespace

Date first_day() { return make_date(2026, 2, 24); }

Result<City> build_city(kernel::System& system, SteppingClock& clock, CityOptions const& options) {
  if (options.prefecture.size() != 4 || !division_exists(options.prefecture))
    return Refusal{"unknown_division", options.prefecture, {}};
  if (options.firms < firms_min) return Refusal{"too_few_firms", std::to_string(firms_min), {}};
  if (options.firms > firms_max) return Refusal{"too_many_firms", std::to_string(firms_max), {}};
  City city;
  city.options = options;
  Hand hand(system, clock, options.seed);
  hand.wait_until(first_day(), 9);
  found_bureau(hand, city);
  employ_staff(hand, city);
  employ_inspectors(hand, city);
  hand.wait_until(first_day(), 14);
  auto const firms = settle_firms(hand, options, city.accounts.at("officer"));
  hand.wait_until(first_day() + 1, 9);
  represent_firm(hand, city, firms.front());
  declare_relations(hand, city, firms);
  list_items(hand, city);
  plan_year(hand, city);
  return city;
}

}  // namespace plumbline::demo
