#include "base/calendar.hpp"

#include <gtest/gtest.h>

#include "calendar_fixture.hpp"

namespace plumbline {
namespace {

TEST(WorkdayCalendar, counts_the_workdays_of_a_year) {
  auto const calendar = calendar_2024_to_2026();
  for (NoticeYear const& notice : notice_years)
    EXPECT_EQ(calendar.workdays_between(make_date(notice.year - 1, 12, 31), make_date(notice.year, 12, 31)),
              notice.workdays)
        << notice.year;
}

TEST(WorkdayCalendar, answers_for_single_days) {
  auto const calendar = calendar_2024_to_2026();
  EXPECT_TRUE(calendar.is_workday(day("2026-01-05")));
  EXPECT_FALSE(calendar.is_workday(day("2026-01-02"))) << "declared off on a Friday";
  EXPECT_FALSE(calendar.is_workday(day("2026-01-10"))) << "Saturday";
  EXPECT_TRUE(calendar.is_workday(day("2026-01-04"))) << "Sunday worked in lieu";
  EXPECT_TRUE(calendar.is_makeup_workday(day("2026-01-04")));
  EXPECT_TRUE(calendar.is_holiday(day("2026-10-01")));
  EXPECT_FALSE(calendar.is_holiday(day("2026-01-10"))) << "a plain weekend is no holiday";
  EXPECT_TRUE(is_weekend(day("2026-01-04")));
  EXPECT_FALSE(is_weekend(day("2026-01-05")));
}

TEST(WorkdayCalendar, covers_published_years_only) {
  auto const calendar = calendar_2024_to_2026();
  EXPECT_FALSE(calendar.covers(day("2023-12-31")));
  EXPECT_TRUE(calendar.covers(day("2024-01-01")));
  EXPECT_TRUE(calendar.covers(day("2026-12-31")));
  EXPECT_FALSE(calendar.covers(day("2027-01-01")));
  EXPECT_TRUE(calendar.is_workday(day("2027-01-01"))) << "a plain Friday until the notice says otherwise";
  EXPECT_FALSE(WorkdayCalendar{}.covers(day("2026-01-01")));
  EXPECT_FALSE(WorkdayCalendar{}.covers(Date{}));
}

TEST(WorkdayCalendar, finds_the_next_and_the_last_workday) {
  auto const calendar = calendar_2024_to_2026();
  EXPECT_EQ(calendar.workday_on_or_after(day("2026-10-01")), day("2026-10-08"));
  EXPECT_EQ(calendar.workday_on_or_after(day("2026-10-08")), day("2026-10-08"));
  EXPECT_EQ(calendar.workday_on_or_before(day("2026-10-07")), day("2026-09-30"));
  EXPECT_EQ(calendar.workdays_between(day("2026-09-30"), day("2026-10-08")), 1);
  EXPECT_EQ(calendar.workdays_between(day("2026-10-08"), day("2026-09-30")), 0);
}

TEST(WorkdayCalendar, a_new_notice_adds_its_year) {
  auto const calendar = calendar_2024_to_2026();
  auto const grown = calendar.with_year(2027, {day("2026-12-31"), day("2027-01-01")}, {day("2027-01-03")});
  ASSERT_TRUE(grown);
  EXPECT_EQ(grown->last_year(), 2027);
  EXPECT_EQ(grown->first_year(), 2024);
  EXPECT_FALSE(grown->is_workday(day("2027-01-01")));
  EXPECT_TRUE(grown->is_workday(day("2027-01-03")));
  EXPECT_FALSE(grown->is_workday(day("2026-12-31"))) << "the notice reaches back over New Year";
  EXPECT_EQ(grown->is_workday(day("2026-10-01")), calendar.is_workday(day("2026-10-01")));

  auto const corrected = grown->with_year(2027, {day("2027-01-01")}, {});
  ASSERT_TRUE(corrected);
  EXPECT_FALSE(corrected->is_workday(day("2027-01-03"))) << "the earlier notice of the year is replaced";
}

TEST(WorkdayCalendar, refuses_a_notice_that_cannot_be_right) {
  auto const calendar = calendar_2024_to_2026();
  EXPECT_EQ(calendar.with_year(2028, {}, {}).refusal().code, "calendar_gap");
  EXPECT_EQ(calendar.with_year(2022, {}, {}).refusal().code, "calendar_gap");
  EXPECT_EQ(calendar.with_year(2027, {day("2026-10-01")}, {}).refusal().code, "calendar_day_outside_year");
  EXPECT_EQ(calendar.with_year(2027, {}, {day("2028-02-01")}).refusal().code, "calendar_day_outside_year");
  EXPECT_EQ(calendar.with_year(2027, {day("2027-01-03")}, {day("2027-01-03")}).refusal().code,
            "calendar_day_twice");
  EXPECT_TRUE(WorkdayCalendar{}.with_year(2027, {day("2027-01-01")}, {}));
}

}  // namespace
}  // namespace plumbline
