#include "base/deadline.hpp"

#include <array>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "base/limits.hpp"

namespace plumbline {
namespace {

constexpr std::array<std::pair<Unit, std::string_view>, 5> unit_names{{{Unit::workday, "workday"},
                                                                       {Unit::calendar_day, "calendar_day"},
                                                                       {Unit::month, "month"},
                                                                       {Unit::year, "year"},
                                                                       {Unit::hour, "hour"}}};
constexpr std::array<std::pair<RollOver, std::string_view>, 3> roll_over_names{
    {{RollOver::none, "none"},
     {RollOver::holidays_only, "holidays_only"},
     {RollOver::all_non_workdays, "all_non_workdays"}}};

template <class Names, class Value>
std::string_view name_of(Names const& names, Value value) {
  for (auto const& [entry, name] : names)
    if (entry == value) return name;
  return {};
}

template <class Names>
auto value_of(Names const& names, std::string_view wanted) {
  std::optional<decltype(names[0].first)> found;
  for (auto const& [entry, name] : names)
    if (name == wanted) found.emplace(entry);
  return found;
}

bool is_paused(std::span<Pause const> pauses, Date date) {
  for (Pause const& pause : pauses)
    if (pause.from <= date && date < pause.until) return true;
  return false;
}

int days_of_hours(int hours) { return (hours + (hours > 0 ? 23 : -23)) / 24; }

// The workday number `count` after `start`; paused days are stepped over.
Date advance_workdays(Date start, int count, WorkdayCalendar const& calendar, std::span<Pause const> pauses) {
  int const step = count < 0 ? -1 : 1;
  Date date = start;
  for (int left = std::abs(count); left > 0;) {
    date = date + step;
    if (calendar.is_workday(date) && !is_paused(pauses, date)) --left;
  }
  return date;
}

// `end` moved on by one day for every paused day after `start`, those met while moving included.
Date shift_by_pauses(Date start, Date end, std::span<Pause const> pauses) {
  if (pauses.empty()) return end;
  for (Date date = start + 1; date <= end; date = date + 1)
    if (is_paused(pauses, date)) end = end + 1;
  return end;
}

Date advance(Date start, int count, Unit unit, WorkdayCalendar const& calendar,
             std::span<Pause const> pauses) {
  switch (unit) {
    case Unit::workday: return advance_workdays(start, count, calendar, pauses);
    case Unit::calendar_day: return shift_by_pauses(start, start + count, pauses);
    case Unit::month: return shift_by_pauses(start, add_months(start, count), pauses);
    case Unit::year: return shift_by_pauses(start, add_months(start, 12 * count), pauses);
    case Unit::hour: return shift_by_pauses(start, start + days_of_hours(count), pauses);
  }
  throw std::invalid_argument("unknown unit of a deadline");
}

// Whether a period may not end on this day.
bool rolls(Date date, RollOver roll_over, WorkdayCalendar const& calendar) {
  switch (roll_over) {
    case RollOver::none: return false;
    case RollOver::holidays_only: return calendar.is_holiday(date);
    case RollOver::all_non_workdays: return !calendar.is_workday(date);
  }
  throw std::invalid_argument("unknown roll-over of a deadline");
}

void check(DeadlineRule const& rule, std::span<Pause const> pauses, std::span<Extension const> extensions) {
  auto const within = [](int count) {
    return count <= limits::deadline_count && count >= -limits::deadline_count;
  };
  if (!within(rule.count)) throw std::invalid_argument("count of a deadline beyond the limit");
  if (rule.count < 0 && (!pauses.empty() || !extensions.empty()))
    throw std::invalid_argument("a deadline before an event has neither pauses nor extensions");
  for (Pause const& pause : pauses)
    if (pause.until < pause.from) throw std::invalid_argument("a pause ends before it begins");
  for (Extension const& extension : extensions)
    if (extension.count < 0 || !within(extension.count))
      throw std::invalid_argument("count of an extension beyond the limit");
}

}  // namespace

std::string_view to_string(Unit unit) { return name_of(unit_names, unit); }
std::optional<Unit> parse_unit(std::string_view name) { return value_of(unit_names, name); }
std::string_view to_string(RollOver roll_over) { return name_of(roll_over_names, roll_over); }
std::optional<RollOver> parse_roll_over(std::string_view name) { return value_of(roll_over_names, name); }

Date add_months(Date date, int months) {
  using namespace std::chrono;
  year_month_day const day{date.value};
  year_month const month = year_month{day.year(), day.month()} + std::chrono::months{months};
  std::chrono::day const last = year_month_day_last{month.year(), month_day_last{month.month()}}.day();
  return {sys_days{month / (day.day() < last ? day.day() : last)}};
}

Date add_workdays(Date date, int count, WorkdayCalendar const& calendar) {
  return advance_workdays(date, count, calendar, {});
}

Due due_on(DeadlineRule const& rule, Date trigger, WorkdayCalendar const& calendar,
           std::span<Pause const> pauses, std::span<Extension const> extensions) {
  check(rule, pauses, extensions);
  bool leans_on_calendar = rule.unit == Unit::workday;
  int count = rule.count;
  for (Extension const& extension : extensions)
    if (extension.unit == rule.unit) count += extension.count;
  Date end = advance(trigger, count, rule.unit, calendar, pauses);
  for (Extension const& extension : extensions) {
    if (extension.unit == rule.unit) continue;
    leans_on_calendar = leans_on_calendar || extension.unit == Unit::workday;
    end = advance(end, extension.count, extension.unit, calendar, pauses);
  }
  // A period of workdays ends on one, unless it is empty or was extended in another unit.
  Date rolled = end;
  if (rule.unit != Unit::hour) {
    leans_on_calendar = leans_on_calendar || rule.roll_over != RollOver::none;
    while (rolls(rolled, rule.roll_over, calendar)) rolled = rolled + (rule.count < 0 ? -1 : 1);
  }
  return {rolled, leans_on_calendar &&
                      (!calendar.covers(trigger) || !calendar.covers(end) || !calendar.covers(rolled))};
}

Instant expires_at(DeadlineRule const& rule, Instant trigger, WorkdayCalendar const& calendar) {
  if (rule.count < 0) throw std::invalid_argument("a deadline before an event does not expire");
  check(rule, {}, {});
  if (rule.unit == Unit::hour) return trigger + std::chrono::hours{rule.count};
  return start_of_legal_day(due_on(rule, legal_date(trigger), calendar).on + 1);
}

Window window_after(Date trigger, int after_days, int before_days) {
  if (before_days - after_days < 2) throw std::invalid_argument("no day lies within the window");
  return {trigger + (after_days + 1), trigger + (before_days - 1)};
}

}  // namespace plumbline
