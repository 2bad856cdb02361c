// The holidays of 2024 to 2026 as rules.md section 12.8 lists them: written by hand, so that the
// calendar generated from the npm package can be held against them.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "base/calendar.hpp"

namespace plumbline {

inline Date day(std::string_view text) { return parse_date(text).value(); }

// "01-01 02-16..20" as dates of the year.
inline std::vector<Date> days_of(int year, std::string_view text) {
  std::vector<Date> dates;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t const end = std::min(text.find(' ', at), text.size());
    std::string_view const item = text.substr(at, end - at);
    Date const first = day(std::to_string(year) + '-' + std::string(item.substr(0, 5)));
    dates.push_back(first);
    if (item.size() > 5) {
      Date const last =
          day(std::to_string(year) + '-' + std::string(item.substr(0, 3)) + std::string(item.substr(7)));
      for (Date date = first + 1; date <= last; date = date + 1) dates.push_back(date);
    }
    at = end + 1;
  }
  return dates;
}

struct NoticeYear {
  int year;
  int workdays;
  std::string_view weekdays_off;
  std::string_view weekends_worked;
};
inline constexpr NoticeYear notice_years[] = {
    {2024, 251, "01-01 02-12..16 04-04 04-05 05-01..03 06-10 09-16 09-17 10-01..04 10-07",
     "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12"},
    {2025, 248, "01-01 01-28..31 02-03 02-04 04-04 05-01 05-02 05-05 06-02 10-01..03 10-06..08",
     "01-26 02-08 04-27 09-28 10-11"},
    {2026, 248, "01-01 01-02 02-16..20 02-23 04-06 05-01 05-04 05-05 06-19 09-25 10-01 10-02 10-05..07",
     "01-04 02-14 02-28 05-09 09-20 10-10"},
};

inline WorkdayCalendar calendar_2024_to_2026() {
  std::vector<Date> holidays;
  std::vector<Date> makeup_workdays;
  for (NoticeYear const& notice : notice_years) {
    for (Date const date : days_of(notice.year, notice.weekdays_off)) holidays.push_back(date);
    for (Date const date : days_of(notice.year, notice.weekends_worked)) makeup_workdays.push_back(date);
  }
  return {2024, 2026, std::move(holidays), std::move(makeup_workdays)};
}

}  // namespace plumbline
