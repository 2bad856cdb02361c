#include "base/calendar.hpp"

#include <algorithm>

namespace plumbline {
namespace {

bool holds(std::vector<Date> const& sorted, Date date) {
  return std::binary_search(sorted.begin(), sorted.end(), date);
}

std::vector<Date> sorted_unique(std::vector<Date> dates) {
  std::sort(dates.begin(), dates.end());
  dates.erase(std::unique(dates.begin(), dates.end()), dates.end());
  return dates;
}

// `kept` without the days of the year and without those the new notice names otherwise, and `added`.
std::vector<Date> merged(std::vector<Date> const& kept, int year, std::vector<Date> const& added,
                         std::vector<Date> const& otherwise) {
  std::vector<Date> dates = added;
  for (Date const date : kept)
    if (year_of(date) != year && !holds(otherwise, date)) dates.push_back(date);
  return sorted_unique(std::move(dates));
}

// A notice settles its year and may reach into the December before and the January after.
bool within_notice(Date date, int year) {
  return date >= make_date(year - 1, 12, 1) && date <= make_date(year + 1, 1, 31);
}

}  // namespace

bool is_weekend(Date date) { return std::chrono::weekday{date.value}.iso_encoding() >= 6; }

WorkdayCalendar::WorkdayCalendar(int first_year, int last_year, std::vector<Date> holidays,
                                 std::vector<Date> makeup_workdays)
    : first_year_(first_year),
      last_year_(last_year),
      holidays_(sorted_unique(std::move(holidays))),
      makeup_workdays_(sorted_unique(std::move(makeup_workdays))) {}

bool WorkdayCalendar::is_holiday(Date date) const { return holds(holidays_, date); }
bool WorkdayCalendar::is_makeup_workday(Date date) const { return holds(makeup_workdays_, date); }

bool WorkdayCalendar::is_workday(Date date) const {
  return is_makeup_workday(date) || (!is_weekend(date) && !is_holiday(date));
}

bool WorkdayCalendar::covers(Date date) const {
  int const year = year_of(date);
  return first_year_ <= year && year <= last_year_;
}

Date WorkdayCalendar::workday_on_or_after(Date date) const {
  while (!is_workday(date)) date = date + 1;
  return date;
}

Date WorkdayCalendar::workday_on_or_before(Date date) const {
  while (!is_workday(date)) date = date + -1;
  return date;
}

int WorkdayCalendar::workdays_between(Date from, Date to) const {
  int count = 0;
  for (Date date = from + 1; date <= to; date = date + 1) count += is_workday(date) ? 1 : 0;
  return count;
}

Result<WorkdayCalendar> WorkdayCalendar::with_year(int year, std::vector<Date> holidays,
                                                   std::vector<Date> makeup_workdays) const {
  if (!empty() && (year < first_year_ - 1 || year > last_year_ + 1))
    return Refusal{"calendar_gap", std::to_string(year), {}};
  holidays = sorted_unique(std::move(holidays));
  makeup_workdays = sorted_unique(std::move(makeup_workdays));
  for (auto const* days : {&holidays, &makeup_workdays})
    for (Date const date : *days)
      if (!within_notice(date, year)) return Refusal{"calendar_day_outside_year", to_string(date), {}};
  for (Date const date : holidays)
    if (holds(makeup_workdays, date)) return Refusal{"calendar_day_twice", to_string(date), {}};
  return WorkdayCalendar(empty() ? year : std::min(first_year_, year),
                         empty() ? year : std::max(last_year_, year),
                         merged(holidays_, year, holidays, makeup_workdays),
                         merged(makeup_workdays_, year, makeup_workdays, holidays));
}

}  // namespace plumbline
