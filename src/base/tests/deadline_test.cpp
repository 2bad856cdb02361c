#include "base/deadline.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "calendar_fixture.hpp"

namespace plumbline {
namespace {

WorkdayCalendar const& calendar() {
  static WorkdayCalendar const loaded = calendar_2024_to_2026();
  return loaded;
}

struct Vector {
  char const* trigger;
  DeadlineRule rule;
  char const* due;
};

void expect_due(Vector const& vector) {
  Due const due = due_on(vector.rule, day(vector.trigger), calendar());
  EXPECT_EQ(to_string(due.on), vector.due) << vector.trigger << " + " << vector.rule.count;
  EXPECT_FALSE(due.provisional);
}

DeadlineRule workdays(int count) { return {count, Unit::workday, RollOver::all_non_workdays}; }
DeadlineRule calendar_days(int count, RollOver roll_over = RollOver::all_non_workdays) {
  return {count, Unit::calendar_day, roll_over};
}

TEST(Deadline, workdays_as_in_the_rules) {
  for (Vector const& vector : {Vector{"2026-02-10", workdays(7), "2026-02-26"},
                               {"2026-09-21", workdays(15), "2026-10-19"},
                               {"2026-04-28", workdays(20), "2026-05-28"},
                               {"2025-09-26", workdays(20), "2025-10-30"},
                               {"2026-01-01", workdays(5), "2026-01-08"}})
    expect_due(vector);
}

TEST(Deadline, calendar_days_as_in_the_rules) {
  for (Vector const& vector : {Vector{"2026-07-29", calendar_days(60), "2026-09-28"},
                               {"2026-07-23", calendar_days(75), "2026-10-08"},
                               {"2026-09-16", calendar_days(15), "2026-10-08"},
                               {"2026-07-03", calendar_days(90), "2026-10-08"},
                               {"2025-12-04", calendar_days(30), "2026-01-04"}})
    expect_due(vector);
}

TEST(Deadline, roll_over_is_configuration) {
  // 2026-07-29 + 60 days is Sunday 2026-09-27, after the Mid-Autumn holiday of the 25th.
  expect_due({"2026-07-29", calendar_days(60, RollOver::none), "2026-09-27"});
  expect_due({"2026-07-29", calendar_days(60, RollOver::holidays_only), "2026-09-27"});
  expect_due({"2026-09-10", calendar_days(15, RollOver::holidays_only), "2026-09-26"});
  expect_due({"2026-09-10", calendar_days(15, RollOver::none), "2026-09-25"});
  expect_due({"2026-09-10", calendar_days(15), "2026-09-28"});
}

TEST(Deadline, the_trigger_day_does_not_count) {
  expect_due({"2026-03-02", workdays(0), "2026-03-02"});
  expect_due({"2026-03-02", workdays(1), "2026-03-03"});
  expect_due({"2026-03-06", workdays(1), "2026-03-09"});
  expect_due({"2026-03-07", workdays(1), "2026-03-09"});
}

TEST(Deadline, months_and_years_clamp_to_the_last_day) {
  EXPECT_EQ(to_string(add_months(day("2026-01-31"), 1)), "2026-02-28");
  EXPECT_EQ(to_string(add_months(day("2024-01-31"), 1)), "2024-02-29");
  EXPECT_EQ(to_string(add_months(day("2024-02-29"), 12)), "2025-02-28");
  EXPECT_EQ(to_string(add_months(day("2026-08-31"), 6)), "2027-02-28");
  EXPECT_EQ(to_string(add_months(day("2026-03-31"), -1)), "2026-02-28");
  EXPECT_EQ(to_string(add_months(day("2026-12-15"), 1)), "2027-01-15");
  EXPECT_EQ(to_string(add_months(day("2026-01-15"), -1)), "2025-12-15");
  EXPECT_EQ(to_string(add_months(day("2026-05-31"), 0)), "2026-05-31");
  expect_due({"2025-08-31", {6, Unit::month, RollOver::none}, "2026-02-28"});
  expect_due({"2025-04-01", {6, Unit::month, RollOver::all_non_workdays}, "2025-10-09"});
  expect_due({"2024-02-29", {1, Unit::year, RollOver::none}, "2025-02-28"});
}

TEST(Deadline, pauses_do_not_count) {
  std::vector<Pause> const pause{{day("2026-03-04"), day("2026-03-11")}};
  // Workdays 2026-03-03, then 03-11, 12, 13, 16: the test ran from the 4th, the period runs on on the 11th.
  EXPECT_EQ(due_on(workdays(5), day("2026-03-02"), calendar(), pause).on, day("2026-03-16"));
  EXPECT_EQ(due_on(calendar_days(15, RollOver::none), day("2026-03-02"), calendar(), pause).on,
            day("2026-03-24"));
  EXPECT_EQ(due_on({1, Unit::month, RollOver::none}, day("2026-03-02"), calendar(), pause).on,
            day("2026-04-09"));
  // On the last day: what is left of the period is used when it runs on.
  EXPECT_EQ(due_on(workdays(2), day("2026-03-02"), calendar(), pause).on, day("2026-03-11"));
  EXPECT_EQ(due_on(calendar_days(2), day("2026-03-02"), calendar(), pause).on, day("2026-03-11"));
  // After the last day, before the trigger, empty: without effect.
  EXPECT_EQ(due_on(workdays(1), day("2026-03-02"), calendar(), pause).on, day("2026-03-03"));
  EXPECT_EQ(due_on(workdays(1), day("2026-03-11"), calendar(), pause).on, day("2026-03-12"));
  std::vector<Pause> const empty{{day("2026-03-04"), day("2026-03-04")}};
  EXPECT_EQ(due_on(workdays(5), day("2026-03-02"), calendar(), empty).on, day("2026-03-09"));
}

TEST(Deadline, overlapping_pauses_count_once_and_may_follow_each_other) {
  std::vector<Pause> const overlapping{{day("2026-03-09"), day("2026-03-13")},
                                       {day("2026-03-05"), day("2026-03-10")}};
  std::vector<Pause> const joined{{day("2026-03-05"), day("2026-03-13")}};
  for (DeadlineRule const& rule : {workdays(5), calendar_days(5)})
    EXPECT_EQ(due_on(rule, day("2026-03-02"), calendar(), overlapping),
              due_on(rule, day("2026-03-02"), calendar(), joined));
  // The first pause pushes the last day into the second.
  std::vector<Pause> const chain{{day("2026-03-05"), day("2026-03-10")},
                                 {day("2026-03-12"), day("2026-03-20")}};
  EXPECT_EQ(due_on(calendar_days(5, RollOver::none), day("2026-03-02"), calendar(), chain).on,
            day("2026-03-20"));
}

// A paused day never counts and every other day does: compared with counting them one by one.
TEST(Deadline, pauses_agree_with_counting_day_by_day) {
  for (int length = 0; length < 12; ++length)
    for (int offset = -3; offset < 20; ++offset) {
      Date const trigger = day("2026-09-14");
      std::vector<Pause> const pause{{trigger + offset, trigger + (offset + length)}};
      for (int count = 1; count < 20; ++count) {
        int left = count;
        Date date = trigger;
        while (left > 0) {
          date = date + 1;
          if (date < pause[0].from || date >= pause[0].until) --left;
        }
        ASSERT_EQ(due_on(calendar_days(count, RollOver::none), trigger, calendar(), pause).on, date);
      }
    }
}

TEST(Deadline, extensions_lengthen_the_count) {
  std::vector<Extension> const fifteen{{15, Unit::workday}};
  EXPECT_EQ(due_on(workdays(15), day("2026-09-21"), calendar(), {}, fifteen),
            due_on(workdays(30), day("2026-09-21"), calendar()));
  // 90 + 30 days count from the trigger, not from the rolled last day of the 90.
  std::vector<Extension> const thirty{{30, Unit::calendar_day}};
  EXPECT_EQ(due_on(calendar_days(90), day("2026-07-03"), calendar(), {}, thirty).on, day("2026-11-02"))
      << "2026-10-31 is a Saturday";
  std::vector<Extension> const mixed{{10, Unit::workday}};
  EXPECT_EQ(due_on({1, Unit::month, RollOver::none}, day("2026-03-02"), calendar(), {}, mixed).on,
            day("2026-04-17"));
}

TEST(Deadline, backwards_from_an_event) {
  // A hearing on Monday 2026-10-12: the notice goes out seven workdays before, over the National Day break.
  expect_due({"2026-10-12", {-7, Unit::workday, RollOver::none}, "2026-09-24"});
  expect_due({"2026-08-31", {-6, Unit::month, RollOver::none}, "2026-02-28"});
  expect_due({"2026-11-08", {-1, Unit::month, RollOver::all_non_workdays}, "2026-10-08"});
  expect_due({"2026-11-03", {-1, Unit::month, RollOver::all_non_workdays}, "2026-09-30"});
  std::vector<Pause> const pause{{day("2026-03-04"), day("2026-03-11")}};
  EXPECT_THROW((void)due_on(workdays(-7), day("2026-03-20"), calendar(), pause), std::invalid_argument);
  std::vector<Extension> const extension{{1, Unit::workday}};
  EXPECT_THROW((void)due_on(workdays(-7), day("2026-03-20"), calendar(), {}, extension),
               std::invalid_argument);
}

TEST(Deadline, beyond_the_published_calendar_is_provisional) {
  Due const over_new_year = due_on(workdays(20), day("2026-12-20"), calendar());
  EXPECT_EQ(to_string(over_new_year.on), "2027-01-15");
  EXPECT_TRUE(over_new_year.provisional);
  EXPECT_FALSE(due_on(workdays(9), day("2026-12-18"), calendar()).provisional);
  EXPECT_TRUE(due_on(calendar_days(30), day("2026-12-20"), calendar()).provisional);
  EXPECT_FALSE(due_on(calendar_days(30, RollOver::none), day("2026-12-20"), calendar()).provisional)
      << "no day of the calendar was asked";
  EXPECT_TRUE(due_on(calendar_days(14), day("2026-12-20"), calendar()).provisional)
      << "2027-01-03 is a Sunday";
  EXPECT_FALSE(due_on({3, Unit::year, RollOver::none}, day("2026-05-01"), calendar()).provisional);
  EXPECT_TRUE(due_on(workdays(5), day("2023-12-28"), calendar()).provisional) << "before the published years";
  EXPECT_EQ(to_string(due_on(workdays(5), day("2026-03-02"), WorkdayCalendar{}).on), "2026-03-09");
}

TEST(Deadline, is_recomputed_when_the_notice_comes) {
  auto const grown = calendar().with_year(2027, {day("2027-01-01")}, {day("2027-01-09")});
  ASSERT_TRUE(grown);
  Due const due = due_on(workdays(20), day("2026-12-20"), *grown);
  EXPECT_EQ(to_string(due.on), "2027-01-15") << "one day off, one Saturday worked";
  EXPECT_FALSE(due.provisional);
}

TEST(Deadline, hours_run_from_the_instant) {
  Instant const left_factory = parse_instant("2026-03-06T17:30:00+08:00").value();
  EXPECT_EQ(to_string(expires_at({48, Unit::hour, RollOver::none}, left_factory, calendar())),
            "2026-03-08T09:30:00Z");
  EXPECT_EQ(to_string(due_on({48, Unit::hour, RollOver::all_non_workdays}, day("2026-03-06"), calendar()).on),
            "2026-03-08");
  EXPECT_EQ(to_string(due_on({36, Unit::hour, RollOver::none}, day("2026-03-06"), calendar()).on),
            "2026-03-08");
}

TEST(Deadline, ends_with_the_legal_day) {
  // 2026-03-02 in China begins at 16:00 UTC of the day before.
  Instant const received = parse_instant("2026-03-01T16:30:00Z").value();
  EXPECT_EQ(to_string(expires_at(workdays(5), received, calendar())), "2026-03-09T16:00:00Z");
  EXPECT_THROW((void)expires_at(workdays(-5), received, calendar()), std::invalid_argument);
}

TEST(Deadline, window_lies_strictly_between) {
  Window const window = window_after(day("2026-03-01"), 60, 90);
  EXPECT_EQ(to_string(window.first), "2026-05-01");  // day 61
  EXPECT_EQ(to_string(window.last), "2026-05-29");   // day 89
  EXPECT_FALSE(contains(window, day("2026-03-01") + 60));
  EXPECT_TRUE(contains(window, day("2026-03-01") + 61));
  EXPECT_TRUE(contains(window, day("2026-03-01") + 89));
  EXPECT_FALSE(contains(window, day("2026-03-01") + 90));
  EXPECT_EQ(window_after(day("2026-03-01"), 60, 62).first, window_after(day("2026-03-01"), 60, 62).last);
  EXPECT_THROW((void)window_after(day("2026-03-01"), 60, 61), std::invalid_argument);
}

TEST(Deadline, refuses_nonsense) {
  EXPECT_THROW((void)due_on(calendar_days(10'001), day("2026-03-01"), calendar()), std::invalid_argument);
  std::vector<Pause> const backwards{{day("2026-03-04"), day("2026-03-03")}};
  EXPECT_THROW((void)due_on(workdays(5), day("2026-03-02"), calendar(), backwards), std::invalid_argument);
  std::vector<Extension> const negative{{-1, Unit::workday}};
  EXPECT_THROW((void)due_on(workdays(5), day("2026-03-02"), calendar(), {}, negative), std::invalid_argument);
}

TEST(Deadline, names_are_the_names_of_the_data) {
  for (Unit const unit : {Unit::workday, Unit::calendar_day, Unit::month, Unit::year, Unit::hour})
    EXPECT_EQ(parse_unit(to_string(unit)), unit);
  for (RollOver const roll_over : {RollOver::none, RollOver::holidays_only, RollOver::all_non_workdays})
    EXPECT_EQ(parse_roll_over(to_string(roll_over)), roll_over);
  EXPECT_EQ(to_string(Unit::calendar_day), "calendar_day");
  EXPECT_FALSE(parse_unit("wd"));
  EXPECT_FALSE(parse_roll_over(""));
}

TEST(Deadline, add_workdays_goes_both_ways) {
  EXPECT_EQ(add_workdays(day("2026-09-30"), 1, calendar()), day("2026-10-08"));
  EXPECT_EQ(add_workdays(day("2026-10-08"), -1, calendar()), day("2026-09-30"));
  EXPECT_EQ(add_workdays(day("2026-10-03"), 0, calendar()), day("2026-10-03"));
}

}  // namespace
}  // namespace plumbline
