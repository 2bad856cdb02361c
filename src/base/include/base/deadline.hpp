// Deadline arithmetic (rules.md section 0.3). Pure: dates in, dates out. The day of the trigger is not
// counted. Which rule applies is looked up elsewhere (rules/deadlines.json), by the day of the trigger.
#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/calendar.hpp"
#include "base/time.hpp"

namespace plumbline {

enum class Unit : std::uint8_t { workday, calendar_day, month, year, hour };
std::string_view to_string(Unit unit);
std::optional<Unit> parse_unit(std::string_view name);

// What happens when the last day of a period counted in calendar days, months or years is no workday.
// Laws say "statutory holiday" (法定节假日); that weekends roll too is usual practice and configuration.
enum class RollOver : std::uint8_t { none, holidays_only, all_non_workdays };
std::string_view to_string(RollOver roll_over);
std::optional<RollOver> parse_roll_over(std::string_view name);

// A period. A negative count runs backwards from the event: "7 workdays before the hearing" is -7, and the
// answer is the last day on which the act is still in time.
struct DeadlineRule {
  int count = 0;
  Unit unit = Unit::workday;
  RollOver roll_over = RollOver::all_non_workdays;
  friend bool operator==(DeadlineRule const&, DeadlineRule const&) = default;
};

// Time that does not count (tests, appraisals, hearings …): every day from `from` up to but not including
// `until`; the day on which the period runs on counts again. Pauses may overlap and come in any order.
struct Pause {
  Date from;
  Date until;
  friend bool operator==(Pause const&, Pause const&) = default;
};

// Time granted on top. In the unit of the rule it lengthens the count (15 + 15 workdays from the trigger);
// in another unit it is counted from the last day before any roll-over.
struct Extension {
  int count = 0;
  Unit unit = Unit::workday;
  friend bool operator==(Extension const&, Extension const&) = default;
};

// `provisional`: the date leans on a year whose holidays are not published yet, so plain weekends were
// taken; it is recomputed by a logged act when they are.
struct Due {
  Date on;
  bool provisional = false;
  friend bool operator==(Due const&, Due const&) = default;
};

// The last day of the period. Hours, counted from a day only known by its date, run from the end of that
// day and are rounded up to days. Throws std::invalid_argument when a rule that runs backwards is given
// pauses or extensions, when a pause ends before it begins, or a count exceeds limits::deadline_count.
Due due_on(DeadlineRule const& rule, Date trigger, WorkdayCalendar const& calendar,
           std::span<Pause const> pauses = {}, std::span<Extension const> extensions = {});

// The first instant at which the period is over: hours after the trigger for Unit::hour, else the end of
// the last legal day (UTC+08:00). Not for rules that run backwards.
Instant expires_at(DeadlineRule const& rule, Instant trigger, WorkdayCalendar const& calendar);

// A span in which something must happen, both days included.
struct Window {
  Date first;
  Date last;
  friend bool operator==(Window const&, Window const&) = default;
};
inline bool contains(Window window, Date date) { return window.first <= date && date <= window.last; }
// More than `after_days` and less than `before_days` calendar days after the trigger (Order 18 article 48:
// "六十日后九十日前" is 60, 90: days 61 to 89). Strict bounds do not roll over. Throws std::invalid_argument
// when no day lies between.
Window window_after(Date trigger, int after_days, int before_days);

// The same day `months` later or earlier; the last day of the month where it has no such day
// (2026-01-31 + 1 = 2026-02-28).
Date add_months(Date date, int months);
// The workday number `count` after the date (count > 0), before it (count < 0), or the date itself (0).
Date add_workdays(Date date, int count, WorkdayCalendar const& calendar);

}  // namespace plumbline
