// Which days count as working days: the yearly notices of the State Council's General Office
// (国务院办公厅关于部分节假日安排的通知) name holidays and the weekend days worked in lieu (调休上班).
#pragma once
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"

namespace plumbline {

bool is_weekend(Date date);

class WorkdayCalendar {
 public:
  // Without any published year: every weekday is a workday and nothing is covered.
  WorkdayCalendar() = default;
  // The notices of the years first_year..last_year. Days may come in any order.
  WorkdayCalendar(int first_year, int last_year, std::vector<Date> holidays,
                  std::vector<Date> makeup_workdays);

  // Monday to Friday unless declared off; or a weekend day declared worked. Outside the published
  // years plain weekends decide: ask covers() whether the answer is final.
  bool is_workday(Date date) const;
  // Declared off (法定节假日 with the rest days around it); plain weekends are not holidays.
  bool is_holiday(Date date) const;
  bool is_makeup_workday(Date date) const;
  // The year's notice is loaded. A later notice may still move days around New Year's Eve.
  bool covers(Date date) const;
  bool empty() const { return last_year_ < first_year_; }
  int first_year() const { return first_year_; }  // 0 when empty
  int last_year() const { return last_year_; }    // -1 when empty

  Date workday_on_or_after(Date date) const;
  Date workday_on_or_before(Date date) const;
  // Workdays after `from` up to and including `to` (the trigger day is not counted); 0 when to <= from.
  int workdays_between(Date from, Date to) const;

  // This calendar with the notice of `year` added, or put in the place of the one loaded. The year must
  // follow, precede or lie within the published ones. Days may also lie in the December before or the
  // January after. Refused with "calendar_gap", "calendar_day_outside_year" or "calendar_day_twice".
  Result<WorkdayCalendar> with_year(int year, std::vector<Date> holidays,
                                    std::vector<Date> makeup_workdays) const;

  std::vector<Date> const& holidays() const { return holidays_; }                // ascending
  std::vector<Date> const& makeup_workdays() const { return makeup_workdays_; }  // ascending
  friend bool operator==(WorkdayCalendar const&, WorkdayCalendar const&) = default;

 private:
  int first_year_ = 0;
  int last_year_ = -1;
  std::vector<Date> holidays_;
  std::vector<Date> makeup_workdays_;
};

// The notices that were published when the program was built (npm chinese-days: 2004 to 2026).
WorkdayCalendar const& built_in_calendar();

}  // namespace plumbline
