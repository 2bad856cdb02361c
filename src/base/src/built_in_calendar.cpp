#include "base/calendar.hpp"
#include "reference_data.hpp"

namespace plumbline {
namespace {

std::vector<Date> dates_of(std::span<std::int32_t const> numbers) {
  std::vector<Date> dates;
  dates.reserve(numbers.size());
  for (std::int32_t const number : numbers)
    dates.push_back(make_date(number / 10'000, static_cast<unsigned>(number / 100 % 100),
                              static_cast<unsigned>(number % 100)));
  return dates;
}

}  // namespace

WorkdayCalendar const& built_in_calendar() {
  static WorkdayCalendar const calendar(reference::calendar_first_year, reference::calendar_last_year,
                                        dates_of(reference::holidays), dates_of(reference::makeup_workdays));
  return calendar;
}

}  // namespace plumbline
